// An answer: its Markdown as it is written, what state it is in, and what can be done with it.
import { useMemo } from "react";
import { readable } from "../../components/markdown/json";
import { settledText } from "../../components/markdown/live-text";
import { Markdown } from "../../components/markdown/Markdown";
import type { AnswerAgain, ModelsView, RuntimeView, ShownMessage } from "../../ipc";
import { answererOf } from "../larger/choices";
import { modelNamed } from "../models/useModels";
import { AnswerFoot } from "./AnswerFoot";
import { AnswerTrouble } from "./AnswerTrouble";
import { FOLD_ABOVE, FOLDED_TO, UnfoldButton, useUnfolded } from "./FoldedText";
import { useLive, wasWitnessed } from "./live";
import { waitingWords } from "./waitingWords";

function Waiting({ words }: { words: string }) {
  return (
    <p className="flex items-center gap-2 text-soft">
      <span className="caret breathing" aria-hidden="true" />
      {words}
    </p>
  );
}

function AnswerText({ message }: { message: ShownMessage }) {
  const live = useLive((all) =>
    message.state === "streaming" ? all.texts[message.id] : undefined,
  );
  const settled = useMemo(() => settledText(readable(message.text)), [message.text]);
  const text = live ?? settled;
  const [open, unfold] = useUnfolded(message.id, wasWitnessed(message.id));
  const folded = !open && !live && text.length > FOLD_ABOVE;
  return (
    <>
      <Markdown text={text} limit={folded ? FOLDED_TO : undefined} />
      {folded && <UnfoldButton characters={text.length} onUnfold={unfold} />}
    </>
  );
}

interface AnswerRowProps {
  message: ShownMessage;
  models: ModelsView | undefined;
  runtime: RuntimeView | undefined;
  last: boolean;
  busy: boolean;
  onAgain: (id: string, how: Partial<AnswerAgain>) => void;
  onLarger: (id: string) => void;
  onGoOn: () => void;
  onWalk: (to: string) => void;
  onChooseModel: () => void;
}

export function AnswerRow(props: AnswerRowProps) {
  const { message, models, runtime, busy, last } = props;
  const streaming = message.state === "streaming";
  const begun = useLive((all) => (all.texts[message.id]?.length ?? 0) > 0) || message.text !== "";
  const model = modelNamed(models, message.model);
  return (
    <div>
      <div data-testid="answer-text">
        {begun ? <AnswerText message={message} /> : null}
        {streaming && !begun && (
          <Waiting
            words={
              message.place === "this_computer"
                ? waitingWords(message.model, models, runtime)
                : `Waiting for the first word of ${answererOf(message, undefined).model}…`
            }
          />
        )}
        {message.state === "stopped" && (
          <p className="mt-2 text-small text-faint">
            {begun ? "Stopped here." : "Stopped before the first word."}
          </p>
        )}
        {message.state === "complete" && !begun && (
          <p className="text-soft">The model ended without a word.</p>
        )}
      </div>
      {!streaming && (
        <>
          <AnswerTrouble
            message={message}
            model={model}
            last={last}
            busy={busy}
            onAgain={(how) => props.onAgain(message.id, how)}
            onLarger={() => props.onLarger(message.id)}
            onGoOn={props.onGoOn}
            onChooseModel={props.onChooseModel}
          />
          <AnswerFoot
            message={message}
            models={models}
            busy={busy}
            onAgain={(name) => props.onAgain(message.id, { model: name })}
            onLarger={() => props.onLarger(message.id)}
            onWalk={props.onWalk}
          />
        </>
      )}
      {model?.role === "stand_in" && (
        <p className="mt-1 text-small text-soft">
          {model.title} is a stand-in and often wrong. Don’t rely on this answer.
        </p>
      )}
    </div>
  );
}
