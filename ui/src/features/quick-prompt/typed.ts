// What is typed, where it names an action. Pure.
import type { ActionView } from "../../ipc";
import type { Draft } from "../chat/drafts";

/** What is typed, if it is the beginning of an action: `null` is a question like any other. */
export function actionTyped(text: string): string | null {
  return /^\/([a-z0-9-]*)$/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Whether a text may begin with the name of an action. */
export const mayName = (text: string): boolean => /^\/[a-z0-9-]*(\s|$)/i.test(text);

/** The one of that name, those whose name begins so, then those of whose title a word does. */
export function matching(actions: readonly ActionView[], typed: string): ActionView[] {
  const fits = ({ name, title }: ActionView) => {
    if (name === typed) return 0;
    if (name.startsWith(typed)) return 1;
    const words = title.toLowerCase().split(/\s+/);
    return words.some((word) => word.startsWith(typed)) ? 2 : null;
  };
  return [0, 1, 2].flatMap((how) => actions.filter((action) => fits(action) === how));
}

export interface Named {
  action: ActionView;
  /** Its name is typed whole; otherwise it is the marked one of those that begin so. */
  whole: boolean;
  /** What is typed besides. */
  rest: Draft;
}

/** The action that a text begins with; a text like `/etc/fstab` names none. */
export function actionIn(
  { text, pasted }: Draft,
  actions: readonly ActionView[],
  marked: number,
): Named | null {
  const beginning = actionTyped(text);
  if (beginning !== null) {
    const action = matching(actions, beginning)[marked];
    return action ? { action, whole: action.name === beginning, rest: { text: "", pasted } } : null;
  }
  const [, name, rest = ""] = /^\/([a-z0-9-]+)\s+([\s\S]*)$/i.exec(text) ?? [];
  const action = actions.find((each) => each.name === name?.toLowerCase());
  return action ? { action, whole: true, rest: { text: rest, pasted } } : null;
}
