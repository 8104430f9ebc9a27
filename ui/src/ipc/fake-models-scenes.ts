// Models and what was measured, for tests and pictures. The numbers are those of a machine with two
// cores and 24 GB. Never part of the real build.
import type { FitView, HardwareView, Measurement, ModelView } from "./index";

export const MB = 1_000_000;
export const GB = 1_000_000_000;
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

/** A speed that was worked out. */
export const about = (tokens_per_second: number) => ({ tokens_per_second, measured: false });

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
