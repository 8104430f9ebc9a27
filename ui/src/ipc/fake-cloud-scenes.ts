// Providers, switches and a ledger for the core in memory.
import type { CloudView, LedgerRequest, LedgerRow, LedgerView, ProviderView } from "./index";

const builtIn = (id: string, title: string, address: string, key_page: string): ProviderView => ({
  id,
  title,
  protocol: id === "anthropic" ? "anthropic" : "open_ai",
  address,
  place: "cloud",
  built_in: true,
  key: { state: "none" },
  models: [],
  retention: null,
  key_page,
  standing_yes: null,
});

const OPENAI: ProviderView = {
  ...builtIn(
    "openai",
    "OpenAI",
    "https://api.openai.com/v1",
    "https://platform.openai.com/api-keys",
  ),
  retention: {
    text: "OpenAI says that it keeps requests to its API for up to 30 days and does not train on them.",
    source: "https://platform.openai.com/docs/guides/your-data",
    checked: "2026-11-01",
  },
};
const ANTHROPIC: ProviderView = {
  ...builtIn(
    "anthropic",
    "Anthropic",
    "https://api.anthropic.com/v1",
    "https://console.anthropic.com/settings/keys",
  ),
  retention: {
    text: "Anthropic says that it keeps requests to its API for up to 30 days and does not train on them.",
    source: "https://privacy.anthropic.com/en/articles/7996866",
    checked: "2026-11-01",
  },
};
const MISTRAL = builtIn(
  "mistral",
  "Mistral",
  "https://api.mistral.ai/v1",
  "https://console.mistral.ai/api-keys",
);

/** As it is at a first start. */
export const CLOUD_OFF: CloudView = {
  on: false,
  blocked: false,
  unavailable: "",
  providers: [OPENAI, ANTHROPIC, MISTRAL],
  own_words: [],
};

const inCloud = (name: string) => ({ name, place: "cloud" as const });

export const CLOUD_ON: CloudView = {
  ...CLOUD_OFF,
  on: true,
  providers: [
    { ...OPENAI, key: { state: "kept" }, models: [inCloud("gpt-5.2"), inCloud("gpt-5.2-mini")] },
    { ...ANTHROPIC, key: { state: "kept" }, models: [inCloud("claude-sonnet-5")] },
    MISTRAL,
    {
      id: "cellar",
      title: "The machine in the cellar",
      protocol: "open_ai",
      address: "http://192.168.1.20:8080/v1",
      place: "your_network",
      built_in: false,
      key: { state: "none" },
      models: [
        { name: "qwen3.5-27b", place: "your_network" },
        { name: "gpt-oss:120b-cloud", place: "cloud" },
      ],
      retention: null,
      key_page: "",
      standing_yes: "http://192.168.1.20:8080",
    },
  ],
  own_words: ["Projekt Nordlicht", "Okafor"],
};

export const EMPTY_LEDGER: LedgerView = {
  rows: [],
  months: [],
  check: { check: "whole", entries: 0, sealed_in_keyring: true },
  prices_as_of: "2026-10-31",
};

const HOUR = 3_600_000;
const request = (age: number, given: Partial<LedgerRequest>): LedgerRow => ({
  kind: "request",
  at: Date.now() - age,
  purpose: "answer",
  place: "cloud",
  provider: "openai",
  host: "api.openai.com",
  model: "gpt-5.2",
  conversation: "leases",
  conversation_title: "Compare the two lease drafts",
  state: "sent",
  standing: false,
  parts: 3,
  left_out: 0,
  body_bytes: 3_120,
  status: 200,
  received_bytes: 2_040,
  tokens: 1_310,
  cost: 2_100_000,
  trouble: "",
  ...given,
});

/** Nothing came back. */
const NOTHING = { status: null, received_bytes: 0, tokens: null, cost: null } as const;

export const LEDGER: LedgerView = {
  rows: [
    request(0.4 * HOUR, { left_out: 1 }),
    request(1 * HOUR, { ...NOTHING, state: "denied" }),
    request(2 * HOUR, {
      ...NOTHING,
      state: "may_have_been_sent",
      provider: "anthropic",
      host: "api.anthropic.com",
      model: "claude-sonnet-5",
      trouble: "The connection broke before the answer began.",
    }),
    request(20 * HOUR, {
      place: "your_network",
      provider: "cellar",
      host: "192.168.1.20",
      model: "qwen3.5-27b",
      standing: true,
      cost: null,
      body_bytes: 18_400,
      received_bytes: 7_300,
      conversation_title: "",
      conversation: null,
    }),
    request(27 * HOUR, {
      ...NOTHING,
      purpose: "model_list",
      model: null,
      conversation: null,
      conversation_title: "",
      parts: 0,
      body_bytes: 0,
      status: 200,
      received_bytes: 5_400,
    }),
    { kind: "change", at: Date.now() - 27.2 * HOUR, text: "Cloud models were turned on." },
    request(50 * HOUR, {
      ...NOTHING,
      state: "failed",
      trouble: "api.openai.com could not be found.",
    }),
    request(74 * HOUR, {
      ...NOTHING,
      purpose: "download",
      provider: "huggingface",
      host: "huggingface.co",
      model: "Qwen2.5 Coder 1.5B",
      conversation: null,
      conversation_title: "",
      parts: 0,
      body_bytes: 0,
      status: 200,
      received_bytes: 1_117_320_768,
      cost: 0,
    }),
    {
      kind: "connection",
      at: Date.now() - 74 * HOUR,
      host: "cdn-lfs.huggingface.co",
      received_bytes: 1_117_320_768,
      succeeded: true,
    },
    request(80 * HOUR, { ...NOTHING, state: "revoked" }),
  ],
  months: [
    {
      month: "2026-11",
      provider: "openai",
      requests: 14,
      sent_bytes: 48_200,
      tokens: 19_400,
      cost: 31_000_000,
      unknown_cost: 0,
    },
    {
      month: "2026-11",
      provider: "cellar",
      requests: 3,
      sent_bytes: 55_100,
      tokens: 22_000,
      cost: 0,
      unknown_cost: 3,
    },
    {
      month: "2026-10",
      provider: "anthropic",
      requests: 6,
      sent_bytes: 21_000,
      tokens: 8_800,
      cost: 1_240_000_000,
      unknown_cost: 1,
    },
  ],
  check: { check: "whole", entries: 46, sealed_in_keyring: true },
  prices_as_of: "2026-10-31",
};
