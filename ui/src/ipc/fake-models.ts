// The models, downloads and measurements of the core in memory. A download goes on by itself where
// the scene has a pace. Never part of the real build.
import { type Core, CoreError } from "./core";
import type { Scene } from "./fake";
import { offer } from "./fake-catalog-scenes";
import { measurement } from "./fake-models-scenes";
import type { AppEvent, DownloadView, ModelView } from "./index";

type ModelCommands = Pick<
  Core,
  | "chooseModel"
  | "models"
  | "runtime"
  | "openModelsFolder"
  | "loadModel"
  | "unloadModel"
  | "pauseRuntime"
  | "resumeRuntime"
  | "hardware"
  | "setMemoryLimit"
  | "catalog"
  | "modelSettings"
  | "setModelSettings"
  | "importModel"
  | "removeModel"
  | "benchModel"
  | "stopBench"
  | "measurements"
  | "previewDownload"
  | "offerDownload"
  | "download"
  | "pauseDownload"
  | "resumeDownload"
  | "cancelDownload"
  | "downloads"
  | "modelHub"
  | "keepHubToken"
  | "removeHubToken"
>;

const DEFAULT_LIMIT = 12_000_000_000;
/** What fits into a computer of which only the limit changes. */
const WORKING = 60_000_000;

export function fakeModels(scene: Scene, tell: (event: AppEvent) => void): ModelCommands {
  let endBench: ((stopped: boolean) => void) | null = null;

  const tellModels = () => tell({ type: "models_changed", models: scene.models });
  const tellDownloads = () => tell({ type: "downloads_changed", downloads: scene.downloads });
  const named = (name: string): ModelView => {
    const found = scene.models.models.find((model) => model.name === name);
    if (!found) throw new CoreError("not_found", "This model is no longer there.");
    return found;
  };
  /** Has these models in memory, the last one asked last. */
  const hold = (names: string[], paused: boolean) => {
    const models = scene.models.models.map(
      (model): ModelView =>
        model.state.state === "unusable"
          ? model
          : { ...model, state: { state: names.includes(model.name) ? "loaded" : "available" } },
    );
    scene.models = { ...scene.models, models };
    const loaded = names.map((name) => {
      const fit = named(name).fit;
      return {
        name,
        memory: fit ? fit.weights + fit.cache + fit.working : 1_386_000_000,
        graphics_memory: 0,
        context: 8_192,
        graphics_layers: 0,
        layers: 28,
        note: "",
      };
    });
    const memory = loaded.reduce((sum, each) => sum + each.memory, 0);
    scene.runtime = { ...scene.runtime, model: names[0] ?? null, memory, loaded, paused };
    tellModels();
    tell({ type: "runtime_changed", runtime: scene.runtime });
  };
  const held = () => scene.runtime.loaded.map(({ name }) => name);
  const change = (id: string, changes: Partial<DownloadView>) => {
    scene.downloads = scene.downloads.map((each) =>
      each.id === id ? { ...each, ...changes } : each,
    );
    tellDownloads();
  };
  const goOn = (id: string) => {
    if (scene.pace === null) return;
    setTimeout(() => {
      const now = scene.downloads.find((each) => each.id === id);
      if (now?.state !== "fetching") return;
      const received = Math.min(now.total, now.received + now.rate / 4);
      const seconds_left = Math.ceil((now.total - received) / Math.max(1, now.rate));
      if (received < now.total) {
        change(id, { received, seconds_left });
        goOn(id);
        return;
      }
      scene.downloads = scene.downloads.filter((each) => each.id !== id);
      tellDownloads();
    }, scene.pace * 8);
  };
  // The room is what fits are measured against: a new limit changes what they say.
  const refit = (limit: number) => {
    const again = <F extends ModelView["fit"]>(fit: F): F => {
      if (!fit) return fit;
      const whole = fit.weights + fit.cache + WORKING;
      const word =
        whole <= limit
          ? "fits_well"
          : whole <= scene.hardware.available
            ? "over_limit"
            : "too_large";
      return { ...fit, fit: word, room: limit };
    };
    scene.models = {
      ...scene.models,
      models: scene.models.models.map((model) => ({ ...model, fit: again(model.fit) })),
    };
    scene.catalog = scene.catalog.map((item) => ({ ...item, fit: again(item.fit) }));
    scene.runtime = { ...scene.runtime, limit };
  };

  return {
    chooseModel: async (where, model) => {
      const of = scene.conversations.find(({ id }) => id === where);
      if (of) of.model = model;
      else scene.models = { ...scene.models, default: model };
      tellModels();
    },
    models: async () => structuredClone(scene.models),
    runtime: async () => structuredClone(scene.runtime),
    openModelsFolder: async () => {},
    loadModel: async (model) => {
      const name = model ?? scene.models.default;
      hold(name === null ? [] : [name, ...held().filter((each) => each !== name)], false);
    },
    unloadModel: async (model) =>
      hold(model === null ? [] : held().filter((each) => each !== model), scene.runtime.paused),
    pauseRuntime: async () => hold([], true),
    resumeRuntime: async () => hold(scene.models.default ? [scene.models.default] : [], false),
    hardware: async () => structuredClone(scene.hardware),
    setMemoryLimit: async (limit) => {
      scene.hardware = {
        ...scene.hardware,
        limit: limit ?? DEFAULT_LIMIT,
        limit_chosen: limit !== null,
      };
      refit(scene.hardware.limit);
      tellModels();
      tell({ type: "runtime_changed", runtime: scene.runtime });
      return structuredClone(scene.hardware);
    },
    catalog: async () => structuredClone(scene.catalog),
    modelSettings: async (model) => structuredClone(scene.settings[model] ?? {}),
    setModelSettings: async (model, settings) => {
      scene.settings[model] = settings;
    },
    importModel: async () => {
      if (!scene.picked) return null;
      const { name } = scene.picked;
      scene.models = { ...scene.models, models: [...scene.models.models, scene.picked] };
      tellModels();
      return name;
    },
    removeModel: async (model) => {
      const { owner, title } = named(model);
      if (owner !== "sotto" && owner !== "elsewhere") {
        throw new CoreError("other", `${title} belongs to another program.`);
      }
      scene.models = {
        ...scene.models,
        models: scene.models.models.filter(({ name }) => name !== model),
      };
      tellModels();
    },
    benchModel: async (model) => {
      const stages = ["Reading memory", "Prefill of 512 tokens", "Decode of 128 tokens"];
      const steps = stages.length * 4;
      const stopped = await new Promise<boolean>((resolve) => {
        endBench = resolve;
        let at = 0;
        const step = () => {
          if (endBench !== resolve) return;
          if (at === steps) return resolve(false);
          const stage = stages[Math.floor(at / 4)] ?? "";
          tell({
            type: "bench_progressed",
            progress: { model, percent: Math.floor((100 * at) / steps), stage },
          });
          at += 1;
          if (scene.pace !== null) setTimeout(step, scene.pace * 6);
        };
        step();
      });
      endBench = null;
      if (stopped) throw new CoreError("other", "The measurement was stopped.");
      const result = measurement(model, 0);
      scene.measurements = [result, ...scene.measurements];
      return result;
    },
    stopBench: async () => endBench?.(true),
    measurements: async () => structuredClone(scene.measurements),
    previewDownload: async (id) => {
      const whole = { ...offer(id), ...scene.offers[id] };
      return whole.verified || whole.received > 0 || whole.obstacle
        ? whole
        : { ...whole, size: null, sha256: "" };
    },
    offerDownload: async (id) => ({ ...offer(id), ...scene.offers[id] }),
    download: async (id) => {
      const { title, host, file, size } = offer(id);
      const busy = scene.downloads.some(({ state }) => state === "fetching");
      const begun: DownloadView = {
        id,
        title,
        host,
        file,
        received: 0,
        total: size ?? 0,
        state: busy ? "queued" : "fetching",
        rate: busy ? 0 : 37_000_000,
        seconds_left: null,
        elsewhere: false,
        message: "",
      };
      scene.downloads = [...scene.downloads.filter((each) => each.id !== id), begun];
      tellDownloads();
      goOn(id);
    },
    pauseDownload: async (id) => change(id, { state: "paused", rate: 0, seconds_left: null }),
    resumeDownload: async (id) => {
      change(id, { state: "fetching", rate: 37_000_000, message: "" });
      goOn(id);
    },
    cancelDownload: async (id) => {
      scene.downloads = scene.downloads.filter((each) => each.id !== id);
      tellDownloads();
    },
    downloads: async () => structuredClone(scene.downloads),
    modelHub: async () => structuredClone(scene.hub),
    keepHubToken: async () => {
      scene.hub = { ...scene.hub, token: { state: "kept" } };
    },
    removeHubToken: async () => {
      scene.hub = { ...scene.hub, token: { state: "none" } };
    },
  };
}
