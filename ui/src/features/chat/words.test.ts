// The words and numbers around an answer, as data.
import { describe, expect, it } from "vitest";
import type { AnswerStatistics, ModelsView, ModelView, RuntimeView } from "../../ipc";
import { MODELS } from "../../ipc/fake-scenes";
import { waitingWords } from "./AnswerRow";
import { largerContext } from "./AnswerTrouble";
import { draftFrom, joined, LONG_PASTE, textOf } from "./drafts";
import { inFull, shortly } from "./statistics";

const statistics: AnswerStatistics = {
  prompt_tokens: 1_612,
  cached_tokens: 1_590,
  answer_tokens: 178,
  load_milliseconds: 0,
  prefill_milliseconds: 31,
  decode_milliseconds: 5_235,
  first_token_milliseconds: 41,
  cut_by_length: false,
};

describe("statistics", () => {
  it("in short", () => {
    expect(shortly(statistics)).toBe("0.04 s · 34/s");
    expect(shortly({ ...statistics, decode_milliseconds: 0 })).toBe("0.04 s");
    expect(shortly({ ...statistics, answer_tokens: 0 })).toBe("0.04 s");
    expect(shortly({ ...statistics, answer_tokens: 20, first_token_milliseconds: 12_400 })).toBe(
      "12 s · 3.8/s",
    );
  });
  it("says nothing of tokens that nobody counted", () => {
    const uncounted = { ...statistics, prompt_tokens: 0, cached_tokens: 0, answer_tokens: 0 };
    expect(inFull(uncounted)).toEqual([["First word after", "0.04 s"]]);
  });
  it("in full", () => {
    expect(inFull({ ...statistics, load_milliseconds: 1_234 })).toEqual([
      ["First word after", "0.04 s"],
      ["Tokens read", "1,612"],
      ["of these, read before", "1,590"],
      ["Tokens written", "178"],
      ["Reading", "710 tokens a second"],
      ["Writing", "34.0 tokens a second"],
      ["Loading the model", "1.2 s"],
    ]);
  });
});

describe("largerContext", () => {
  const model = (context_length: number) => ({ context_length }) as ModelView;
  it.each<[number, number, ModelView | undefined, number | null]>([
    [14_210, 8_192, model(32_768), 16_384],
    [30_000, 8_192, model(32_768), 32_768],
    [31_900, 8_192, model(32_768), null],
    [7_900, 8_192, model(8_192), null],
    [10_000, 8_192, model(12_000), 12_000],
    [5_000, 4_096, model(0), 8_192],
    [5_000, 4_096, undefined, 8_192],
  ])("%i tokens in %i", (prompt, context, of, expected) =>
    expect(largerContext(prompt, context, of)).toBe(expected),
  );
});

describe("before the first word", () => {
  const runtime = (state: "starting" | "ready") =>
    ({ state, model: null, memory: 0, context: 0 }) as RuntimeView;
  const models = (state: ModelView["state"]): ModelsView => ({
    ...MODELS,
    models: MODELS.models.map((model) => ({ ...model, state })),
  });
  const name = MODELS.models[0]?.name ?? "";
  it.each([
    [waitingWords(name, MODELS, runtime("ready")), "Reading the question…"],
    [waitingWords(name, MODELS, runtime("starting")), "Starting the runtime…"],
    [
      waitingWords(name, models({ state: "loading", percent: 40 }), runtime("ready")),
      "Loading the model… 40%",
    ],
    [waitingWords(name, models({ state: "available" }), runtime("ready")), "Loading the model…"],
    [waitingWords(null), "Reading the question…"],
  ])("%s", (words, expected) => expect(words).toBe(expected));
});

describe("drafts", () => {
  it("are one text when they are sent", () => {
    expect(textOf({ text: "a\n", pasted: ["b\n"] })).toBe("a\n\nb\n");
    expect(textOf({ text: "  \n", pasted: [] })).toBe("");
    expect(textOf({ text: "", pasted: ["b"] })).toBe("b");
  });
  it("put long texts beside the field", () => {
    expect(draftFrom("short")).toEqual({ text: "short", pasted: [] });
    expect(draftFrom("x".repeat(LONG_PASTE)).text).toBe("");
  });
  it("are given back before what was typed since", () => {
    expect(joined({ text: "a", pasted: ["b"] }, { text: "c", pasted: [] })).toEqual({
      text: "a\nc",
      pasted: ["b"],
    });
    expect(joined({ text: "a", pasted: [] }, { text: "", pasted: [] }).text).toBe("a");
  });
});
