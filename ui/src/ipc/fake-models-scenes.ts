// Models, what could be fetched, what is on its way and what was measured, for tests and pictures.
// The numbers are those of a machine with two cores and 24 GB. Never part of the real build.
import type {
  CatalogItem,
  DownloadOffer,
  DownloadView,
  FitView,
  HardwareView,
  LicenceView,
  Measurement,
  ModelView,
} from "./index";

const MB = 1_000_000;
const GB = 1_000_000_000;
const FOLDER = "/home/ada/.local/share/sotto/models";

export const LIMIT = 4 * GB;

export const HARDWARE: HardwareView = {
  memory: 24 * GB,
  available: 18.2 * GB,
  limit: LIMIT,
  limit_chosen: true,
  threads: 2,
  cpu_features: ["AVX2", "FMA", "AVX-512"],
  bandwidth: 34.4 * GB,
  graphics: [],
  note: "",
};

/** Whether something of so many bytes fits, as the core works it out. */
export function fit(weights: number, cache: number, changes: Partial<FitView> = {}): FitView {
  const working = 60 * MB;
  const whole = weights + cache + working;
  return {
    fit: whole <= LIMIT ? "fits_well" : whole <= HARDWARE.available ? "over_limit" : "too_large",
    weights,
    context: 8_192,
    cache,
    working,
    room: LIMIT,
    largest_context: whole <= LIMIT ? 32_768 : 0,
    ...changes,
  };
}

/** What a model has of which nothing is said. */
const UNKNOWN = {
  role: "own",
  parameters: "",
  quantization: "",
  context_length: 0,
  licence: "",
  good_at: "",
  weak_at: "",
  state: { state: "available" },
  kind: "chat",
  architecture: "",
  languages: [],
  owner: "sotto",
  fit: null,
  speed: null,
} satisfies Partial<ModelView>;

/** A model of which only some things are known. */
export function model(name: string, changes: Partial<ModelView>): ModelView {
  return {
    ...UNKNOWN,
    name,
    title: name,
    size: changes.fit?.weights ?? 0,
    files: [`${FOLDER}/${name}.gguf`],
    ...changes,
  };
}

export const STAND_IN: ModelView = model("SmolLM2-135M-Instruct-Q4_1", {
  title: "SmolLM2 135M",
  role: "stand_in",
  size: 98_362_432,
  parameters: "135M",
  quantization: "Q4_1",
  context_length: 8_192,
  licence: "Apache-2.0",
  good_at: "Answering at once, on any computer.",
  weak_at: "Most questions: it is a stand-in and often wrong.",
  state: { state: "loaded" },
  architecture: "llama",
  languages: ["en"],
  owner: "bundled",
  fit: fit(98 * MB, 92 * MB),
  speed: { tokens_per_second: 127.4, measured: true },
});
export const QWEN: ModelView = model("qwen2.5-coder-1.5b-instruct-q4_k_m", {
  title: "Qwen2.5 Coder 1.5B",
  role: "working_default",
  size: 1_117_320_768,
  parameters: "1.5B",
  quantization: "Q4_K_M",
  context_length: 32_768,
  licence: "Apache-2.0",
  good_at: "Code, short texts, extracting data.",
  weak_at: "Facts and long reasoning: check what it says.",
  state: { state: "loaded" },
  architecture: "qwen2",
  languages: ["en", "zh"],
  fit: fit(1_117 * MB, 235 * MB),
  speed: { tokens_per_second: 33.6, measured: true },
});
export const BROKEN: ModelView = model("holiday-photos", {
  size: 1_024,
  state: {
    state: "unusable",
    reason: "This file is not a model: it does not begin as a GGUF file does.",
  },
});

