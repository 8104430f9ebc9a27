// What goes along with the next question: a text that was given, and what is to be done with it. All
// of it is shown before it is asked.
import { useCallback, useMemo, useState } from "react";
import { announce } from "../../components/announcer";
import {
  type ActionsView,
  type ActionView,
  CoreError,
  type QuickAsk,
  type QuickContext,
  useCore,
} from "../../ipc";
import { contextName } from "./words";

export interface Chosen {
  action: ActionView;
  /** By the parameters' names. */
  values: Readonly<Record<string, string>>;
}

/** What is given along. */
export interface Given {
  context: QuickContext | null;
  chosen: Chosen | null;
}

const NOTHING: Given = { context: null, chosen: null };

/** An action as it is at first. */
export function withDefaults(action: ActionView): Chosen {
  const values = action.parameters.map(({ name, default: initial }) => [name, initial ?? ""]);
  return { action, values: Object.fromEntries(values) as Record<string, string> };
}

/** As the core takes it. */
export const partOf = ({ context, chosen }: Given): Pick<QuickAsk, "context" | "action"> => ({
  context: context?.text ?? null,
  action: chosen && { name: chosen.action.name, parameters: chosen.values },
});

export function useAlong(say: (hint: string | null) => void) {
  const core = useCore();
  const [{ context, chosen }, setAlong] = useState(NOTHING);
  const [actions, setActions] = useState<ActionsView | null>(null);

  const choose = useCallback((action: ActionView) => {
    setAlong((before) => ({ ...before, chosen: withDefaults(action) }));
    announce(`${action.title} chosen`);
  }, []);

  /** Reads them anew: the person's own are files, which may have changed. */
  const readActions = useCallback(async (): Promise<ActionsView | null> => {
    try {
      const read = await core.actions();
      setActions(read);
      return read;
    } catch (thrown) {
      say(CoreError.from(thrown).message);
      return null;
    }
  }, [core, say]);

  const chooseNamed = useCallback(
    async (name: string) => {
      const read = await readActions();
      const action = read?.actions.find((each) => each.name === name);
      if (action) choose(action);
      else if (read) say(`There is no action ${name}. Type / to see them.`);
    },
    [readActions, choose, say],
  );

  const give = useCallback(
    (given: QuickContext) => {
      setAlong((before) => ({ ...before, context: given }));
      say(null);
      announce(`${contextName(given)} is given along`);
    },
    [say],
  );

  return useMemo(
    () => ({
      context,
      chosen,
      actions,
      choose,
      chooseNamed,
      readActions,
      give,
      takeClipboard: async () => {
        try {
          give(await core.quickClipboard());
        } catch (thrown) {
          say(CoreError.from(thrown).message);
        }
      },
      set: (name: string, value: string) =>
        setAlong((before) => ({
          ...before,
          chosen: before.chosen && {
            ...before.chosen,
            values: { ...before.chosen.values, [name]: value },
          },
        })),
      dropContext: () => setAlong((before) => ({ ...before, context: null })),
      dropAction: () => setAlong((before) => ({ ...before, chosen: null })),
      /** The last one given goes first. Returns whether there was one. */
      dropLast: (): boolean => {
        setAlong((before) =>
          before.chosen ? { ...before, chosen: null } : { ...before, context: null },
        );
        return context !== null || chosen !== null;
      },
      clear: () => setAlong(NOTHING),
      /** Gives back what was cleared; what was given meanwhile stays. */
      giveBack: (given: Given) =>
        setAlong((now) => ({
          context: now.context ?? given.context,
          chosen: now.chosen ?? given.chosen,
        })),
    }),
    [context, chosen, actions, choose, chooseNamed, readActions, give, core, say],
  );
}

export type Along = ReturnType<typeof useAlong>;
