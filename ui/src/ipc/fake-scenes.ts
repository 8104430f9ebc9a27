// Situations for the core in memory: what tests begin with, and what `?scene=` shows in a browser.
import type { Scene } from "./fake";
import { ACTIONS, MINUTES } from "./fake-actions";
import { CATALOG, DOWNLOADS, HUB } from "./fake-catalog-scenes";
import { CLOUD_OFF, CLOUD_ON, EMPTY_LEDGER, LEDGER } from "./fake-cloud-scenes";
import {
  BROKEN,
  HARDWARE,
  LIBRARY,
  LIMIT,
  MEASUREMENTS,
  many,
  model,
  QWEN,
  STAND_IN,
} from "./fake-models-scenes";
import type {
  Conversation,
  DesktopView,
  KeysGiven,
  Message,
  ModelsView,
  RuntimeView,
  ShortcutsView,
} from "./index";

export const MODELS: ModelsView = {
  models: [QWEN, { ...STAND_IN, state: { state: "available" } }, BROKEN],
  default: QWEN.name,
  arrival: null,
  folder: "/home/ada/.local/share/sotto/models",
};
export const MODELS_ARRIVING: ModelsView = {
  ...MODELS,
  models: [STAND_IN],
  default: STAND_IN.name,
  arrival: {
    title: "Qwen2.5 Coder 1.5B",
    received: 482_344_960,
    total: 1_117_320_768,
    state: "fetching",
    message: "",
  },
};
const RUNTIME: RuntimeView = {
  state: "ready",
  model: QWEN.name,
  memory: 1_386_000_000,
  context: 8_192,
  loaded: [
    {
      name: QWEN.name,
      memory: 1_386_000_000,
      graphics_memory: 0,
      context: 8_192,
      graphics_layers: 0,
      layers: 28,
      note: "",
    },
  ],
  limit: LIMIT,
  paused: false,
};
const DESKTOP: DesktopView = {
  tray: "there",
  when_closed: "ask",
  tray_note_dismissed: false,
  session_start: { state: "off" },
};

/** The shortcuts with what they come with, by whoever gives their keys. */
export function shortcuts(given: KeysGiven = { by: "system" }): ShortcutsView {
  const of = { choice: { choice: "default" }, state: "works" } as const;
  return {
    given,
    shortcuts: [
      { ...of, name: "quick_prompt", keys: "Ctrl+Shift+Space", command: "sotto quick" },
      {
        ...of,
        name: "quick_prompt_with_clipboard",
        keys: "Ctrl+Alt+Shift+Space",
        command: "sotto quick --clipboard",
      },
    ],
  };
}

const DELIVERY = `The note has one field per line, so a small pattern for each is enough. Amounts use a comma; it is turned into a point before the number is read.

\`\`\`python
import json, re

def delivery_note(text: str) -> str:
    field = lambda name: re.search(rf"^{name}:\\s*(.+)$", text, re.M)[1]
    return json.dumps({"number": field("No"), "date": field("Date"),
        "total": float(field("Total").replace(",", "."))})
\`\`\``;

export const LONG_ANSWER = `Then \`re.search\` returns nothing and the index fails. Return \`null\` for that field instead, and say which one it was, so that nobody takes an empty total for a zero.

## What to check

1. **Missing field**: return \`null\` and its name.
2. **Two fields with one name**: take the first, and say so.
3. *Another currency*: leave the amount as text.

| Field | Pattern | If missing |
|---|---|---|
| number | \`No: 4711\` | error |
| date | \`Date: 2026-03-01\` | \`null\` |
| total | \`Total: 12,50\` | \`null\` |

> A total that is not there is not a total of zero.

\`\`\`python
def field(name: str, text: str) -> str | None:
    """The value after \`name:\`, or None."""
    found = re.search(rf"^{re.escape(name)}:\\s*(.+)$", text, re.M)
    return found[1].strip() if found else None
\`\`\`

The share of complete notes is \\( p = \\frac{n_{whole}}{n} \\), and its spread

$$
\\sigma = \\sqrt{\\frac{p\\,(1-p)}{n}}
$$

More is in [the documentation of re](https://docs.python.org/3/library/re.html). ![a picture](https://example.com/x.png)`;

