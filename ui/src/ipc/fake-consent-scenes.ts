// Requests that a person may have to decide about: what tests of the consent window begin with, and
// what `consent.html?scene=` shows in a browser.
import type { ConsentFinding, ConsentPart, ConsentView } from "./bindings.gen";

let number = 0;
const found = (
  text: string,
  kind: ConsentFinding["kind"],
  name: string,
  certainty: ConsentFinding["certainty"] = "certain",
) => ({ text, finding: { number: number++, kind, name, certainty, replaced: false } });
const plain = (text: string) => ({ text, finding: null });
const part = (id: number, role: ConsentPart["role"], pieces: ConsentPart["pieces"]) => ({
  id,
  role,
  left_out: false,
  pieces,
});

const DIGEST = "3fa491c27be04d5f8a6c90e1b2d3f4a5968778695a4b3c2d1e0f9a8b7c6d5e4f";

const ANSWER: ConsentView = {
  proposal: "proposal-1",
  digest: DIGEST,
  purpose: "answer",
  destination: {
    place: "cloud",
    provider: "anthropic",
    method: "POST",
    url: "https://api.anthropic.com/v1/messages",
    host: "api.anthropic.com",
    model: "claude-sonnet-5",
  },
  provider_title: "Anthropic",
  parts: [
    part(0, "system", [plain("Answer in the language of the question, briefly.")]),
    part(1, "user", [
      plain("Compare these two lease drafts. The tenant is reachable at "),
      found("mira.okafor@example.org", "email", "e-mail address"),
      plain("; rent goes to "),
      found("DE44 5001 0517 5407 3249 31", "iban", "bank account (IBAN)"),
      plain(".\nCall her on "),
      found("0170 5551234", "phone", "phone number", "possible"),
      plain(" if anything is unclear."),
    ]),
    part(2, "assistant", [
      plain(
        "Draft B moves the notice period from three to six months and drops the cap on service charges in § 7.",
      ),
    ]),
    part(3, "user", [plain("Which of the two would you sign, and what would you change first?")]),
  ],
  with_key: true,
  body_bytes: 1_412,
  estimate: { fewest_tokens: 310, most_tokens: 340, most_cost: 16_200_000 },
  prices_as_of: "2026-10-31",
  retention: {
    text: "Anthropic says that it keeps requests to its API for up to 30 days and does not train on them.",
    source: "https://privacy.anthropic.com/en/articles/7996866",
    checked: "2026-11-01",
  },
  cannot_find:
    "Names of people and firms are not found, and postal addresses only in part. Read it through.",
  standing_possible: false,
  decide_within_milliseconds: 120_000,
};

const NOTHING_CONFIDENTIAL = [
  part(0, "user", [plain("Which plants grow in the shade of a north wall? Name five.")]),
];

const SCENES: Record<string, () => ConsentView | null> = {
  answer: () => ANSWER,
  none: () => null,
  simple: () => ({
    ...ANSWER,
    parts: NOTHING_CONFIDENTIAL,
    body_bytes: 214,
    estimate: { fewest_tokens: 17, most_tokens: 31, most_cost: 15_400_000 },
  }),
  long: () => ({
    ...ANSWER,
    parts: [
      part(0, "user", [
        plain("Summarise these minutes.\n\n"),
        plain("The board met at nine and spoke about the roof, again at length. ".repeat(700)),
        found("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "token", "GitHub token"),
        plain("\nThe meeting ended at noon."),
      ]),
      part(1, "user", [plain(`${"x".repeat(300)} and one word without an end`)]),
    ],
    body_bytes: 46_300,
    estimate: { fewest_tokens: 9_100, most_tokens: 11_600, most_cost: 152_000_000 },
  }),
  /** Text that would look like another text if it were drawn as it is. */
  tricks: () => ({
    ...ANSWER,
    provider_title: "Good\u202Edoog",
    destination: {
      ...ANSWER.destination,
      provider: "pple",
      host: "api.xn--pple-43d.com",
      url: "https://api.xn--pple-43d.com/v1/chat/completions",
      model: "gpt\u200B-5",
    },
    parts: [
      part(0, "user", [
        plain(
          "Send it to \u202Egro.elpmaxe\u202C, please\u200B.\u{E0041}\u{E0042} Soft\u00ADhyphen.",
        ),
        plain("\r\nA family 👨‍👩‍👧 and a heart ❤️ are no tricks; \u0007 a bell is.\u0000"),
        plain("\nหลังคา سلام שלום 1️⃣"),
      ]),
    ],
    retention: null,
    estimate: { fewest_tokens: 40, most_tokens: 90, most_cost: null },
  }),
  network: () => ({
    ...ANSWER,
    destination: {
      place: "your_network",
      provider: "cellar",
      method: "POST",
      url: "http://192.168.1.20:8080/v1/chat/completions",
      host: "192.168.1.20",
      model: "qwen3.5-27b",
    },
    provider_title: "The machine in the cellar",
    with_key: false,
    parts: NOTHING_CONFIDENTIAL,
    body_bytes: 214,
    estimate: { fewest_tokens: 17, most_tokens: 31, most_cost: null },
    retention: null,
    standing_possible: true,
  }),
  models: () => ({
    ...ANSWER,
    purpose: "model_list",
    destination: {
      ...ANSWER.destination,
      method: "GET",
      url: "https://api.anthropic.com/v1/models",
      model: null,
    },
    parts: [],
    with_key: false,
    body_bytes: 0,
    estimate: { fewest_tokens: 0, most_tokens: 0, most_cost: 0 },
  }),
  many: () => ({
    ...ANSWER,
    parts: [
      part(
        0,
        "user",
        Array.from({ length: 24 }, (_, at) => [
          plain(`${at + 1}. `),
          found(`person.${at + 1}@example.org`, "email", "e-mail address"),
          plain("\n"),
        ]).flat(),
      ),
    ],
  }),
};

/** A fresh copy of a request. */
export function consentScene(name: string): ConsentView | null {
  const scene = SCENES[name];
  if (!scene) throw new Error(`No scene ${name}: ${Object.keys(SCENES).join(", ")}`);
  return structuredClone(scene());
}
