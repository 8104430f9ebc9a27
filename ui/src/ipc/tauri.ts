// The core behind the shell: the only file of the window that knows Tauri.
import { Channel } from "@tauri-apps/api/core";
import { type ApiError, type AppEvent, commands } from "./bindings.gen";
import { type Core, CoreError } from "./core";

type Reply<T> = { status: "ok"; data: T } | { status: "error"; error: ApiError };

/** What a command resolves to, or a thrown error of the core. */
async function data<T>(reply: Promise<Reply<T>>): Promise<T> {
  let settled: Reply<T>;
  try {
    settled = await reply;
  } catch (thrown) {
    throw CoreError.from(thrown);
  }
  if (settled.status === "error") throw CoreError.from(settled.error);
  return settled.data;
}

async function done(reply: Promise<Reply<null>>): Promise<void> {
  await data(reply);
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
        done(commands.subscribe(channel)).catch((error: unknown) => console.error(error));
      }
      return () => listeners.delete(listener);
    },
    composerReady: () => done(commands.composerReady()),
    startup: () => data(commands.startup()),
    unlock: (passphrase) => data(commands.unlock(passphrase)),
    keepNothing: () => data(commands.keepNothing()),
    retryHistory: () => data(commands.retryHistory()),
    listConversations: () => data(commands.listConversations()),
    openConversation: (id) => data(commands.openConversation(id)),
    ask: (request) => data(commands.ask(request)),
    editQuestion: (message, text) => data(commands.editQuestion(message, text)),
    answerAgain: (answer, how) => data(commands.answerAgain(answer, how)),
    stop: (conversation) => done(commands.stop(conversation)),
    chooseAlternative: (message) => data(commands.chooseAlternative(message)),
    renameConversation: (id, title) => done(commands.renameConversation(id, title)),
    deleteConversation: (id) => done(commands.deleteConversation(id)),
    restoreConversation: (id) => done(commands.restoreConversation(id)),
    chooseModel: (conversation, model) => done(commands.chooseModel(conversation, model)),
    models: () => data(commands.models()),
    runtime: () => data(commands.runtime()),
    openModelsFolder: () => done(commands.openModelsFolder()),
    search: (words) => data(commands.search(words)),
  };
}