const DAY = 86_400_000;

function conversation(id: string, title: string, age: number): Conversation {
  const at = Date.now() - age;
  return {
    id,
    title,
    title_source: "automatic",
    origin: "chat",
    created_at: at,
    updated_at: at,
    model: null,
    context: null,
    leaf: null,
  };
}

/** Adds a message below the last one of its conversation. */
function say(scene: Scene, to: string, given: Partial<Message>): Message {
  const of = scene.conversations.find(({ id }) => id === to);
  const role = given.role ?? "user";
  const message: Message = {
    id: `${to}-${scene.messages.length}`,
    conversation: to,
    parent: of?.leaf ?? null,
    role,
    text: "",
    state: "complete",
    model: role === "assistant" ? QWEN.name : null,
    place: "this_computer",
    created_at: Date.now(),
    statistics:
      role === "assistant" && (given.state ?? "complete") === "complete"
        ? {
            prompt_tokens: 1_612,
            cached_tokens: 1_590,
            answer_tokens: 178,
            load_milliseconds: 0,
            prefill_milliseconds: 31,
            decode_milliseconds: 5_235,
            first_token_milliseconds: 41,
            cut_by_length: false,
          }
        : null,
    failure: null,
    ...given,
  };
  scene.messages.push(message);
  if (of) of.leaf = message.id;
  return message;
}

function bare(): Scene {
  return {
    history: { state: "open" },
    conversations: [],
    messages: [],
    models: structuredClone(MODELS),
    runtime: { ...RUNTIME },
    hardware: structuredClone(HARDWARE),
    catalog: structuredClone(CATALOG),
    settings: {},
    downloads: [],
    offers: {},
    hub: structuredClone(HUB),
    measurements: [],
    picked: model("my-own-7b-q5_k_m", { size: 5_100_000_000, owner: "elsewhere" }),
    cloud: structuredClone(CLOUD_OFF),
    ledger: structuredClone(EMPTY_LEDGER),
    desktop: structuredClone(DESKTOP),
    left: {},
    quick: null,
    unkept: [],
    copied: MINUTES,
    actions: structuredClone(ACTIONS),
    shortcuts: shortcuts(),
    decision: null,
    answer: () => LONG_ANSWER,
    pace: 30,
  };
}

function chat(): Scene {
  const scene = bare();
  scene.conversations = [
    conversation("note", "Parse a delivery note into JSON", 60_000),
    conversation("landlord", "Polite reply to the landlord", 2 * 3_600_000),
    conversation("leases", "Compare the two lease drafts", 3 * 3_600_000),
    conversation("invoice", "What the new invoice rule changes for small firms", DAY),
    conversation("dates", "Regex for ISO dates", DAY + 3_600_000),
    conversation("packing", "Packing list, four days, rain", 5 * DAY),
    conversation("haus", "Übersetzung der Hausordnung", 6 * DAY),
    conversation("sql", "SQL: customers without orders", 40 * DAY),
  ];
  say(scene, "note", {
    text: "Here is a delivery note as text. Give me a Python function that returns the number, date and total as JSON.",
  });
  const first = say(scene, "note", { role: "assistant", text: DELIVERY });
  scene.messages.push({ ...first, id: "note-1b", text: "A shorter one:\n\n`json.loads(note)`" });
  scene.messages.push({ ...first, id: "note-1c", text: "It depends on the note." });
  say(scene, "note", { text: "What if a field is missing?" });
  say(scene, "note", { role: "assistant", text: LONG_ANSWER });
  for (const quick of scene.conversations.filter(({ id }) => id === "haus" || id === "packing")) {
    quick.origin = "quick";
  }
  for (const id of ["landlord", "leases", "invoice", "dates", "packing", "haus", "sql"]) {
    say(scene, id, { text: `The question of ${id}` });
    say(scene, id, { role: "assistant", text: `The answer of ${id}.` });
  }
  return scene;
}

