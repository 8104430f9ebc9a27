// What could be fetched, what is on its way and what is said before a yes, for tests and pictures.
// Never part of the real build.
import { about, fit, GB, MB, QWEN, STAND_IN } from "./fake-models-scenes";
import type { CatalogItem, DownloadOffer, DownloadView, HubView, LicenceView } from "./index";

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
  elsewhere: false,
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

/** Where models come from unless another hub is chosen. */
export const HUB: HubView = {
  endpoint: "https://huggingface.co/",
  from_environment: false,
  further_hosts: ["cdn-lfs.hf.co", "cas-bridge.xethub.hf.co"],
  added_hosts: [],
  token: { state: "none" },
};

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
    here: false,
    received: 0,
    licence: known?.licence ?? { name: "", link: `https://huggingface.co/${id}`, terms: "" },
    free: 212 * GB,
    verified: known?.verified ?? false,
    obstacle: "",
  };
}
