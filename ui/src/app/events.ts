// Hears everything that the core tells by itself and puts it where it belongs.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { create } from "zustand";
import { announce } from "../components/announcer";
import { showError, showNote, useToasts } from "../components/toasts";
import { benchWentOn } from "../features/bench/useBench";
import { withEnded } from "../features/chat/branch";
import { endWords } from "../features/chat/endWords";
import { answerEnded, answerGrew } from "../features/chat/live";
import { useSelection } from "../features/conversations/selection";
import { CONVERSATIONS, conversationKey } from "../features/conversations/useConversations";
import { DESKTOP } from "../features/desktop/useDesktop";
import { SHORTCUT_KEYS } from "../features/desktop/useShortcuts";
import { DOWNLOADS, tellDownloads } from "../features/downloads/useDownloads";
import { CLOUD } from "../features/larger/useCloud";
import { arrivedWords, hereWords } from "../features/models/arrived";
import { CATALOG, HARDWARE, MODELS, RUNTIME } from "../features/models/useModels";
import {
  type AppEvent,
  type ConversationView,
  type DownloadView,
  type ModelsView,
  type QuickHandover,
  useCore,
} from "../ipc";

interface Unsaved {
  /** Why, per conversation that could not be written. */
  reasons: Readonly<Record<string, string>>;
}

export const useUnsaved = create<Unsaved>(() => ({ reasons: {} }));

/** What the window does when the core asks it to. */
export interface Asked {
  /** It came to the front. */
  cameForward: () => void;
  /** The quick prompt hands over to it. */
  takeOver: (what: QuickHandover) => void;
  openSettings: () => void;
  /** It is to be closed, and the person has not said yet what that means. */
  askClosing: () => void;
}

const names = (models: ModelsView | undefined) => models?.models.map(({ name }) => name).join("\n");

/** What changes when the core tells something. */
export function hear(event: AppEvent, queries: QueryClient, asked: Asked): void {
  switch (event.type) {
    case "answer_text":
      answerGrew(event.answer, event.text);
      break;
    case "answer_ended": {
      const { answer } = event;
      queries.setQueryData<ConversationView>(conversationKey(answer.conversation), (view) =>
        withEnded(view, answer),
      );
      answerEnded(answer);
      // What it read left this computer, and is marked so; or it was asked in another window.
      const shown = queries.getQueryData<ConversationView>(conversationKey(answer.conversation));
      const unknown = !shown?.messages.some(({ id }) => id === answer.id);
      if (answer.place !== "this_computer" || unknown) {
        queries.invalidateQueries({ queryKey: conversationKey(answer.conversation) });
      }
      announce(endWords(answer));
      break;
    }
    case "not_saved":
      useUnsaved.setState(({ reasons }) => ({
        reasons: { ...reasons, [event.conversation]: event.failure.message },
      }));
      break;
    case "saved_after_all":
      useUnsaved.setState(({ reasons: { [event.conversation]: _, ...reasons } }) => ({ reasons }));
      break;
    case "conversations_changed":
      queries.invalidateQueries({ queryKey: CONVERSATIONS });
      break;
    case "models_changed": {
      const before = queries.getQueryData<ModelsView>(MODELS);
      const now = event.models;
      queries.setQueryData(MODELS, now);
      const arrived = now.models.find(
        ({ role, name }) => role === "working_default" && name === now.default,
      );
      if (before?.arrival && !now.arrival && arrived) {
        showNote(`${arrived.title} is here. It answers new questions from now on.`);
      } else {
        const words = arrivedWords(before, now);
        if (words) showNote(words);
      }
      // What is installed follows from it. How far one is on its way into memory changes nothing.
      if (names(before) !== names(now)) queries.invalidateQueries({ queryKey: CATALOG });
      break;
    }
    case "model_added": {
      const known = queries.getQueryData<ModelsView>(MODELS)?.models;
      const words = hereWords(
        known?.find(({ name }) => name === event.model)?.title ?? event.model,
      );
      // The list, which mostly comes first, says so too where the model was not in it before.
      const said = useToasts.getState().shown.some(({ text }) => text === words);
      if (!said) showNote(words);
      break;
    }
    case "runtime_changed":
      queries.setQueryData(RUNTIME, event.runtime);
      queries.invalidateQueries({ queryKey: HARDWARE });
      break;
    case "downloads_changed":
      tellDownloads(queries.getQueryData<readonly DownloadView[]>(DOWNLOADS), event.downloads);
      queries.setQueryData(DOWNLOADS, event.downloads);
      break;
    case "bench_progressed":
      benchWentOn(event.progress);
      break;
    case "cloud_changed":
      queries.invalidateQueries({ queryKey: CLOUD });
      break;
    case "desktop_changed":
      queries.invalidateQueries({ queryKey: DESKTOP });
      queries.invalidateQueries({ queryKey: SHORTCUT_KEYS });
      break;
    case "open_conversation":
      useSelection.getState().show(event.conversation);
      asked.cameForward();
      break;
    case "open_settings":
      asked.openSettings();
      break;
    case "close_asked":
      asked.askClosing();
      break;
    case "failed":
      showError(new Error(event.message));
      break;
    case "came_forward":
      queries.invalidateQueries();
      asked.cameForward();
      break;
    // For pictures outside of the window; in it each answer shows itself.
    case "activity_changed":
      break;
    case "take_over": {
      const { conversation } = event.what;
      // What was asked there is not known here.
      if (conversation !== null) {
        queries.invalidateQueries({ queryKey: conversationKey(conversation) });
      }
      asked.takeOver(event.what);
      break;
    }
  }
}

export function useEvents(asked: Asked): void {
  const core = useCore();
  const queries = useQueryClient();
  useEffect(() => core.subscribe((event) => hear(event, queries, asked)), [core, queries, asked]);
}
