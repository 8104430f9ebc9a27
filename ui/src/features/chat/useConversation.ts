// The open conversation, and what a person can do in it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { announce } from "../../components/announcer";
import { showError, showNote } from "../../components/toasts";
import {
  type AnswerAgain,
  type Asked,
  type ConversationView,
  CoreError,
  type LargerQuestion,
  useCore,
} from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";
import { CONVERSATIONS, conversationKey } from "../conversations/useConversations";
import { notSentWords } from "../larger/choices";
import { type Choice, useLarger } from "../larger/waiting";
import { withAsked, withEnds } from "./branch";
import { answerSeen, endOf } from "./live";

export function useConversation(id: string | null) {
  const core = useCore();
  const query = useQuery({
    queryKey: conversationKey(id ?? ""),
    queryFn: async () => withEnds(await core.openConversation(id ?? ""), endOf),
    enabled: id !== null,
    // The branch is kept fresh by what this window does and hears.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
  });
  const last = query.data?.messages.at(-1);
  useEffect(() => {
    if (last?.state === "streaming") answerSeen(last.id, last.text);
  }, [last]);
  return query;
}

const AGAIN: AnswerAgain = { model: null, context: null, drop_oldest: false };

export interface TurnActions {
  /** Resolves to false if nothing was asked; the reason was shown. */
  ask: (text: string, model?: string | null) => Promise<boolean>;
  edit: (question: string, text: string) => Promise<boolean>;
  again: (answer: string, how?: Partial<AnswerAgain>) => Promise<boolean>;
  /** Asks elsewhere. Resolves when the person has decided; to false if nothing was sent. */
  askLarger: (what: LargerQuestion, choice: Choice, onSettings: () => void) => Promise<boolean>;
  stop: () => void;
  /** Resolves when the branch with that version is shown. */
  walkTo: (alternative: string) => Promise<void>;
}

export function useTurn(conversation: string | null): TurnActions {
  const core = useCore();
  const queries = useQueryClient();

  const begin = useCallback(
    async (turn: Promise<Asked>): Promise<boolean> => {
      try {
        const asked = await turn;
        const { id } = asked.conversation;
        queries.setQueryData<ConversationView>(conversationKey(id), (view) =>
          withAsked(view, asked, endOf),
        );
        if (conversation === null && useSelection.getState().open === null) {
          useSelection.getState().adopt(id);
        }
        queries.invalidateQueries({ queryKey: CONVERSATIONS });
        announce("Answering");
        return true;
      } catch (thrown) {
        const error = CoreError.from(thrown);
        if (error.code === "not_found" && conversation) {
          queries.invalidateQueries({ queryKey: conversationKey(conversation) });
        }
        showError(error);
        return false;
      }
    },
    [conversation, queries],
  );

  return useMemo(
    () => ({
      ask: (text, model = null) => begin(core.ask({ conversation, text, model })),
      edit: (question, text) => begin(core.editQuestion(question, text)),
      again: (answer, how = {}) => begin(core.answerAgain(answer, { ...AGAIN, ...how })),
      askLarger: async (what, { provider, model }, onSettings) => {
        useLarger.setState({ waiting: { kind: what.kind, conversation, provider, model } });
        try {
          const decided = await core.askLarger({ what, provider, model, ask_anyway: false });
          if (decided.outcome === "asked") return await begin(Promise.resolve(decided.asked));
          showNote(notSentWords(decided.why));
          return false;
        } catch (thrown) {
          const error = CoreError.from(thrown);
          const inSettings = error.code === "cloud_off" || error.code === "no_key";
          const settings = { label: NAMES.openSettings, run: onSettings };
          showError(error, inSettings ? settings : undefined);
          return false;
        } finally {
          // A choice is for one question, whatever became of it.
          useLarger.setState(
            what.kind === "new" ? { waiting: null, chosen: null } : { waiting: null },
          );
        }
      },
      stop: () => {
        if (conversation) core.stop(conversation).catch(showError);
      },
      walkTo: async (alternative) => {
        try {
          const view = withEnds(await core.chooseAlternative(alternative), endOf);
          queries.setQueryData(conversationKey(view.conversation.id), view);
        } catch (error) {
          showError(error);
        }
      },
    }),
    [begin, conversation, core, queries],
  );
}
