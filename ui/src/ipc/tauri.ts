// The core behind the shell: the only file of the window that knows Tauri.
import { Channel, invoke } from "@tauri-apps/api/core";
import { type Core, CoreError } from "./core";
import type { AppEvent } from "./draft";

async function call<T>(command: string, given: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, given);
  } catch (thrown) {
    throw CoreError.from(thrown);
  }
}

export function tauriCore(): Core {
  const listeners = new Set<(event: AppEvent) => void>();
  let channel: Channel<AppEvent> | undefined;
  return {
    subscribe(listener) {
      listeners.add(listener);
      if (!channel) {
        channel = new Channel<AppEvent>();
        channel.onmessage = (event) => {
          for (const each of listeners) each(event);
        };
        call("subscribe", { channel }).catch((error: unknown) => console.error(error));
      }
      return () => listeners.delete(listener);
    },
    startup: () => call("startup"),
    unlock: (passphrase) => call("unlock", { passphrase }),
    retryHistory: () => call("retry_history"),
    listConversations: () => call("list_conversations"),
    openConversation: (id) => call("open_conversation", { id }),
    ask: (request) => call("ask", { request }),
    editQuestion: (message, text) => call("edit_question", { message, text }),
    answerAgain: (answer, how) => call("answer_again", { answer, how }),
    stop: (conversation) => call("stop", { conversation }),
    chooseAlternative: (message) => call("choose_alternative", { message }),
    renameConversation: (id, title) => call("rename_conversation", { id, title }),
    deleteConversation: (id) => call("delete_conversation", { id }),
    restoreConversation: (id) => call("restore_conversation", { id }),
    chooseModel: (conversation, model) => call("choose_model", { conversation, model }),
    models: () => call("models"),
    runtime: () => call("runtime"),
    openModelsFolder: () => call("open_models_folder"),
    search: (words) => call("search", { words }),
  };
}