const EMBEDDING = model("nomic-embed-text-v1.5.Q8_0", {
  title: "Nomic Embed Text 1.5",
  size: 146 * MB,
  parameters: "137M",
  quantization: "Q8_0",
  context_length: 2_048,
  licence: "Apache-2.0",
  good_at: "Finding texts by meaning.",
  kind: "embedding",
  architecture: "nomic-bert",
  languages: ["en"],
  owner: "lm_studio",
  files: ["/home/ada/.lmstudio/models/nomic-ai/nomic-embed-text-v1.5.Q8_0.gguf"],
  fit: fit(146 * MB, 0),
});
const ADAPTER = model("delivery-notes-lora", {
  title: "delivery-notes-lora",
  size: 18 * MB,
  kind: "adapter",
  architecture: "qwen2",
  owner: "elsewhere",
  files: ["/home/ada/training/delivery-notes-lora.gguf"],
});

/** One of each kind that a person may have. */
export const LIBRARY: ModelView[] = [
  QWEN,
  { ...STAND_IN, state: { state: "available" } },
  model("llama3.2-3b", {
    title: "llama3.2:3b",
    parameters: "3.2B",
    quantization: "Q4_K_M",
    context_length: 131_072,
    licence: "Llama 3.2",
    architecture: "llama",
    languages: ["en", "de", "fr", "it", "pt", "hi", "es", "th"],
    owner: "ollama",
    files: [
      "/usr/share/ollama/.ollama/models/blobs/sha256-dde5aa3fc5ffc17176b5e8bdc82f587b24b2678c6c66101bf7da77af9f7ccdff",
    ],
    fit: fit(2_019 * MB, 470 * MB),
    speed: { tokens_per_second: 16.2, measured: false },
  }),
  model("gemma-4-e4b-it-q4_k_m", {
    title: "Gemma 4 E4B",
    parameters: "7.5B",
    quantization: "Q4_K_M",
    context_length: 131_072,
    licence: "Apache-2.0",
    good_at: "Writing and translating, also of pictures’ texts.",
    weak_at: "Exact counting and long code.",
    architecture: "gemma4",
    languages: ["en", "de", "fr", "es", "it", "ja", "ko", "th", "ar"],
    fit: fit(4_620 * MB, 310 * MB),
    speed: { tokens_per_second: 7.4, measured: false },
    files: [1, 2, 3].map((part) => `${FOLDER}/gemma-4-e4b-it-q4_k_m-0000${part}-of-00003.gguf`),
  }),
  model(
    "Mistral-Nemo-Instruct-2407-abliterated-GGUF-imatrix-IQ3_XXS-by-a-very-long-uploader-name",
    {
      parameters: "12B",
      quantization: "IQ3_XXS",
      context_length: 1_024_000,
      architecture: "llama",
      owner: "hugging_face",
      files: [
        "/home/ada/.cache/huggingface/hub/models--someone--Mistral-Nemo-Instruct-2407-abliterated-GGUF/snapshots/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567/Mistral-Nemo-Instruct-2407-abliterated-IQ3_XXS.gguf",
      ],
      fit: fit(3_400 * MB, 1_340 * MB, {
        fit: "smaller_context",
        context: 8_192,
        largest_context: 3_072,
      }),
      speed: { tokens_per_second: 9.9, measured: false },
    },
  ),
  model("command-r-plus-104b-q4_k_m", {
    title: "Command R+ 104B",
    parameters: "104B",
    quantization: "Q4_K_M",
    context_length: 131_072,
    licence: "CC-BY-NC-4.0",
    architecture: "command-r",
    owner: "jan",
    files: ["/home/ada/jan/models/command-r-plus-104b-q4_k_m/model.gguf"],
    fit: fit(62_800 * MB, 2_100 * MB),
  }),
  EMBEDDING,
  ADAPTER,
  BROKEN,
];

const APACHE: LicenceView = {
  name: "Apache-2.0",
  link: "https://www.apache.org/licenses/LICENSE-2.0",
  terms: "",
};

function item(
  id: string,
  given: Partial<CatalogItem> & Pick<CatalogItem, "title" | "fit">,
): CatalogItem {
  return {
    id,
    repository: `example/${id}-GGUF`,
    file: `${id}-Q4_K_M.gguf`,
    size: given.fit.weights,
    parameters: 4_000_000_000,
    quantization: "Q4_K_M",
    architecture: "qwen3",
    context_length: 262_144,
    languages: ["en"],
    licence: APACHE,
    good_at: "",
    weak_at: "",
    verified: false,
    can_be_fetched: true,
    installed: null,
    speed: null,
    ...given,
  };
}

