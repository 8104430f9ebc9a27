// What is said about models: whether they fit, how fast they are, whose they are, what their
// weights are kept as.
import { bytes, count, plural } from "../../components/format";
import type { TagLook } from "../../components/Tag";
import type {
  CatalogItem,
  Fit,
  FitView,
  HardwareView,
  LoadedView,
  ModelOwner,
  ModelView,
  SpeedView,
} from "../../ipc";

/** Bytes that a model takes in memory. */
export const needed = ({ weights, cache, working }: FitView): number => weights + cache + working;

export const FIT_TAGS: Readonly<Record<Fit, { words: string; look: TagLook }>> = {
  fits_well: { words: "Fits well", look: "good" },
  smaller_context: { words: "Smaller context", look: "caution" },
  over_limit: { words: "Over your limit", look: "caution" },
  too_large: { words: "Too large", look: "bad" },
};

/** `1.1 GB + 295 MB context`; with the tokens where they are fewer than one would want. */
export function memoryWords(fit: FitView): string {
  const what = fit.fit === "smaller_context" ? `for ${count(fit.context)} tokens` : "context";
  const context = fit.cache > 0 ? ` + ${bytes(fit.cache + fit.working)} ${what}` : "";
  return `${bytes(fit.weights)}${context}`;
}

const shortRate = (value: number) => (value < 9.95 ? value.toFixed(1) : value.toFixed(0));

/** `measured 34/s`, `about 12/s`; nothing where it is unknown. */
export function speedWords(speed: SpeedView | null): string {
  if (!speed?.tokens_per_second) return "";
  const rate = shortRate(speed.tokens_per_second);
  return speed.measured ? `measured ${rate}/s` : `about ${Number(rate).toFixed(0)}/s`;
}

/** The same as a sentence, with what it means for somebody who reads along. */
export function speedSentence(speed: SpeedView | null): string {
  if (!speed?.tokens_per_second) {
    return "How fast it answers is not known until the memory’s bandwidth is measured.";
  }
  const rate = shortRate(speed.tokens_per_second);
  // People read some four words a second, and a word has about four thirds of a token.
  const pace =
    speed.tokens_per_second >= 12
      ? "faster than most people read"
      : speed.tokens_per_second >= 5
        ? "about as fast as people read"
        : "slower than people read";
  return speed.measured
    ? `${rate} tokens a second, measured here: ${pace}.`
    : `About ${rate} tokens a second, worked out from the memory’s bandwidth: ${pace}.`;
}

/** Why it fits or does not, with the numbers. */
export function fitSentences(fit: FitView, hardware: HardwareView | undefined): string {
  const parts = [
    `${bytes(fit.weights)} for the weights`,
    ...(fit.cache > 0 ? [`${bytes(fit.cache)} for ${count(fit.context)} tokens of context`] : []),
    ...(fit.working > 0 ? [`${bytes(fit.working)} to work with`] : []),
  ];
  const last = parts.pop();
  const needs = `Needs ${[parts.join(", "), last].filter(Boolean).join(" and ")}: ${bytes(needed(fit))} in all.`;
  const has = hardware
    ? ` ${bytes(hardware.available)} is free, ${hardware.limit_chosen ? "your limit" : "the limit"} is ${bytes(hardware.limit)}.`
    : "";
  return needs + has + FIT_MEANS[fit.fit](fit);
}

const FIT_MEANS: Readonly<Record<Fit, (fit: FitView) => string>> = {
  fits_well: ({ largest_context, context }) =>
    largest_context > context
      ? ` Up to ${count(largest_context)} tokens of context would fit.`
      : "",
  smaller_context: ({ largest_context }) =>
    ` It runs with ${count(largest_context)} tokens of context at most: about ${pages(largest_context)} of text, questions and answers together.`,
  over_limit: () => " With a higher limit it would run.",
  too_large: () => " This computer has too little memory for it.",
};

/** Tokens as pages: some 350 words a page, three words for four tokens. No more digits than it knows. */
export function pages(tokens: number): string {
  const number = Math.max(1, Number(((tokens * 0.75) / 350).toPrecision(2)));
  return plural(Math.round(number), "page");
}

export const OWNERS: Readonly<Record<ModelOwner, { tag: string; name: string }>> = {
  sotto: { tag: "", name: "" },
  bundled: { tag: "", name: "" },
  elsewhere: { tag: "Your own file", name: "" },
  ollama: { tag: "From Ollama", name: "Ollama" },
  lm_studio: { tag: "From LM Studio", name: "LM Studio" },
  jan: { tag: "From Jan", name: "Jan" },
  gpt4_all: { tag: "From GPT4All", name: "GPT4All" },
  hugging_face: { tag: "From Hugging Face", name: "the Hugging Face programs" },
};

/** Where its file is, in a sentence. */
export function ownerSentence({ owner }: ModelView): string {
  switch (owner) {
    case "sotto":
      return "In Sotto’s models folder.";
    case "bundled":
      return "Came with Sotto.";
    case "elsewhere":
      return "Your own file, used where it is.";
    default:
      return `Found where ${OWNERS[owner].name} keeps it, and used there: nothing was copied.`;
  }
}

const startsLarge = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** One honest sentence, or where it is from where nobody knows one. */
export function aboutModel(model: ModelView): string {
  if (model.state.state === "unusable") return startsLarge(model.state.reason);
  return honest(model) || ownerSentence(model);
}

/** `Code, short texts. Weak at: facts.` */
export function honest({ good_at, weak_at }: Pick<CatalogItem, "good_at" | "weak_at">): string {
  return [good_at, weak_at && `Weak at: ${lowerFirst(weak_at)}`].filter(Boolean).join(" ");
}

function lowerFirst(text: string): string {
  // Not where the second letter is a capital, too: `GPU use` stays.
  return /^\p{Lu}\p{Lu}/u.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

/** What a weight format means, in a sentence; empty where it is unknown. */
export function quantizationWords(quantization: string): string {
  const bits = Number(/^I?T?Q(\d)/i.exec(quantization)?.[1] ?? 0);
  if (bits > 0) {
    const loss =
      bits >= 6
        ? "next to nothing is lost by it"
        : bits >= 4
          ? "little is lost by it"
          : "much is lost by it";
    return `Each weight is kept in about ${bits} bits in place of 16, so that it needs less memory and answers faster; ${loss}.`;
  }
  if (/^(B?F16|F32)$/i.test(quantization)) {
    return "The weights are as they were trained: nothing is lost, and it takes the most memory.";
  }
  return "";
}

/** `1.5B` from a number of weights. */
export function parameterWords(parameters: number): string {
  return parameters >= 1e9
    ? `${(parameters / 1e9).toFixed(parameters < 9.95e9 ? 1 : 0).replace(/\.0$/, "")}B`
    : `${Math.round(parameters / 1e6)}M`;
}

/** Where the layers of a model in memory are, where a graphics card has a part in it. */
export function layerWords({ graphics_layers, layers, graphics_memory }: LoadedView): string {
  if (graphics_layers === 0) return "";
  const of = layers > 0 ? ` of ${layers}` : "";
  return `${graphics_layers}${of} layers are on the graphics card, in ${bytes(graphics_memory)} of its memory.`;
}