function troubled(): Scene {
  const scene = bare();
  scene.conversations = [conversation("bad", "Everything that can go wrong", 60_000)];
  const failed = (question: string, given: Partial<Message>) => {
    say(scene, "bad", { text: question });
    say(scene, "bad", { role: "assistant", state: "failed", statistics: null, ...given });
  };
  failed("Summarise the whole archive", {
    failure: {
      code: "context_exceeded",
      prompt_tokens: 14_210,
      context: 8_192,
      message: "The conversation is longer than the model can read at once. Nothing was cut.",
    },
  });
  failed("Use the big one", {
    failure: {
      code: "insufficient_memory",
      needed: 9_400_000_000,
      available: 3_100_000_000,
      message:
        "Ministral 14B needs more memory than is free. Close something large or choose a smaller model.",
    },
  });
  failed("And now?", {
    text: "It begins well, but then",
    failure: {
      code: "runtime_ended",
      message:
        "The runtime ended while it was answering. What was said is kept, and it is starting again.",
    },
  });
  say(scene, "bad", { text: "Where were we?" });
  say(scene, "bad", { role: "assistant", state: "interrupted", text: "We were at the second" });
  say(scene, "bad", { text: "Tell me everything" });
  say(scene, "bad", { role: "assistant", state: "stopped", text: "There is a lot to tell. First" });
  return scene;
}

function cloud(): Scene {
  const scene = chat();
  scene.cloud = structuredClone(CLOUD_ON);
  scene.ledger = structuredClone(LEDGER);
  const sent = say(scene, "leases", { text: "Which of the two would you sign?" });
  const answer = say(scene, "leases", {
    role: "assistant",
    text: "Draft A. It keeps the three months’ notice and the cap on service charges.",
    place: "cloud",
    model: "anthropic/claude-sonnet-5",
  });
  if (answer.statistics) answer.statistics.nano_dollars = 2_100_000;
  scene.left = { [sent.id]: ["api.anthropic.com"], [sent.parent ?? ""]: ["api.anthropic.com"] };
  return scene;
}

function long(): Scene {
  const scene = bare();
  scene.conversations = [conversation("long", "Two thousand messages", 60_000)];
  for (let at = 0; at < 1_000; at++) {
    say(scene, "long", {
      text: `Question ${at + 1}: ${"and what about this? ".repeat((at % 5) + 1)}`,
    });
    const text =
      at % 7 === 0
        ? DELIVERY
        : `Answer ${at + 1}. ${"It depends on the field. ".repeat((at % 11) + 1)}`;
    say(scene, "long", { role: "assistant", text });
  }
  return scene;
}

/** What the quick prompt says in pictures. */
const QUICK_ANSWER = `- Mill Street closes to cars from May to September; a review follows in October.
- Residents welcome the quiet; three shop owners fear for deliveries and asked for a loading hour.
- The council votes on the loading hour next Thursday at 3 pm.`;

function quick(): Scene {
  const scene = bare();
  scene.conversations = [{ ...conversation("quick", "Minutes", 60_000), origin: "quick" }];
  say(scene, "quick", { text: "Summarise the minutes for the team, three bullets" });
  say(scene, "quick", { role: "assistant", text: QUICK_ANSWER });
  scene.quick = "quick";
  scene.answer = () => QUICK_ANSWER;
  return scene;
}

/** One model of each kind, one coming, one waiting, one that failed. */
function models(): Scene {
  const scene = chat();
  scene.models = { ...scene.models, models: structuredClone(LIBRARY) };
  scene.downloads = structuredClone(DOWNLOADS);
  scene.measurements = structuredClone(MEASUREMENTS);
  scene.settings = { [QWEN.name]: { temperature: 0.3, adapters: [] } };
  return scene;
}