const about = (tokens_per_second: number) => ({ tokens_per_second, measured: false });

export const CATALOG: CatalogItem[] = [
  item("smollm2-135m-instruct", {
    title: "SmolLM2 135M",
    fit: fit(98 * MB, 92 * MB),
    installed: STAND_IN.name,
    can_be_fetched: false,
    verified: true,
  }),
  item("qwen2.5-coder-1.5b-instruct", {
    title: "Qwen2.5 Coder 1.5B",
    fit: fit(1_117 * MB, 235 * MB),
    installed: QWEN.name,
    verified: true,
  }),
  item("qwen3.5-0.8b", {
    title: "Qwen3.5 0.8B",
    repository: "unsloth/Qwen3.5-0.8B-GGUF",
    file: "Qwen3.5-0.8B-Q4_K_M.gguf",
    parameters: 800 * MB,
    fit: fit(508 * MB, 100 * MB),
    good_at: "Short summaries and lists on a small computer.",
    languages: ["en", "zh", "de", "fr", "es", "ja", "ko", "th", "vi", "id", "ar", "ru"],
    speed: about(52),
  }),
  item("qwen3.5-4b", {
    title: "Qwen3.5 4B",
    repository: "unsloth/Qwen3.5-4B-GGUF",
    file: "Qwen3.5-4B-Q4_K_M.gguf",
    fit: fit(2_620 * MB, 520 * MB),
    good_at: "Everyday writing and reasoning in many languages.",
    weak_at: "Facts about people and recent events.",
    languages: ["en", "zh", "de", "fr", "es", "ja", "ko", "th", "vi", "id", "ar", "ru"],
    verified: true,
    speed: about(12.4),
  }),
  item("typhoon2.5-qwen3-4b", {
    title: "Typhoon 2.5 4B",
    repository: "scb10x/typhoon2.5-qwen3-4b-gguf",
    file: "typhoon2.5-qwen3-4b-q4_k_m.gguf",
    fit: fit(2_600 * MB, 520 * MB),
    good_at: "Thai first, and English.",
    languages: ["th", "en"],
    speed: about(12.4),
  }),
  item("qwen3.5-9b", {
    title: "Qwen3.5 9B",
    repository: "unsloth/Qwen3.5-9B-GGUF",
    file: "Qwen3.5-9B-Q4_K_M.gguf",
    parameters: 9_000_000_000,
    fit: fit(5_300 * MB, 900 * MB),
    good_at: "Stronger reasoning, longer texts.",
    languages: ["en", "zh", "de", "fr", "es", "ja", "ko", "th", "vi", "id", "ar", "ru"],
    speed: about(5.2),
  }),
  item("llama-poro-2-8b", {
    title: "Llama Poro 2 8B",
    repository: "LumiOpen/Llama-Poro-2-8B-Instruct-GGUF",
    file: "Llama-Poro-2-8B-Instruct-Q4_K_M.gguf",
    parameters: 8_030_000_000,
    architecture: "llama",
    context_length: 8_192,
    fit: fit(4_920 * MB, 1_070 * MB),
    good_at: "Finnish, and English.",
    languages: ["fi", "en"],
    licence: {
      name: "Llama 3.3",
      link: "https://www.llama.com/llama3_3/license/",
      terms:
        "Not an open licence. What you make with it must say “Built with Llama”; some uses are forbidden, and firms with more than 700 million users need Meta’s leave.",
    },
    speed: about(5.8),
  }),
  item("ministral-3-14b", {
    title: "Ministral 3 14B",
    repository: "mistralai/Ministral-3-14B-Instruct-2512-GGUF",
    file: "Ministral-3-14B-Instruct-2512-Q4_K_M.gguf",
    parameters: 14_000_000_000,
    architecture: "mistral3",
    fit: fit(7_700 * MB, 1_340 * MB, { fit: "over_limit" }),
    good_at: "Long documents and tools.",
    languages: ["en", "fr", "de", "es", "it", "pt", "nl", "pl", "ar", "ja"],
    speed: about(3.9),
  }),
];

