// What the quick prompt is about, and what a person can do with it. Errors stand in the page, because
// nothing else is there to say them.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { announce } from "../../components/announcer";
import {
  type AppEvent,
  type Asked,
  CoreError,
  type Message,
  type QuickAsk,
  type QuickConversationView,
  useCore,
} from "../../ipc";
import { inFlight, withAsked, withEnded, withEnds } from "../chat/branch";
import { endWords } from "../chat/endWords";
import { answerEnded, answerGrew, answerSeen, endOf } from "../chat/live";
import { notSentWords } from "../larger/choices";
import { CLOUD } from "../larger/useCloud";
import type { Choice } from "../larger/waiting";
import { MODELS, RUNTIME } from "../models/useModels";

/** What changes when the core tells something. */
function hear(event: AppEvent, queries: QueryClient, ended: (answer: Message) => void): void {
  switch (event.type) {
    case "answer_text":
      answerGrew(event.answer, event.text);
      break;
    case "answer_ended":
      answerEnded(event.answer);
      ended(event.answer);
      break;
    case "models_changed":
      queries.setQueryData(MODELS, event.models);
      break;
    case "runtime_changed":
      queries.setQueryData(RUNTIME, event.runtime);
      break;
    case "cloud_changed":
      queries.invalidateQueries({ queryKey: CLOUD });
      break;
  }
}

export function useQuickTurn() {
  const core = useCore();
  const queries = useQueryClient();
  const [view, setView] = useState<QuickConversationView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  /** The person decides in the consent window. */
  const [waiting, setWaiting] = useState(false);
  const current = useRef(view);
  current.current = view;
  /** Counts what was begun here: a reply to an older question changes nothing. */
  const begun = useRef(0);

  useEffect(
    () =>
      core.subscribe((event) =>
        hear(event, queries, (answer) => {
          if (!current.current?.messages.some(({ id }) => id === answer.id)) return;
          setView((shown) => {
            const ended = withEnded(shown ?? undefined, answer);
            return ended && shown ? { ...ended, temporary: shown.temporary } : null;
          });
          announce(endWords(answer));
        }),
      ),
    [core, queries],
  );

  const last = view?.messages.at(-1);
  useEffect(() => {
    if (last?.state === "streaming") answerSeen(last.id, last.text);
  }, [last]);

  const fail = useCallback((thrown: unknown) => {
    const { message } = CoreError.from(thrown);
    setProblem(message);
  }, []);

  /** Shows a turn that begins; resolves to false if none did. */
  const begin = useCallback(
    async (turn: Promise<Asked>, temporary: boolean): Promise<boolean> => {
      begun.current += 1;
      setProblem(null);
      try {
        const asked = await turn;
        setView((shown) => {
          const same = shown?.conversation.id === asked.conversation.id ? shown : undefined;
          return { ...withAsked(same, asked, endOf), temporary: same?.temporary ?? temporary };
        });
        announce("Answering");
        return true;
      } catch (thrown) {
        fail(thrown);
        return false;
      }
    },
    [fail],
  );

  const forget = useCallback(() => {
    begun.current += 1;
    setView(null);
    setProblem(null);
  }, []);

  return useMemo(
    () => ({
      view,
      problem,
      waiting,
      fail,
      answering: inFlight(view ?? undefined) !== undefined,
      ask: (text: string, along: Pick<QuickAsk, "context" | "action">, temporary: boolean) => {
        const conversation = current.current?.conversation.id ?? null;
        return begin(
          core.quickAsk({ conversation, text, model: null, ...along, temporary }),
          temporary,
        );
      },
      again: (answer: string) =>
        begin(core.answerAgain(answer, { model: null, context: null, drop_oldest: false }), false),
      keep: async () => {
        try {
          await core.quickKeep();
          setView((shown) => shown && { ...shown, temporary: false });
          announce("Kept in history");
        } catch (thrown) {
          fail(thrown);
        }
      },
      larger: async (answer: string, { provider, model }: Choice) => {
        setWaiting(true);
        setProblem(null);
        try {
          const what = { kind: "again", answer } as const;
          const decided = await core.askLarger({ what, provider, model, ask_anyway: false });
          if (decided.outcome === "asked") await begin(Promise.resolve(decided.asked), false);
          else setProblem(notSentWords(decided.why));
        } catch (thrown) {
          fail(thrown);
        } finally {
          setWaiting(false);
        }
      },
      takeBack: () => void core.withdrawLarger().catch(fail),
      stop: () => {
        const id = current.current?.conversation.id;
        if (id) core.stop(id).catch(fail);
      },
      /** Reads again what it goes on with, as the core says. */
      refresh: async () => {
        const before = begun.current;
        queries.invalidateQueries();
        try {
          const found = await core.quickConversation();
          if (begun.current !== before) return;
          setView(found && { ...withEnds(found, endOf), temporary: found.temporary });
          setProblem(null);
        } catch {
          // The history is not open. Asking says so, and what to do.
          if (begun.current === before) setView(null);
        }
      },
      anew: () => {
        forget();
        core.quickAnew().catch(fail);
      },
      handOver: async (draft: string): Promise<boolean> => {
        try {
          await core.quickHandOver({
            conversation: current.current?.conversation.id ?? null,
            draft,
          });
          forget();
          return true;
        } catch (thrown) {
          fail(thrown);
          return false;
        }
      },
    }),
    [view, problem, waiting, core, queries, begin, fail, forget],
  );
}

export type QuickTurn = ReturnType<typeof useQuickTurn>;
