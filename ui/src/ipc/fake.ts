// A core in memory, for tests and for a plain browser tab: it keeps a tree of messages as the real
// one does and streams plausible answers. Never part of the real build.
import { type Core, CoreError } from "./core";
import { type Decision, fakeCloud } from "./fake-cloud";
import { fakeDesktop } from "./fake-desktop";
import { fakeModels } from "./fake-models";
import type {
  ActionsView,
  AppEvent,
  Asked,
  AskRequest,
  CatalogItem,
  CloudView,
  Conversation,
  ConversationView,
  DesktopView,
  DownloadOffer,
  DownloadView,
  Failure,
  HardwareView,
  HistoryState,
  HubView,
  LargerRequest,
  LedgerView,
  Measurement,
  Message,
  ModelSettings,
  ModelsView,
  ModelView,
  Origin,
  ProviderView,
  QuickEvent,
  RuntimeView,
  ShortcutsView,
  ShownMessage,
} from "./index";
import { type Watched, watched } from "./watched";

export interface Scene {
  history: HistoryState;
  conversations: Conversation[];
  messages: Message[];
  models: ModelsView;
  runtime: RuntimeView;
  hardware: HardwareView;
  catalog: CatalogItem[];
  /** How models are run, by their names. */
  settings: Record<string, ModelSettings>;
  downloads: DownloadView[];
  /** What is said otherwise about a download that is offered, by its id. */
  offers: Record<string, Partial<DownloadOffer>>;
  hub: HubView;
  measurements: Measurement[];
  /** The file that the person picks; `null`: none. */
  picked: ModelView | null;
  cloud: CloudView;
  ledger: LedgerView;
  desktop: DesktopView;
  /** Hosts that messages were sent to. */
  left: Record<string, string[]>;
  /** What the person decides about a request in the consent window; `null`: the test does. */
  decision: Decision | null;
  /** What the model says to a question, or why it fails. */
  answer: (
    question: string,
    how: { context: number | null; dropOldest: boolean },
  ) => string | Failure;
  /** What the quick prompt goes on with. */
  quick: string | null;
  /** Conversations that are kept nowhere. */
  unkept: string[];
  /** What is copied; `null` is no text. */
  copied: string | null;
  actions: ActionsView;
  shortcuts: ShortcutsView;
  /** Milliseconds between two pieces of an answer; `null`: the test sends the events. */
  pace: number | null;
}

export interface FakeCore extends Core, Watched<Core> {
  /** Tells the window something, as the core would. */
  tell(event: AppEvent): void;
  /** Tells the quick prompt something, as the shell would. */
  tellQuick(event: QuickEvent): void;
  /** The person decides, where the scene leaves that to the test. */
  decide(decision: Decision): void;
  readonly scene: Scene;
}

const PASSPHRASE = "correct horse";