export const FETCHING: DownloadView = {
  id: "qwen3.5-4b",
  title: "Qwen3.5 4B",
  host: "cas-bridge.xethub.hf.co",
  file: "Qwen3.5-4B-Q4_K_M.gguf",
  received: 1_100 * MB,
  total: 2_620 * MB,
  state: "fetching",
  rate: 37 * MB,
  seconds_left: 41,
  message: "",
};

export const DOWNLOADS: DownloadView[] = [
  FETCHING,
  {
    ...FETCHING,
    id: "typhoon2.5-qwen3-4b",
    title: "Typhoon 2.5 4B",
    file: "typhoon2.5-qwen3-4b-q4_k_m.gguf",
    received: 0,
    total: 0,
    state: "queued",
    rate: 0,
    seconds_left: null,
  },
  {
    ...FETCHING,
    id: "llama-poro-2-8b",
    title: "Llama Poro 2 8B",
    file: "Llama-Poro-2-8B-Instruct-Q4_K_M.gguf",
    received: 2_310 * MB,
    total: 4_920 * MB,
    state: "failed",
    rate: 0,
    seconds_left: null,
    message:
      "The connection broke off and could not be made again for a minute. What is here stays; try again when you are online.",
  },
];

/** What is offered for something of the catalogue, or of the hub by its name there. */
export function offer(id: string): DownloadOffer {
  const known = CATALOG.find((each) => each.id === id);
  return {
    id,
    title: known?.title ?? id.split("/").at(-1) ?? id,
    host: "huggingface.co",
    further_hosts: ["cdn-lfs.hf.co", "cas-bridge.xethub.hf.co"],
    file: known ? `${known.repository}/${known.file}` : id,
    size: known?.size ?? null,
    sha256: known?.verified
      ? "9c1d1e0b4c6a3f5d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f901234567890"
      : "",
    received: 0,
    licence: known?.licence ?? { name: "", link: `https://huggingface.co/${id}`, terms: "" },
    free: 212 * GB,
    verified: known?.verified ?? false,
    obstacle: "",
  };
}

/** How a model was measured, so many days before `now`. */
export function measurement(
  of: string,
  days: number,
  changes: Partial<Measurement> = {},
): Measurement {
  return {
    model: of,
    at: Date.now() - days * 86_400_000,
    prefill: 104.2,
    decode: 33.6,
    first_token: 361,
    memory: 1_409 * MB,
    expected_memory: 1_412 * MB,
    bandwidth: 34.4 * GB,
    bytes_per_token: 980 * MB,
    limit: 35.1,
    threads: 2,
    backend: "CPU",
    ...changes,
  };
}

export const MEASUREMENTS: Measurement[] = [
  measurement(QWEN.name, 0),
  measurement(STAND_IN.name, 0, {
    prefill: 342,
    decode: 127.4,
    first_token: 90,
    memory: 168 * MB,
    expected_memory: 160 * MB,
    bytes_per_token: 97 * MB,
    limit: 354,
  }),
  measurement("llama3.2-3b", 3, {
    prefill: 51.3,
    decode: 12.1,
    first_token: 810,
    memory: 2_702 * MB,
    expected_memory: 2_549 * MB,
    bytes_per_token: 2_019 * MB,
    limit: 17,
  }),
  measurement(QWEN.name, 12, { decode: 21.8, prefill: 88, first_token: 402, memory: 1_411 * MB }),
];

/** So many models that nobody could look through them. */
export function many(count: number): ModelView[] {
  const languages = ["en", "de", "th", "fi", "ar"];
  return Array.from({ length: count }, (_, at) =>
    model(`collection-${String(at + 1).padStart(3, "0")}-q4_k_m`, {
      title: `Collection ${at + 1}`,
      parameters: `${(at % 14) + 1}B`,
      quantization: "Q4_K_M",
      context_length: 32_768,
      licence: "Apache-2.0",
      architecture: "qwen3",
      languages: [languages[at % languages.length] ?? "en"],
      fit: fit(((at % 14) + 1) * 600 * MB, 300 * MB),
      speed: about(60 / ((at % 14) + 1)),
    }),
  );
}
