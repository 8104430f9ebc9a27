// The answer of the quick prompt: the question above it, what it says as it is written, and below it
// who wrote it, how fast, and whether it is kept.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { plural } from "../../components/format";
import { readable } from "../../components/markdown/json";
import { settledText } from "../../components/markdown/live-text";
import { Markdown } from "../../components/markdown/Markdown";
import { PlaceBadge } from "../../components/PlaceBadge";
import { type QuickConversationView, type ShownMessage, useCore } from "../../ipc";
import { useLive } from "../chat/live";
import { waitingWords } from "../chat/waitingWords";
import { answererOf } from "../larger/choices";
import { useCloud } from "../larger/useCloud";
import { modelNamed, modelTitle, useModels, useRuntime } from "../models/useModels";
import { STARTUP } from "../startup/useStartup";
import { cost, kept, pace } from "./words";

function Foot({ message, temporary }: { message: ShownMessage; temporary: boolean }) {
  const core = useCore();
  const models = useModels();
  const cloud = useCloud();
  const { data: startup } = useQuery({ queryKey: STARTUP, queryFn: () => core.startup() });
  const elsewhere = message.place !== "this_computer";
  const { provider, model } = answererOf(message, cloud);
  const standIn = modelNamed(models, message.model)?.role === "stand_in";
  const facts = [
    elsewhere ? `${provider} · ${model}` : modelTitle(models, message.model),
    message.statistics && pace(message.statistics),
    cost(message),
    kept(startup?.history, temporary),
  ];
  return (
    <footer className="mt-3 text-small text-faint">
      <p className="flex flex-wrap items-center gap-x-2 tabular-nums">
        {elsewhere && <PlaceBadge place={message.place} />}
        {facts.filter(Boolean).join(" · ")}
      </p>
      {standIn && (
        <p className="text-soft">
          This model is a stand-in and often wrong. Don’t rely on this answer.
        </p>
      )}
    </footer>
  );
}

function Text({ message }: { message: ShownMessage }) {
  const models = useModels();
  const runtime = useRuntime();
  const streaming = message.state === "streaming";
  const live = useLive((all) => (streaming ? all.texts[message.id] : undefined));
  const settled = useMemo(() => settledText(readable(message.text)), [message.text]);
  if (live || message.text !== "") return <Markdown text={live ?? settled} />;
  if (!streaming) return null;
  const words =
    message.place === "this_computer"
      ? waitingWords(message.model, models, runtime)
      : `Waiting for the first word of ${answererOf(message, undefined).model}…`;
  return (
    <p className="flex items-center gap-2 text-soft">
      <span className="caret breathing" aria-hidden="true" />
      {words}
    </p>
  );
}

/** What became of an answer that is not whole; `null` for one that is. */
function trouble({ state, failure, text }: ShownMessage): string | null {
  if (failure) return failure.message;
  if (state === "stopped") return text === "" ? "Stopped before the first word." : "Stopped here.";
  if (state === "interrupted")
    return "Sotto was closed while this was being written. What was said is kept.";
  return state === "complete" && text === "" ? "The model ended without a word." : null;
}

/** Characters of a question that is shown by its title. */
const LONG_QUESTION = 160;

/** The last turn of a conversation. */
export function AnswerPart({ view }: { view: QuickConversationView }) {
  const question = view.messages.findLast(({ role }) => role === "user");
  const answer = view.messages.at(-1);
  const earlier = view.messages.filter(({ role }) => role === "user").length - 1;
  if (!question || answer?.role !== "assistant") return null;
  const problem = trouble(answer);
  // The prompt of an action is long; its title says what it was.
  const asked =
    earlier === 0 && question.text.length > LONG_QUESTION ? view.conversation.title : question.text;
  return (
    <>
      <p className="mb-2 line-clamp-2 text-small text-soft [overflow-wrap:anywhere]">
        <span className="sr-only">Question: </span>
        {asked}
        {earlier > 0 && <span className="text-faint"> · after {plural(earlier, "question")}</span>}
      </p>
      <div data-testid="answer-text" className="max-w-[44rem]">
        <Text message={answer} />
      </div>
      {problem !== null && (
        <p
          role={answer.failure ? "alert" : undefined}
          className={
            answer.failure
              ? "mt-2 rounded-r-lg border-l-[3px] border-danger bg-danger-wash px-3.5 py-2 text-ui"
              : "mt-2 text-small text-faint"
          }
        >
          {problem}
        </p>
      )}
      {answer.state !== "streaming" && <Foot message={answer} temporary={view.temporary} />}
    </>
  );
}
