// Words about models, as data.
import { describe, expect, it } from "vitest";
import type { CatalogItem, FitView, LoadedView, ModelOwner, SpeedView } from "../../ipc";
import { CATALOG } from "../../ipc/fake-catalog-scenes";
import { fit, HARDWARE, LIBRARY, LIMIT, model, QWEN } from "../../ipc/fake-models-scenes";
import { bestFit } from "./best";
import { featureWords } from "./HardwareStrip";
import { lettingIn, offered } from "./LimitDialog";
import { languageWords, regionalLanguage } from "./languages";
import { contextCost } from "./ModelSettingsDialog";
import { isWholeNumber, numberOf, PARAMETERS, wrongWith } from "./parameters";
import { removal } from "./RemoveDialog";
import { hubFile } from "./rows";
import {
  fitSentences,
  honest,
  layerWords,
  memoryWords,
  pages,
  parameterWords,
  quantizationWords,
  speedSentence,
  speedWords,
} from "./words";

const GB = 1e9;
const MB = 1e6;

describe("memory", () => {
  it.each<[FitView, string]>([
    [fit(1_117 * MB, 235 * MB), "1.1 GB + 295 MB context"],
    [fit(146 * MB, 0), "146 MB"],
    [
      fit(3 * GB, GB, { fit: "smaller_context", context: 3_072 }),
      "3.0 GB + 1.1 GB for 3,072 tokens",
    ],
  ])("of %j", (given, expected) => expect(memoryWords(given)).toBe(expected));

  it.each<[FitView, string]>([
    [
      fit(1_117 * MB, 235 * MB),
      "Needs 1.1 GB for the weights, 235 MB for 8,192 tokens of context and 60 MB to work with: 1.4 GB in all. 18 GB is free, your limit is 4.0 GB. Up to 32,768 tokens of context would fit.",
    ],
    [
      fit(3 * GB, GB, { fit: "smaller_context", largest_context: 4_096, working: 0 }),
      "Needs 3.0 GB for the weights and 1.0 GB for 8,192 tokens of context: 4.0 GB in all. 18 GB is free, your limit is 4.0 GB. It runs with 4,096 tokens of context at most: about 9 pages of text, questions and answers together.",
    ],
    [
      fit(5 * GB, GB),
      "Needs 5.0 GB for the weights, 1.0 GB for 8,192 tokens of context and 60 MB to work with: 6.1 GB in all. 18 GB is free, your limit is 4.0 GB. With a higher limit it would run.",
    ],
    [
      fit(60 * GB, 0, { working: 0 }),
      "Needs 60 GB for the weights: 60 GB in all. 18 GB is free, your limit is 4.0 GB. This computer has too little memory for it.",
    ],
  ])("explained for %j", (given, expected) => expect(fitSentences(given, HARDWARE)).toBe(expected));

  it("that is not the person's own limit is not called theirs", () => {
    const words = fitSentences(fit(GB, 0), { ...HARDWARE, limit_chosen: false });
    expect(words).toContain("the limit is 4.0 GB.");
    expect(fitSentences(fit(GB, 0), undefined)).not.toContain("limit");
  });

  it.each<[number | null, string]>([
    [null, "8,192 tokens take 235 MB of memory, with the weights 1.4 GB in all."],
    [32_768, "32,768 tokens take 940 MB of memory, with the weights 2.1 GB in all."],
    [
      131_072,
      "131,072 tokens take 3.8 GB of memory, with the weights 4.9 GB in all. That is more than the 4.0 GB for models.",
    ],
  ])("of %s tokens of context", (tokens, expected) =>
    expect(contextCost(QWEN, tokens)).toBe(expected),
  );
});

describe("speed", () => {
  const speed = (tokens_per_second: number | null, measured: boolean): SpeedView => ({
    tokens_per_second,
    measured,
  });
  it.each<[SpeedView | null, string, RegExp]>([
    [speed(33.6, true), "measured 34/s", /^34 tokens a second, measured here: faster/],
    [speed(7.42, true), "measured 7.4/s", /^7\.4 tokens a second, measured here: about as fast/],
    [speed(12.4, false), "about 12/s", /^About 12 tokens a second, worked out .*: faster/],
    [speed(3.9, false), "about 4/s", /^About 3\.9 tokens a second, .*: slower/],
    [speed(null, false), "", /is not known/],
    [null, "", /is not known/],
  ])("of %j", (given, short, long) => {
    expect(speedWords(given)).toBe(short);
    expect(speedSentence(given)).toMatch(long);
  });
});

