// Stands in for the types that are generated from the core's own, until they are; then it goes.
export type Timestamp = number;
export type Place = "this_computer" | "your_network" | "cloud";
export type Role = "system" | "user" | "assistant";
export type MessageState = "streaming" | "complete" | "stopped" | "failed" | "interrupted";

export type AnswerStatistics = {
  prompt_tokens: number;
  cached_tokens: number;
  answer_tokens: number;
  load_milliseconds: number;
  prefill_milliseconds: number;
  decode_milliseconds: number;
  first_token_milliseconds: number;
  cut_by_length: boolean;
};

export type FailureCode =
  | { code: "context_exceeded"; prompt_tokens: number; context: number }
  | { code: "model_not_found" }
  | { code: "model_unusable" }
  | { code: "insufficient_memory"; needed: number; available: number }
  | { code: "runtime_ended" }
  | { code: "other" };
export type Failure = FailureCode & { message: string };

export type Message = {
  id: string;
  conversation: string;
  parent: string | null;
  role: Role;
  text: string;
  state: MessageState;
  model: string | null;
  place: Place;
  created_at: Timestamp;
  statistics: AnswerStatistics | null;
  failure: Failure | null;
};
export type ShownMessage = Message & { alternatives: string[] };

export type Conversation = {
  id: string;
  title: string;
  title_source: "automatic" | "person";
  created_at: Timestamp;
  updated_at: Timestamp;
  model: string | null;
  context: number | null;
  leaf: string | null;
};
export type ConversationSummary = {
  id: string;
  title: string;
  updated_at: Timestamp;
  answering: boolean;
};
export type ConversationView = { conversation: Conversation; messages: ShownMessage[] };
export type Asked = { conversation: Conversation; after: string | null; added: ShownMessage[] };
export type AskRequest = { conversation: string | null; text: string; model: string | null };
export type AnswerAgain = { model: string | null; context: number | null; drop_oldest: boolean };

export type HistoryProblem =
  | "keyring_missing"
  | "keyring_without_collection"
  | "keyring_locked"
  | "keyring_dismissed"
  | "key_missing"
  | "newer_version"
  | "damaged"
  | "read_only"
  | "disk_full"
  | "other";
export type HistoryState =
  | { state: "open" }
  | { state: "needs_passphrase"; new: boolean; reason: string }
  | { state: "temporary" }
  | { state: "unavailable"; problem: HistoryProblem; message: string };
export type Startup = { version: string; history: HistoryState };

export type ModelRole = "stand_in" | "working_default" | "own";
export type ModelState =
  | { state: "available" }
  | { state: "loading"; percent: number }
  | { state: "loaded" }
  | { state: "unusable"; reason: string };
export type ModelView = {
  name: string;
  title: string;
  role: ModelRole;
  size: number;
  parameters: string;
  quantization: string;
  context_length: number;
  licence: string;
  good_at: string;
  weak_at: string;
  state: ModelState;
};
export type ArrivalState = "fetching" | "verifying" | "paused" | "failed";
export type ModelArrival = {
  title: string;
  received: number;
  total: number;
  state: ArrivalState;
  message: string;
};
export type ModelsView = {
  models: ModelView[];
  default: string | null;
  arrival: ModelArrival | null;
  folder: string;
};
export type RuntimeState =
  | { state: "idle" }
  | { state: "starting" }
  | { state: "ready" }
  | { state: "failed"; message: string };
export type RuntimeView = RuntimeState & { model: string | null; memory: number; context: number };

export type SearchHit = {
  conversation: string;
  title: string;
  message: string | null;
  excerpt: string;
  updated_at: Timestamp;
};

export type AppEvent =
  | { type: "answer_text"; conversation: string; answer: string; text: string }
  | { type: "answer_ended"; answer: Message }
  | { type: "not_saved"; conversation: string; failure: Failure }
  | { type: "saved_after_all"; conversation: string }
  | { type: "conversations_changed" }
  | { type: "models_changed"; models: ModelsView }
  | { type: "runtime_changed"; runtime: RuntimeView }
  | { type: "came_forward" };

export type ErrorCode =
  | "empty_question"
  | "answering"
  | "not_found"
  | "no_model"
  | "history_closed"
  | "wrong_passphrase"
  | "history"
  | "other";
export type ApiError = { code: ErrorCode; message: string };
