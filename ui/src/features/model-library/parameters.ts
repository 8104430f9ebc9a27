// How a model can be run, as data: what each number means, its range, and what it is where nobody
// chose one. The defaults are those of the runtime (`Sampling` in runtime-server's engine), which
// are the ones that Ollama documents.
import type { ModelSettings } from "../../ipc";

type Named = Exclude<keyof ModelSettings, "adapters" | "keep_alive" | "context">;

export interface Parameter {
  name: Named;
  label: string;
  /** What it does, for somebody who has never heard of it. */
  hint: string;
  least: number;
  most: number;
  /** Of the slider; `null`: a number alone. */
  step: number | null;
  /** A whole number. */
  whole: boolean;
  /** What it is where it is not chosen, for the person. */
  standard: string;
}

export const PARAMETERS: readonly Parameter[] = [
  {
    name: "temperature",
    label: "Temperature",
    hint: "How freely words are chosen. 0 takes the likeliest each time: best for extracting and code. Above 1 answers wander.",
    least: 0,
    most: 2,
    step: 0.05,
    whole: false,
    standard: "0.8",
  },
  {
    name: "top_p",
    label: "Top P",
    hint: "Only the likeliest words that together have this probability are considered. Lower is more predictable, 1 considers all.",
    least: 0,
    most: 1,
    step: 0.01,
    whole: false,
    standard: "0.9",
  },
  {
    name: "top_k",
    label: "Top K",
    hint: "Only so many of the likeliest words are considered. 0 considers all.",
    least: 0,
    most: 1_000,
    step: null,
    whole: true,
    standard: "40",
  },
  {
    name: "min_p",
    label: "Min P",
    hint: "Leaves out words that are much less likely than the likeliest: at 0.1, those with less than a tenth of its probability.",
    least: 0,
    most: 1,
    step: 0.01,
    whole: false,
    standard: "0",
  },
  {
    name: "repeat_penalty",
    label: "Repeat penalty",
    hint: "Above 1 it avoids what it said recently. Too high and it avoids words that it needs.",
    least: 0.5,
    most: 2,
    step: 0.05,
    whole: false,
    standard: "1.1",
  },
  {
    name: "seed",
    label: "Seed",
    hint: "Where chance begins: the same number and the same question give the same answer.",
    least: 0,
    most: 4_294_967_295,
    step: null,
    whole: true,
    standard: "0",
  },
];

export const GRAPHICS_LAYERS: Parameter = {
  name: "graphics_layers",
  label: "Layers on the graphics card",
  hint: "The more of them are there, the faster it answers, and the more of the card’s memory it takes. 0 leaves the card alone.",
  least: 0,
  most: 999,
  step: null,
  whole: true,
  standard: "as many as fit",
};

/** The fewest tokens of context that a conversation can be held with. */
export const LEAST_CONTEXT = 512;

/** How long a model stays in memory after its last use: seconds, and in words. */
export const KEEP_ALIVE: readonly [number, string][] = [
  [0, "Leave at once"],
  [300, "5 minutes"],
  [1_800, "30 minutes"],
  [14_400, "4 hours"],
  [-1, "Until its place is needed"],
];

/** What is wrong with a number that was typed; empty where nothing is. An empty one is the default. */
export function wrongWith(
  typed: string,
  { least, most, whole }: Pick<Parameter, "least" | "most" | "whole">,
): string {
  if (typed.trim() === "") return "";
  const value = numberIn(typed, whole);
  const range = `from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}`;
  if (Number.isNaN(value) || value < least || value > most) return `A number ${range}.`;
  return whole && !Number.isInteger(value) ? `A whole number ${range}.` : "";
}

/** A typed number; `null` where it is left to Sotto. */
export const numberOf = (typed: string, whole: boolean): number | null =>
  typed.trim() === "" ? null : numberIn(typed, whole);

/** The names of those that may have decimals. */
const FRACTIONS: readonly string[] = PARAMETERS.flatMap(({ name, whole }) => (whole ? [] : [name]));

/** Whether what has this name is a whole number. */
export const isWholeNumber = (name: string): boolean => !FRACTIONS.includes(name);

/** Thousands, as any country writes them: `1,000`, `1.000`, `1 000`, `1’000`. */
const GROUPED = /^\d{1,3}(?:[.,'’\s]\d{3})+$/;

function numberIn(typed: string, whole: boolean): number {
  const trimmed = typed.trim();
  return whole && GROUPED.test(trimmed)
    ? Number(trimmed.replace(/\D/g, ""))
    : Number(trimmed.replace(",", "."));
}
