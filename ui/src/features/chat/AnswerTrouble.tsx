// Why an answer is not what it should be, in a sentence, with what can be done about it.
import type { ReactNode } from "react";
import { Button } from "../../components/Button";
import { bytes, count } from "../../components/format";
import type { AnswerAgain, Failure, ModelView, ShownMessage } from "../../ipc";
import { ACTIONS } from "../../testing/landmarks";

/** Tokens kept free for the answer when a larger context is offered. */
const ROOM_FOR_ANSWER = 1_024;

/** The next larger context that holds the prompt and an answer; `null` if the model has none. */
export function largerContext(
  promptTokens: number,
  context: number,
  model: ModelView | undefined,
): number | null {
  const needed = promptTokens + ROOM_FOR_ANSWER;
  const most = model?.context_length || Number.POSITIVE_INFINITY;
  let offered = Math.max(2_048, context);
  while (offered < needed) offered *= 2;
  if (offered > most && most >= needed) offered = most;
  return offered > context && offered <= most ? offered : null;
}

interface TroubleProps {
  message: ShownMessage;
  model: ModelView | undefined;
  /** It is the last message: a new question may follow it. */
  last: boolean;
  busy: boolean;
  onAgain: (how: Partial<AnswerAgain>) => void;
  onLarger: () => void;
  onGoOn: () => void;
  onChooseModel: () => void;
}

function Note({
  kind,
  children,
  actions,
}: {
  kind: "quiet" | "problem";
  children: ReactNode;
  actions: ReactNode;
}) {
  const look = kind === "problem" ? "border-danger bg-danger-wash" : "border-line-strong bg-panel";
  return (
    <div className={`mt-2 max-w-[70ch] rounded-r-lg border-l-[3px] px-4 py-3 text-ui ${look}`}>
      {children}
      <div className="mt-2.5 flex flex-wrap gap-2 empty:hidden">{actions}</div>
    </div>
  );
}

/** The ways on after an answer from elsewhere: here, or there again with another yes. */
function Elsewhere({ busy, onAgain, onLarger }: TroubleProps) {
  return (
    <>
      <Button disabled={busy} onClick={() => onAgain({})}>
        {ACTIONS.againHere}
      </Button>
      <Button disabled={busy} onClick={onLarger}>
        {ACTIONS.larger}
      </Button>
    </>
  );
}

function FailureNote(props: TroubleProps & { failure: Failure }) {
  const { failure, message, model, busy, onAgain, onChooseModel } = props;
  if (message.place !== "this_computer") {
    return (
      <Note kind="problem" actions={<Elsewhere {...props} />}>
        <p>{failure.message}</p>
      </Note>
    );
  }
  const again = (label: string, how: Partial<AnswerAgain> = {}) => (
    <Button disabled={busy} onClick={() => onAgain(how)}>
      {label}
    </Button>
  );
  const choose = (
    <Button disabled={busy} onClick={onChooseModel}>
      {ACTIONS.chooseModel}
    </Button>
  );
  switch (failure.code) {
    case "context_exceeded": {
      const larger = largerContext(failure.prompt_tokens, failure.context, model);
      return (
        <Note
          kind="problem"
          actions={
            <>
              {larger !== null &&
                again(`Use a larger context (${count(larger)} tokens)`, { context: larger })}
              {again(ACTIONS.dropOldest, { drop_oldest: true })}
              {choose}
            </>
          }
        >
          <p>{failure.message}</p>
          <p className="mt-1 text-soft">
            The conversation has {count(failure.prompt_tokens)} tokens; the model reads{" "}
            {count(failure.context)} at once.
          </p>
        </Note>
      );
    }
    case "insufficient_memory":
      return (
        <Note
          kind="problem"
          actions={
            <>
              {choose}
              {again(ACTIONS.tryAgain)}
            </>
          }
        >
          <p>{failure.message}</p>
          <p className="mt-1 text-soft">
            It needs {bytes(failure.needed)}; {bytes(failure.available)} are free.
          </p>
        </Note>
      );
    case "model_not_found":
    case "model_unusable":
      return (
        <Note kind="problem" actions={choose}>
          <p>{failure.message}</p>
        </Note>
      );
    case "runtime_ended":
    case "other":
      return (
        <Note kind="problem" actions={again(ACTIONS.tryAgain)}>
          <p>{failure.message}</p>
        </Note>
      );
  }
}

export function AnswerTrouble(props: TroubleProps) {
  const { message, last, busy, onAgain, onGoOn } = props;
  const goOn = last && message.text !== "" && (
    <Button disabled={busy} onClick={onGoOn}>
      {ACTIONS.goOn}
    </Button>
  );
  if (message.failure) return <FailureNote {...props} failure={message.failure} />;
  if (message.state === "interrupted") {
    return (
      <Note
        kind="quiet"
        actions={
          <>
            {goOn}
            {message.place === "this_computer" ? (
              <Button disabled={busy} onClick={() => onAgain({})}>
                {ACTIONS.askAgain}
              </Button>
            ) : (
              <Elsewhere {...props} />
            )}
          </>
        }
      >
        <p>Sotto was closed while this was being written. What was said is kept.</p>
      </Note>
    );
  }
  if (message.statistics?.cut_by_length) {
    return (
      <Note kind="quiet" actions={goOn}>
        <p>The answer stops here because it reached the most that fits.</p>
      </Note>
    );
  }
  return null;
}
