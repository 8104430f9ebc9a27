// The keys of the window. Each has a modifier or is a function key, so none takes a letter away
// from somebody who is typing; Esc stops an answer only when nothing else wants it.
import { useEffect } from "react";
import { modifierIsDown } from "../components/Kbd";

export const SHORTCUTS: readonly { keys: string; does: string }[] = [
  { keys: "Enter", does: "Send the question" },
  { keys: "Shift+Enter", does: "A new line" },
  { keys: "Esc", does: "Stop the answer; back from the models to the chat" },
  { keys: "Up", does: "Edit the last question, in an empty field" },
  { keys: "Mod+N", does: "New conversation" },
  { keys: "Mod+K", does: "Search and actions" },
  { keys: "Mod+F", does: "Search everything" },
  { keys: "Mod+Shift+M", does: "Choose a model" },
  { keys: "Mod+L", does: "All models, and back to the chat" },
  { keys: "Mod+B", does: "Show or hide conversations" },
  { keys: "F6", does: "Next part of the window; with Shift the one before" },
  { keys: "Alt+Up", does: "The message before; Alt+Down the next, among the messages" },
  { keys: "F2", does: "Rename, on a conversation" },
  { keys: "Del", does: "Delete, on a conversation" },
  { keys: "Mod+Z", does: "Take a deletion back, outside of text" },
  { keys: "Mod+Shift+X", does: "Block the cloud now, or unblock it" },
  { keys: "Mod+Shift+L", does: "What left this computer" },
  { keys: "Mod+,", does: "Settings" },
  { keys: "Mod+/", does: "This list" },
];

export interface ShortcutActions {
  newConversation: () => void;
  palette: () => void;
  /** The menu of models in the chat. */
  models: () => void;
  /** The page of all models, or back from it. */
  library: () => void;
  sidebar: () => void;
  shortcuts: () => void;
  settings: () => void;
  ledger: () => void;
  block: () => void;
  /** False if there was nothing to stop. */
  stop: () => boolean;
  /** False if there was nothing to take back. */
  undo: () => boolean;
  region: (step: 1 | -1) => void;
  /** A letter was typed outside of every field: it belongs into the composer, or the search. */
  type: () => void;
}

function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea");
}

const WITH_SHIFT: Readonly<Record<string, keyof ShortcutActions>> = {
  m: "models",
  x: "block",
  l: "ledger",
};

/** What a key press means; `null` if it is none of the window's. */
export function actionFor(event: KeyboardEvent): keyof ShortcutActions | "regionBefore" | null {
  if (event.isComposing || event.repeat) return null;
  if (event.key === "F6") return event.shiftKey ? "regionBefore" : "region";
  if (event.key === "Escape") return "stop";
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain) return /^[^\s]$/u.test(event.key) && !isText(event.target) ? "type" : null;
  if (!modifierIsDown(event) || event.altKey) return null;
  if (event.shiftKey) return WITH_SHIFT[event.key.toLowerCase()] ?? null;
  switch (event.key.toLowerCase()) {
    case "n":
      return "newConversation";
    case "k":
    case "f":
      return "palette";
    case "z":
      return isText(event.target) ? null : "undo";
    case "b":
      return "sidebar";
    case "l":
      return "library";
    case "/":
      return "shortcuts";
    case ",":
      return "settings";
    default:
      return null;
  }
}

export function useShortcuts(actions: ShortcutActions): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const action = actionFor(event);
      if (action === null || event.defaultPrevented) return;
      // A dialog or a menu that is open keeps the keys to itself.
      if (
        document.querySelector("[role=dialog],[role=menu]") &&
        action !== "region" &&
        action !== "regionBefore" &&
        action !== "block"
      )
        return;
      if (action === "type") {
        // The key itself is left alone: it is typed where the focus is now.
        actions.type();
        return;
      }
      if (action === "stop" || action === "undo") {
        if (actions[action]()) event.preventDefault();
        return;
      }
      event.preventDefault();
      if (action === "region") actions.region(1);
      else if (action === "regionBefore") actions.region(-1);
      else actions[action]();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [actions]);
}

/** Moves the focus to the next part of the window: conversations, messages, composer, notices. */
export function focusRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter(
    (region) => region.checkVisibility?.() ?? true,
  );
  if (regions.length === 0) return;
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next =
    at < 0 ? (step > 0 ? 0 : regions.length - 1) : (at + step + regions.length) % regions.length;
  const region = regions[next];
  const inside = region?.querySelector<HTMLElement>(
    "textarea, [data-conversation][tabindex='0'], [role=feed], button:not([tabindex='-1'])",
  );
  (inside ?? region)?.focus();
}
