// The shortcuts that work from any window. Kept fresh by events.
import { useQuery } from "@tanstack/react-query";
import { type ShortcutName, type ShortcutsView, useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";

export const SHORTCUT_KEYS = ["shortcuts"] as const;

/** What each of them does. */
export const SHORTCUT_NAMES: Readonly<Record<ShortcutName, string>> = {
  quick_prompt: NAMES.shortcutQuick,
  quick_prompt_with_clipboard: NAMES.shortcutClipboard,
};

export function useShortcuts(): ShortcutsView | undefined {
  const core = useCore();
  return useQuery({ queryKey: SHORTCUT_KEYS, queryFn: () => core.shortcuts() }).data;
}
