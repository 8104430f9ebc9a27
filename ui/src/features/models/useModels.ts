// The models on this computer and the runtime that runs them. Both are kept fresh by events.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { showError } from "../../components/toasts";
import { type ConversationView, type ModelsView, type ModelView, useCore } from "../../ipc";
import { conversationKey } from "../conversations/useConversations";

export const MODELS = ["models"] as const;
export const RUNTIME = ["runtime"] as const;
export const HARDWARE = ["hardware"] as const;
export const CATALOG = ["catalog"] as const;

export function useModels() {
  const core = useCore();
  return useQuery({ queryKey: MODELS, queryFn: () => core.models() }).data;
}

export function useRuntime() {
  const core = useCore();
  return useQuery({ queryKey: RUNTIME, queryFn: () => core.runtime() }).data;
}

/** What models run on here. */
export function useHardware() {
  const core = useCore();
  return useQuery({ queryKey: HARDWARE, queryFn: () => core.hardware() }).data;
}

/** Models that Sotto knows by name, and why they are not known where they are not. */
export function useCatalog() {
  const core = useCore();
  return useQuery({ queryKey: CATALOG, queryFn: () => core.catalog() });
}

/** What a person can do about the memory that models take. What fails is shown. */
export function useMemory() {
  const core = useCore();
  const paused = useRuntime()?.paused ?? false;
  return useMemo(() => {
    const attempt = (work: () => Promise<void>) => () => void work().catch(showError);
    return {
      paused,
      load: (model: string) => attempt(() => core.loadModel(model))(),
      unload: (model: string | null) => attempt(() => core.unloadModel(model))(),
      pause: attempt(() => core.pauseRuntime()),
      resume: attempt(() => core.resumeRuntime()),
    };
  }, [core, paused]);
}

export function modelNamed(
  models: ModelsView | undefined,
  name: string | null,
): ModelView | undefined {
  return models?.models.find((model) => model.name === name);
}

/** A model's name for the person, also when the model is gone. */
export function modelTitle(models: ModelsView | undefined, name: string | null): string {
  return modelNamed(models, name)?.title ?? name ?? "No model";
}

/** Chooses the model of a conversation, or the default if none is given. */
export function useChooseModel() {
  const core = useCore();
  const queries = useQueryClient();
  return useCallback(
    async (conversation: string | null, model: string) => {
      try {
        await core.chooseModel(conversation, model);
        if (conversation === null) {
          queries.setQueryData<ModelsView>(MODELS, (all) => all && { ...all, default: model });
        } else {
          queries.setQueryData<ConversationView>(
            conversationKey(conversation),
            (view) => view && { ...view, conversation: { ...view.conversation, model } },
          );
        }
      } catch (error) {
        showError(error);
      }
    },
    [core, queries],
  );
}
