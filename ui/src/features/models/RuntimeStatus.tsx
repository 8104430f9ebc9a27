// The foot of the left side: which model is in memory, how the runtime is, what is on its way.
import { Boxes, Cpu } from "lucide-react";
import { lazy, Suspense } from "react";
import { Button } from "../../components/Button";
import { bytes, bytesOf } from "../../components/format";
import { Kbd } from "../../components/Kbd";
import { ProgressBar } from "../../components/ProgressBar";
import type { ModelsView, RuntimeView } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";
import { useDownloads } from "../downloads/useDownloads";
import { Arrival } from "./Arrival";
import { modelTitle, useMemory, useModels, useRuntime } from "./useModels";

// Mostly nothing is on its way.
const DownloadStrip = lazy(() => import("../downloads/DownloadStrip"));

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

interface RuntimeStatusProps {
  /** Also the working default on its way; not when it stands elsewhere already. */
  arrival: boolean;
  /** Shows all models, or the chat again. */
  onModels: () => void;
}

export function RuntimeStatus({ arrival, onModels }: RuntimeStatusProps) {
  const runtime = useRuntime();
  const models = useModels();
  const downloads = useDownloads();
  const page = useSelection((selection) => selection.page);
  const { resume } = useMemory();
  const { name, words, percent } = runtime
    ? runtimeWords(runtime, models)
    : { name: "", words: "", percent: null };
  return (
    <>
      {downloads.length > 0 && page === "chat" && (
        <Suspense>
          <DownloadStrip downloads={downloads} />
        </Suspense>
      )}
      <section
        aria-label="Runtime"
        className="flex flex-none flex-col gap-1.5 border-t border-line px-2 pt-2 pb-1"
      >
        {arrival && models?.arrival && (
          <div className="mt-1 mb-2">
            <Arrival arrival={models.arrival} />
          </div>
        )}
        <button
          type="button"
          aria-keyshortcuts="Control+L Meta+L"
          aria-current={page === "models" ? "page" : undefined}
          className={`-mx-2 flex min-h-9 items-center gap-2 rounded-lg px-2.5 text-left text-ui font-medium hover:bg-hover ${page === "models" ? "bg-raised shadow-small" : ""}`}
          onClick={onModels}
        >
          <Boxes className="icon" aria-hidden="true" />
          <span className="min-w-0 flex-1 truncate">{NAMES.models}</span>
          <Kbd keys="Mod+L" hidden />
        </button>
        <div className="flex min-h-5 items-center gap-2 text-small">
          {runtime && <Cpu className="icon-small text-soft" aria-hidden="true" />}
          <span className="min-w-0 flex-1 truncate">{name}</span>
          <span className={runtime?.state === "failed" ? "text-danger" : "text-soft"}>{words}</span>
        </div>
        {percent !== null && <ProgressBar label={`Loading ${name}`} percent={percent} />}
        {runtime?.paused && (
          <Button kind="ghost" className="self-start" onClick={resume}>
            {NAMES.resume}
          </Button>
        )}
        {runtime?.loaded[0]?.note && (
          <p className="text-small text-cloud">{runtime.loaded[0].note}</p>
        )}
        {runtime && runtime.memory > 0 && <Memory runtime={runtime} />}
      </section>
    </>
  );
}

/** What models take of what they may. */
function Memory({ runtime: { memory, limit, loaded } }: { runtime: RuntimeView }) {
  const several = loaded.length > 1 ? `, ${loaded.length} models` : "";
  const words = limit > 0 ? `${bytesOf(memory, limit)} for models` : `${bytes(memory)} of memory`;
  return (
    <>
      {limit > 0 && (
        <div
          aria-hidden="true"
          className="h-1 overflow-hidden rounded-full bg-line contrast-more:h-2 contrast-more:border contrast-more:border-line-strong contrast-more:bg-transparent forced-colors:border"
        >
          <div
            className="h-full rounded-full bg-accent forced-colors:bg-[Highlight]"
            style={{ width: `${Math.min(100, (100 * memory) / limit)}%` }}
          />
        </div>
      )}
      <p className="text-small text-faint tabular-nums">{words + several}</p>
    </>
  );
}
