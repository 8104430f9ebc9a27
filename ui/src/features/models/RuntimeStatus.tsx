// The foot of the left side: which model is in memory, how the runtime is, what is on its way.
import { Cpu } from "lucide-react";
import { Button } from "../../components/Button";
import { bytes } from "../../components/format";
import { ProgressBar } from "../../components/ProgressBar";
import type { ModelsView, RuntimeView } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { Arrival } from "./Arrival";
import { modelTitle, useMemory, useModels, useRuntime } from "./useModels";

/** The state in a word or two, and the percentage while a model is on its way into memory. */
export function runtimeWords(runtime: RuntimeView, models: ModelsView | undefined) {
  const loading = models?.models.find(({ state }) => state.state === "loading");
  if (loading?.state.state === "loading" && runtime.state !== "failed") {
    return {
      name: loading.title,
      words: `loading, ${loading.state.percent}%`,
      percent: loading.state.percent,
    };
  }
  const name = runtime.model ? modelTitle(models, runtime.model) : "No model in memory";
  const states = { idle: "not started", starting: "starting", ready: "ready", failed: "stopped" };
  const words = runtime.paused && runtime.state !== "failed" ? "paused" : states[runtime.state];
  return { name, words, percent: null };
}

/** `arrival`: also what is on its way; not when it stands elsewhere already. */
export function RuntimeStatus({ arrival }: { arrival: boolean }) {
  const runtime = useRuntime();
  const models = useModels();
  const { resume } = useMemory();
  if (!runtime) return <div className="h-12 flex-none" />;
  const { name, words, percent } = runtimeWords(runtime, models);
  return (
    <section
      aria-label="Runtime"
      className="flex flex-none flex-col gap-1.5 border-t border-line px-2 pt-3 pb-1"
    >
      {arrival && models?.arrival && (
        <div className="mb-2">
          <Arrival arrival={models.arrival} />
        </div>
      )}
      <div className="flex items-center gap-2 text-small">
        <Cpu className="icon-small text-soft" aria-hidden="true" />
        <span className="min-w-0 flex-1 truncate">{name}</span>
        <span className={runtime.state === "failed" ? "text-danger" : "text-soft"}>{words}</span>
      </div>
      {percent !== null && <ProgressBar label={`Loading ${name}`} percent={percent} />}
      {runtime.paused && (
        <Button kind="ghost" className="self-start" onClick={resume}>
          {NAMES.resume}
        </Button>
      )}
      {runtime.memory > 0 && (
        <p className="text-small text-faint">{bytes(runtime.memory)} of memory</p>
      )}
    </section>
  );
}