export function createFake(scene: Scene): FakeCore {
  const listeners = new Set<(event: AppEvent) => void>();
  const quickListeners = new Set<(event: QuickEvent) => void>();
  const deleted = new Map<string, Conversation>();
  const streams = new Map<
    string,
    { answer: Message; timer: ReturnType<typeof setTimeout> | null }
  >();
  let serial = 0;

  const tell = (event: AppEvent) => {
    for (const listener of listeners) listener(structuredClone(event));
  };
  const id = (kind: string) => `${kind}-new-${++serial}`;
  const conversation = (wanted: string): Conversation => {
    const found = scene.conversations.find(({ id }) => id === wanted);
    if (!found) throw new CoreError("not_found", "This conversation is no longer there.");
    return found;
  };
  const message = (wanted: string): Message => {
    const found = scene.messages.find(({ id }) => id === wanted);
    if (!found) throw new CoreError("not_found", "This message is no longer there.");
    return found;
  };
  const shown = (each: Message): ShownMessage => ({
    ...each,
    alternatives: scene.messages
      .filter((other) => other.conversation === each.conversation && other.parent === each.parent)
      .map((other) => other.id),
    left_to: scene.left[each.id] ?? [],
  });
  const view = (of: Conversation): ConversationView => {
    const path: ShownMessage[] = [];
    const byId = new Map(scene.messages.map((each) => [each.id, each]));
    const siblings = new Map<string, string[]>();
    for (const each of scene.messages) {
      const key = `${each.conversation}/${each.parent}`;
      siblings.set(key, [...(siblings.get(key) ?? []), each.id]);
    }
    let next = of.leaf ? byId.get(of.leaf) : undefined;
    while (next) {
      path.push({
        ...next,
        alternatives: siblings.get(`${next.conversation}/${next.parent}`) ?? [],
        left_to: scene.left[next.id] ?? [],
      });
      next = next.parent ? byId.get(next.parent) : undefined;
    }
    return { conversation: of, messages: path.reverse() };
  };
  const blank = (of: Conversation, role: "user" | "assistant", parent: string | null): Message => ({
    id: id("message"),
    conversation: of.id,
    parent,
    role,
    text: "",
    state: role === "user" ? "complete" : "streaming",
    model: role === "user" ? null : (of.model ?? scene.models.default),
    place: "this_computer",
    created_at: Date.now(),
    statistics: null,
    failure: null,
  });
  const end = (answer: Message, state: Message["state"], failure: Failure | null = null) => {
    const tokens = Math.ceil(answer.text.length / 4);
    answer.state = state;
    answer.failure = failure;
    answer.statistics =
      state === "failed"
        ? null
        : {
            prompt_tokens: 412,
            cached_tokens: 380,
            answer_tokens: tokens,
            load_milliseconds: 0,
            prefill_milliseconds: 38,
            decode_milliseconds: tokens * 29,
            first_token_milliseconds: 43,
            cut_by_length: false,
            nano_dollars: answer.place === "cloud" ? 2_100_000 : null,
          };
    streams.delete(answer.conversation);
    tell({ type: "answer_ended", answer });
    tell({ type: "conversations_changed" });
  };
  const begin = (of: Conversation, answer: Message, question: string, dropOldest: boolean) => {
    const said = scene.answer(question, { context: of.context, dropOldest });
    const stream = { answer, timer: null as ReturnType<typeof setTimeout> | null };
    streams.set(of.id, stream);
    tell({ type: "conversations_changed" });
    const { pace } = scene;
    if (pace === null) return;
    if (typeof said !== "string") {
      stream.timer = setTimeout(() => end(answer, "failed", said), pace);
      return;
    }
    const pieces = said.match(/\s*\S+|\s+$/g) ?? [];
    let at = 0;
    const step = () => {
      const text = pieces[at++];
      if (text === undefined) return end(answer, "complete");
      answer.text += text;
      tell({ type: "answer_text", conversation: of.id, answer: answer.id, text });
      stream.timer = setTimeout(step, pace);
    };
    stream.timer = setTimeout(step, pace * 10);
  };
  const turn = (of: Conversation, question: Message | null, parent: string | null): Asked => {
    const answer = blank(of, "assistant", question?.id ?? parent);
    if (question) scene.messages.push(question);
    scene.messages.push(answer);
    of.leaf = answer.id;
    of.updated_at = Date.now();
    const added = question ? [shown(question), shown(answer)] : [shown(answer)];
    return structuredClone({ conversation: of, after: question ? question.parent : parent, added });
  };
  const refuseWhileAnswering = (of: string) => {
    if (streams.has(of)) {
      throw new CoreError("answering", "This conversation is being answered. Stop it or wait.");
    }
  };

  const openFor = (where: string | null, text: string, origin: Origin = "chat"): Conversation => {
    if (where) refuseWhileAnswering(where);
    const of = scene.conversations.find(({ id }) => id === where);
    if (of) return of;
    const begun: Conversation = {
      id: id("conversation"),
      title: text.trim().split("\n")[0]?.slice(0, 48) ?? "Untitled",
      title_source: "automatic",
      origin,
      created_at: Date.now(),
      updated_at: Date.now(),
      model: null,
      context: null,
      leaf: null,
    };
    scene.conversations.push(begun);
    return begun;
  };
  /** A turn that a larger model answers; what it reads has left this computer. */
  const larger = ({ what, model }: LargerRequest, of: ProviderView): Asked => {
    const old = what.kind === "again" ? message(what.answer) : null;
    const text = what.kind === "new" ? what.text : message(old?.parent ?? "").text;
    const where = old
      ? conversation(old.conversation)
      : openFor(what.kind === "new" ? what.conversation : null, text);
    refuseWhileAnswering(where.id);
    const question = old ? null : { ...blank(where, "user", where.leaf), text };
    const { added, ...asked } = turn(where, question, old?.parent ?? null);
    const answer = message(added.at(-1)?.id ?? "");
    Object.assign(answer, { place: of.place, model: `${of.id}/${model}` });
    for (const { id } of view(where).messages.slice(0, -1)) {
      scene.left[id] = [new URL(of.address).hostname];
    }
    begin(where, answer, text, false);
    return structuredClone({ ...asked, added: added.map(({ id }) => shown(message(id))) });
  };
  const cloud = fakeCloud(scene, tell, larger);
  const askFrom = (origin: Origin, request: AskRequest): Asked => {
    const { conversation: where, model, context } = request;
    const text = [request.text, context].filter((part) => part?.trim()).join("\n\n");
    if (text === "") throw new CoreError("empty_question", "The question is empty.");
    const of = openFor(where, text, origin);
    if (model) of.model = model;
    const question = { ...blank(of, "user", of.leaf), text };
    const asked = turn(of, question, null);
    begin(of, message(asked.added.at(-1)?.id ?? ""), text, false);
    return asked;
  };

  const core: Core = {
    ...cloud.commands,
    ...fakeDesktop(scene, tell),
    ...fakeModels(scene, tell),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    startup: async () => ({ version: "0.1.0", history: scene.history }),
    unlock: async (passphrase) => {
      const locked = scene.history.state === "needs_passphrase" && !scene.history.new;
      if (locked && passphrase !== PASSPHRASE) {
        throw new CoreError("wrong_passphrase", "This passphrase does not open the history.");
      }
      scene.history = { state: "open" };
      return { version: "0.1.0", history: scene.history };
    },
    keepNothing: async () => {
      scene.history = { state: "temporary" };
      return { version: "0.1.0", history: scene.history };
    },
    retryHistory: async () => ({ version: "0.1.0", history: scene.history }),
    listConversations: async () =>
      [...scene.conversations]
        .sort((a, b) => b.updated_at - a.updated_at)
        .map(({ id, title, origin, updated_at }) => ({
          id,
          title,
          origin,
          updated_at,
          answering: streams.has(id),
        })),
    openConversation: async (wanted) => structuredClone(view(conversation(wanted))),
    ask: async (request) => askFrom("chat", request),
    subscribeQuick(listener) {
      quickListeners.add(listener);
      return () => quickListeners.delete(listener);
    },
    quickAsk: async ({ temporary, ...request }) => {
      const asked = askFrom("quick", request);
      scene.quick = asked.conversation.id;
      if (temporary && request.conversation === null) scene.unkept.push(scene.quick);
      return asked;
    },
    quickConversation: async () =>
      scene.quick
        ? {
            ...structuredClone(view(conversation(scene.quick))),
            temporary: scene.unkept.includes(scene.quick),
          }
        : null,
    quickKeep: async () => {
      scene.unkept = scene.unkept.filter((each) => each !== scene.quick);
    },
    quickClipboard: async () => {
      if (scene.copied === null) throw new CoreError("other", "The clipboard holds no text.");
      return { from: { kind: "clipboard" }, text: scene.copied };
    },
    quickCopy: async (text) => {
      scene.copied = text;
    },
    actions: async () => structuredClone(scene.actions),
    quickAnew: async () => {
      scene.quick = null;
    },
    quickHandOver: async () => {
      scene.unkept = scene.unkept.filter((each) => each !== scene.quick);
      scene.quick = null;
    },
    quickHide: async () => {
      for (const listener of quickListeners) listener({ type: "hidden" });
    },
    quickStay: async () => {},
    quickResize: async () => {},
    quickDrag: async () => {},
    editQuestion: async (edited, text) => {
      const old = message(edited);
      const of = conversation(old.conversation);
      refuseWhileAnswering(of.id);
      const asked = turn(of, { ...blank(of, "user", old.parent), text }, null);
      begin(of, message(asked.added.at(-1)?.id ?? ""), text, false);
      return asked;
    },
    answerAgain: async (answer, how) => {
      const old = message(answer);
      const of = conversation(old.conversation);
      refuseWhileAnswering(of.id);
      if (how.model) of.model = how.model;
      if (how.context) of.context = how.context;
      const asked = turn(of, null, old.parent);
      const question = old.parent ? message(old.parent).text : "";
      begin(of, message(asked.added[0]?.id ?? ""), question, how.drop_oldest);
      return asked;
    },
    stop: async (where) => {
      const stream = streams.get(where);
      if (!stream) return;
      if (stream.timer) clearTimeout(stream.timer);
      end(stream.answer, "stopped");
    },
    chooseAlternative: async (wanted) => {
      const of = conversation(message(wanted).conversation);
      let leaf = wanted;
      for (;;) {
        const below = scene.messages.filter(({ parent }) => parent === leaf).at(-1);
        if (!below) break;
        leaf = below.id;
      }
      of.leaf = leaf;
      return structuredClone(view(of));
    },
    renameConversation: async (wanted, title) => {
      Object.assign(conversation(wanted), { title, title_source: "person" });
      tell({ type: "conversations_changed" });
    },
    deleteConversation: async (wanted) => {
      deleted.set(wanted, conversation(wanted));
      scene.conversations = scene.conversations.filter(({ id }) => id !== wanted);
      tell({ type: "conversations_changed" });
    },
    restoreConversation: async (wanted) => {
      const back = deleted.get(wanted);
      if (back) scene.conversations.push(back);
      tell({ type: "conversations_changed" });
    },
    composerReady: async () => {},
    search: async (words) => {
      const wanted = words.toLowerCase();
      return scene.messages
        .filter(({ text }) => text.toLowerCase().includes(wanted))
        .slice(0, 20)
        .flatMap((each) => {
          const of = scene.conversations.find(({ id }) => id === each.conversation);
          if (!of) return [];
          const at = each.text.toLowerCase().indexOf(wanted);
          return {
            conversation: of.id,
            title: of.title,
            origin: of.origin,
            message: each.id,
            excerpt: each.text.slice(Math.max(0, at - 30), at + 60).replaceAll("\n", " "),
            updated_at: of.updated_at,
          };
        });
    },
  };

  const tellQuick = (event: QuickEvent) => {
    for (const listener of quickListeners) listener(structuredClone(event));
  };
  return { ...watched(core), tell, tellQuick, decide: cloud.decide, scene };
}
