// Which larger models can be asked, and what is said where none can, as data.
import { describe, expect, it } from "vitest";
import type { CloudView, NotSent } from "../../ipc";
import { CLOUD_OFF, CLOUD_ON } from "../../ipc/fake-cloud-scenes";
import { answererOf, choicesOf, notSentWords, whyNone } from "./choices";

const names = (cloud: CloudView) =>
  choicesOf(cloud).map(({ provider, model }) => `${provider.id}/${model.name}`);
const withoutModels = {
  ...CLOUD_ON,
  providers: CLOUD_ON.providers.map((p) => ({ ...p, models: [] })),
};

describe("choicesOf", () => {
  it.each<[string, CloudView, string[]]>([
    [
      "all that have a key, where the cloud is on",
      CLOUD_ON,
      [
        "openai/gpt-5.2",
        "openai/gpt-5.2-mini",
        "anthropic/claude-sonnet-5",
        "cellar/qwen3.5-27b",
        "cellar/gpt-oss:120b-cloud",
      ],
    ],
    [
      "only what stays in the network, where it is off",
      { ...CLOUD_ON, on: false },
      ["cellar/qwen3.5-27b"],
    ],
    ["nothing where it is blocked", { ...CLOUD_ON, blocked: true }, []],
    ["nothing where nothing is written down", { ...CLOUD_ON, unavailable: "No." }, []],
    ["nothing at a first start", CLOUD_OFF, []],
    ["nothing without models", withoutModels, []],
  ])("%s", (_, cloud, expected) => expect(names(cloud)).toEqual(expected));
});

describe("whyNone", () => {
  it.each<[CloudView | undefined, RegExp]>([
    [undefined, /One moment/],
    [CLOUD_OFF, /cloud are off/],
    [{ ...CLOUD_OFF, on: true }, /No provider has a key/],
    [{ ...CLOUD_ON, blocked: true }, /blocked/],
    [{ ...CLOUD_ON, unavailable: "Nothing is kept." }, /Nothing is kept/],
    [withoutModels, /told its models/],
  ])("%#", (cloud, words) => expect(whyNone(cloud)).toMatch(words));
});

describe("words", () => {
  const ALL: NotSent[] = [
    "denied",
    "no_decision",
    "blocked",
    "conversation_changed",
    "withdrawn",
    "not_used",
  ];
  it.each(ALL)("of %s say that nothing left", (why) =>
    expect(notSentWords(why)).toContain("Nothing left this computer"),
  );
  it("name who answered, also when the provider is gone", () => {
    expect(answererOf({ model: "openai/gpt-5.2" }, CLOUD_ON)).toEqual({
      provider: "OpenAI",
      model: "gpt-5.2",
    });
    expect(answererOf({ model: "gone/org/model" }, CLOUD_ON)).toEqual({
      provider: "gone",
      model: "org/model",
    });
  });
});
