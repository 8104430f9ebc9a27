// The stored conversations, and what a person can do with one.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { showError, useToasts } from "../../components/toasts";
import { type ConversationSummary, type ConversationView, useCore } from "../../ipc";
import { useSelection } from "./selection";

export const CONVERSATIONS = ["conversations"] as const;
export const conversationKey = (id: string) => ["conversation", id] as const;

export function useConversations() {
  const core = useCore();
  return useQuery({ queryKey: CONVERSATIONS, queryFn: () => core.listConversations() });
}

export function useConversationActions() {
  const core = useCore();
  const queries = useQueryClient();

  const rename = useCallback(
    async (id: string, title: string) => {
      const named = title.trim();
      if (!named) return;
      const before = queries.getQueryData<ConversationSummary[]>(CONVERSATIONS);
      queries.setQueryData<ConversationSummary[]>(CONVERSATIONS, (all) =>
        all?.map((each) => (each.id === id ? { ...each, title: named } : each)),
      );
      try {
        await core.renameConversation(id, named);
        queries.setQueryData<ConversationView>(
          conversationKey(id),
          (view) =>
            view && {
              ...view,
              conversation: { ...view.conversation, title: named, title_source: "person" },
            },
        );
      } catch (error) {
        queries.setQueryData(CONVERSATIONS, before);
        showError(error);
      }
    },
    [core, queries],
  );

  const remove = useCallback(
    async ({ id, title }: { id: string; title: string }) => {
      try {
        await core.deleteConversation(id);
      } catch (error) {
        showError(error);
        return;
      }
      const wasOpen = useSelection.getState().open === id;
      if (wasOpen) useSelection.getState().show(null);
      queries.setQueryData<ConversationSummary[]>(CONVERSATIONS, (all) =>
        all?.filter((each) => each.id !== id),
      );
      useToasts.getState().show({
        kind: "note",
        text: `“${title}” was deleted.`,
        lasts: 8_000,
        action: {
          label: "Undo",
          run: () => {
            core.restoreConversation(id).then(() => {
              queries.invalidateQueries({ queryKey: CONVERSATIONS });
              if (wasOpen) useSelection.getState().show(id);
            }, showError);
          },
        },
      });
    },
    [core, queries],
  );

  return { rename, remove };
}