describe("what abbreviations mean", () => {
  it.each([
    ["Q4_K_M", /^Each weight is kept in about 4 bits .* little is lost/],
    ["IQ3_XXS", /about 3 bits .* much is lost/],
    ["Q8_0", /about 8 bits .* next to nothing is lost/],
    ["TQ2_0", /about 2 bits/],
    ["F16", /^The weights are as they were trained/],
    ["BF16", /^The weights are as they were trained/],
    ["", /^$/],
    ["MXFP", /^$/],
  ])("%s", (quantization, expected) => expect(quantizationWords(quantization)).toMatch(expected));

  it.each([
    [134_515_008, "135M"],
    [1_543_714_304, "1.5B"],
    [4_000_000_000, "4B"],
    [14_000_000_000, "14B"],
  ])("%s parameters", (count, expected) => expect(parameterWords(count)).toBe(expected));

  it.each([
    [100, "1 page"],
    [8_192, "18 pages"],
    [1_024_000, "2,200 pages"],
  ])("%s tokens", (tokens, expected) => expect(pages(tokens)).toBe(expected));

  it.each([
    [["en", "zh"], "English, Chinese"],
    [["th"], "Thai"],
    [["en", "zh", "de", "fr"], "English, Chinese, German, French"],
    [["en", "zh", "de", "fr", "es"], "English, Chinese and 3 more"],
    [["no language"], "no language"],
    [[], ""],
  ])("%j", (codes, expected) => expect(languageWords(codes)).toBe(expected));

  it.each([
    [["th", "en"], "ไทย"],
    [["fi", "en"], "suomi"],
    [["en", "th"], undefined],
    [["zh", "en", "de", "fr"], undefined],
    [[], undefined],
  ])("%j of a region", (codes, expected) => expect(regionalLanguage(codes)?.name).toBe(expected));

  it.each([
    [{ good_at: "Code.", weak_at: "Facts." }, "Code. Weak at: facts."],
    [{ good_at: "", weak_at: "GPU use." }, "Weak at: GPU use."],
    [{ good_at: "Code.", weak_at: "" }, "Code."],
    [{ good_at: "", weak_at: "" }, ""],
  ])("%j", (given, expected) => expect(honest(given)).toBe(expected));

  it("layers on a card", () => {
    const loaded: LoadedView = {
      name: "x",
      memory: 0,
      graphics_memory: 2.1e9,
      context: 0,
      graphics_layers: 12,
      layers: 28,
      note: "",
    };
    expect(layerWords(loaded)).toBe(
      "12 of 28 layers are on the graphics card, in 2.1 GB of its memory.",
    );
    expect(layerWords({ ...loaded, graphics_layers: 0 })).toBe("");
  });
});

describe("the processor", () => {
  it.each([
    [["SSE4.2", "AVX", "AVX2", "FMA", "AVX512_VNNI", "AVX-512"], "AVX-512"],
    [["AVX2", "AVX", "FMA"], "AVX2"],
    [["NEON", "FP16"], "NEON"],
    [["RVV"], "RVV"],
    [[], ""],
  ])("with %j", (features, expected) => expect(featureWords(features)).toBe(expected));
});

describe("removing", () => {
  it.each<[ModelOwner, string | null, RegExp]>([
    ["sotto", "Delete", /^The file \(4\.1 GB\) is deleted/],
    ["elsewhere", "Forget it", /^Only the link goes/],
    ["bundled", null, /came with Sotto/],
    ["ollama", null, /belongs to Ollama.*not deleted here/],
    ["hugging_face", null, /belongs to the Hugging Face programs/],
  ])("what is of %s", (owner, yes, words) => {
    const told = removal(model("x", { owner, size: 4.1e9 }));
    expect(told.yes).toBe(yes);
    expect(told.words.join(" ")).toMatch(words);
  });
});

