// What is happening before the first word of an answer, in words.
import type { ModelsView, RuntimeView } from "../../ipc";
import { modelNamed } from "../models/useModels";

/** What is said before the first word is there. */
export function waitingWords(
  model: string | null,
  models?: ModelsView,
  runtime?: RuntimeView,
): string {
  if (runtime?.state === "starting" || runtime?.state === "idle") return "Starting the runtime…";
  const state = modelNamed(models, model)?.state;
  if (state?.state === "loading") return `Loading the model… ${state.percent}%`;
  if (state?.state === "available") return "Loading the model…";
  return "Reading the question…";
}