/** A computer with a graphics card that holds one model in part, where the core chose the limit. */
function graphics(): Scene {
  const scene = models();
  scene.hardware = {
    ...scene.hardware,
    limit_chosen: false,
    threads: 16,
    graphics: [{ name: "NVIDIA RTX 4070", backend: "Vulkan", memory: 12.9e9, available: 11.2e9 }],
  };
  scene.runtime.loaded = scene.runtime.loaded.map((loaded) => ({
    ...loaded,
    graphics_memory: 620_000_000,
    graphics_layers: 12,
    note: "Only 12 of 28 layers fit onto the graphics card; the processor does the rest.",
  }));
  return scene;
}

const SCENES: Record<string, () => Scene> = {
  /** The quick prompt a minute after an answer. */
  quick,
  chat,
  models,
  /** Nothing was ever here. */
  "no-models": () => ({
    ...bare(),
    models: { ...structuredClone(MODELS), models: [], default: null },
    runtime: { ...RUNTIME, model: null, memory: 0, context: 0, loaded: [] },
    hardware: { ...structuredClone(HARDWARE), bandwidth: null },
    catalog: structuredClone(CATALOG).map((item) => ({ ...item, installed: null })),
  }),
  /** The stand-in alone. */
  "stand-in": () => ({
    ...bare(),
    models: { ...structuredClone(MODELS), models: [STAND_IN], default: STAND_IN.name },
    runtime: { ...RUNTIME, model: STAND_IN.name, memory: 164_000_000, loaded: [] },
  }),
  "many-models": () => {
    const scene = models();
    scene.models = { ...scene.models, models: [...scene.models.models, ...many(500)] };
    return scene;
  },
  graphics,
  troubled,
  long,
  empty: bare,
  /** Two providers with a key and a server in the house; one conversation was sent in part. */
  cloud,
  blocked: () => {
    const scene = cloud();
    scene.cloud.blocked = true;
    return scene;
  },
  damaged: () => ({
    ...cloud(),
    ledger: {
      ...structuredClone(LEDGER),
      check: {
        check: "damaged",
        message: "Entry 7 is not what was written. The entries before it are as they were.",
      },
    },
  }),
  /** Nothing is kept, so nothing may leave; and nobody gives keys for the shortcuts. */
  unrecorded: () => ({
    ...bare(),
    shortcuts: shortcuts({
      by: "nobody",
      reason: "This desktop has no portal for shortcuts.",
      ask_again: false,
    }),
    history: { state: "temporary" },
    cloud: {
      ...structuredClone(CLOUD_OFF),
      unavailable:
        "Nothing is kept in this session, so what leaves could not be written down either.",
    },
  }),
  /** An answer of some 4,000 tokens, as fast as it comes. */
  stream: () => ({
    ...bare(),
    answer: () => `${LONG_ANSWER}\n\n`.repeat(26),
    pace: 4,
  }),
  first: () => ({
    ...bare(),
    models: structuredClone(MODELS_ARRIVING),
    runtime: {
      ...RUNTIME,
      model: STAND_IN.name,
      memory: 164_000_000,
      context: 2_048,
      loaded: [],
    },
  }),
  temporary: () => ({ ...bare(), history: { state: "temporary" } }),
  passphrase: () => ({
    ...bare(),
    history: {
      state: "needs_passphrase",
      new: true,
      reason: "No keyring is running on this computer.",
    },
  }),
  locked: () => ({
    ...chat(),
    history: {
      state: "needs_passphrase",
      new: false,
      reason: "No keyring is running on this computer.",
    },
  }),
  unavailable: () => ({
    ...bare(),
    history: {
      state: "unavailable",
      problem: "keyring_locked",
      message:
        "The keyring that holds the key of your history is locked. Unlock it, then try again.",
    },
  }),
  dead: () => ({
    ...chat(),
    runtime: {
      state: "failed",
      message:
        "The runtime ended four times in a minute and was not started again. Choose a smaller model, then try again.",
      model: null,
      memory: 0,
      context: 0,
      loaded: [],
      limit: LIMIT,
      paused: false,
    },
  }),
};

/** A fresh copy of a situation. */
export function sceneNamed(name: string): Scene {
  const scene = SCENES[name];
  if (!scene) throw new Error(`No scene ${name}: ${Object.keys(SCENES).join(", ")}`);
  return scene();
}