describe("the limit", () => {
  it.each([
    [4 * GB, null, 4],
    [4 * GB, fit(5_300 * MB, 900 * MB), 6.5],
    [12 * GB, fit(5_300 * MB, 900 * MB), 12],
  ])("of %s that is offered", (now, wanted, expected) =>
    expect(offered(now, wanted)).toBe(expected),
  );

  const all = [
    { title: "Small", fit: fit(GB, 0) },
    { title: "Large", fit: fit(6 * GB, 0) },
    { title: "Unknown", fit: null },
  ];
  it.each([
    [4, 8, "Then fits: Large."],
    [8, 4, "Then no longer fits: Large."],
    [4, 5, ""],
    [8, 0.5, "Then no longer fits: Small, Large."],
  ])("from %s to %s GB lets in", (now, then, expected) =>
    expect(lettingIn(all, now * GB, then * GB)).toBe(expected),
  );
  it("counts many", () => {
    expect(lettingIn([...all, ...all, ...all, ...all], LIMIT, 8 * GB)).toBe("Then fits: 4 models.");
  });
});

describe("numbers that are typed", () => {
  const named = (name: string) => {
    const found = PARAMETERS.find((each) => each.name === name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  };
  it.each([
    ["temperature", "0.7", "", 0.7],
    ["temperature", "0,7", "", 0.7],
    ["temperature", "", "", null],
    ["temperature", "2.1", "A number from 0 to 2.", 2.1],
    ["temperature", "-1", "A number from 0 to 2.", -1],
    ["temperature", "hot", "A number from 0 to 2.", Number.NaN],
    ["top_k", "1.5", "A whole number from 0 to 1,000.", 1.5],
    ["top_k", "0", "", 0],
    ["top_k", "1,000", "", 1_000],
    ["top_k", " 1 000 ", "", 1_000],
    ["top_k", "1.000", "", 1_000],
    ["top_k", "1,001", "A number from 0 to 1,000.", 1_001],
    ["top_k", "1,5", "A whole number from 0 to 1,000.", 1.5],
    ["seed", "4,294,967,295", "", 4_294_967_295],
    ["top_p", "0,125", "", 0.125],
    ["repeat_penalty", "0.4", "A number from 0.5 to 2.", 0.4],
  ])("%s: %s", (name, typed, wrong, value) => {
    expect(wrongWith(typed, named(name))).toBe(wrong);
    expect(numberOf(typed, isWholeNumber(name))).toBe(value);
  });
});

describe("a file of the hub", () => {
  const whole = "unsloth/Qwen3.5-4B-GGUF/Qwen3.5-4B-Q8_0.gguf";
  it.each([
    [whole, whole],
    [`https://huggingface.co/${whole.replace("/Qwen3.5-4B-Q", "/blob/main/Qwen3.5-4B-Q")}`, whole],
    ["a/b/folder/c-00001-of-00002.gguf ", "a/b/folder/c-00001-of-00002.gguf"],
    ["unsloth/Qwen3.5-4B-GGUF", null],
    ["https://example.com/a/b/c.gguf", null],
    ["qwen", null],
  ])("%s", (typed, expected) => expect(hubFile(typed)).toBe(expected));
});

describe("the best for this computer", () => {
  const best = (change: (item: CatalogItem) => Partial<CatalogItem>, language?: string) =>
    bestFit(
      CATALOG.map((item) => ({ ...item, ...change(item) })),
      language,
    )?.title;
  it("is the largest that fits well, is fast enough and was tried", () => {
    expect(best(() => ({}))).toBe("Qwen3.5 4B");
  });
  it("is one that was not tried where none was", () => {
    expect(
      best(({ id }) => ({ verified: false, can_be_fetched: !id.startsWith("qwen3.5-4b") })),
    ).toBe("Typhoon 2.5 4B");
  });
  it("is the smallest where all are slow", () => {
    expect(best(() => ({ speed: { tokens_per_second: 2, measured: false } }))).toBe("Qwen3.5 4B");
    expect(
      best(() => ({ verified: false, speed: { tokens_per_second: 2, measured: false } })),
    ).toBe("Qwen3.5 0.8B");
  });
  it("knows the person's language, where one that fits does", () => {
    expect(best(() => ({}), "fi")).toBe("Qwen3.5 4B");
    const roomy = ({ fit: of }: CatalogItem) => ({
      fit: { ...of, fit: "fits_well" as const },
      speed: null,
    });
    expect(best(roomy, "fi")).toBe("Llama Poro 2 8B");
    expect(best(roomy, "th")).toBe("Qwen3.5 4B");
  });
  it("is none where nothing fits", () => {
    expect(best(({ fit: of }) => ({ fit: { ...of, fit: "too_large" } }))).toBeUndefined();
  });
});

it("the scenes know each kind of model", () => {
  expect(new Set(LIBRARY.map(({ kind }) => kind))).toEqual(
    new Set(["chat", "embedding", "adapter"]),
  );
});
