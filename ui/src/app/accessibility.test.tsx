// axe finds nothing on any page and dialog of the window.
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ACTIONS, BENCH, DOWNLOAD, MODELS_PAGE, NAMES } from "../testing/landmarks";
import { articles, composer, feed, openWindow, violations } from "../testing/window";

type Opened = ReturnType<typeof openWindow>;

const openFirst = async ({ user }: Opened) => {
  const [first] = await screen.findAllByRole("button", { name: /delivery|wrong/ });
  await user.click(first as HTMLElement);
  await articles();
  // Code, formulas and colours come a moment later.
  await act(async () => new Promise((done) => setTimeout(done, 200)));
};

const openLeases = async ({ user }: Opened) => {
  await user.click(await screen.findByRole("button", { name: "Compare the two lease drafts" }));
  await articles();
};

const openLarger = async ({ user }: Opened) => {
  await user.click(await screen.findByRole("button", { name: /^Model:/ }));
  await user.click(await screen.findByRole("menuitem", { name: new RegExp(NAMES.larger) }));
  await screen.findByRole("dialog", { name: NAMES.larger });
};

const openByKey =
  (key: string, name: string) =>
  async ({ user }: Opened) => {
    await composer();
    await user.keyboard(`{Control>}${key}{/Control}`);
    const dialog = await screen.findByRole("dialog", { name });
    // The heading is there first, and then what the core says.
    await waitFor(() => expect(dialog.querySelectorAll("p").length).toBeGreaterThan(0));
  };

const openLibrary =
  (then: (opened: Opened) => Promise<unknown> = async () => {}) =>
  async (opened: Opened) => {
    await composer();
    await opened.user.keyboard("{Control>}l{/Control}");
    await screen.findByRole("region", { name: MODELS_PAGE.hardware });
    await then(opened);
  };

/** Presses a button and waits for the dialog that it opens. */
const pressFor =
  (name: string | RegExp, dialog: string | RegExp) =>
  async ({ user }: Opened) => {
    await user.click(await screen.findByRole("button", { name }));
    await screen.findByRole("dialog", { name: dialog });
  };

/** Chooses an entry of a model's menu and waits for the dialog that it opens. */
const chooseFor = (title: string, entry: string, dialog: RegExp) => async (opened: Opened) => {
  await opened.user.click(
    await screen.findByRole("button", { name: `${MODELS_PAGE.more} ${title}` }),
  );
  await opened.user.click(await screen.findByRole("menuitem", { name: entry }));
  await screen.findByRole("dialog", { name: dialog });
};

const openBench = async ({ user }: Opened) => {
  await user.click(await screen.findByRole("tab", { name: MODELS_PAGE.measure }));
  await screen.findByRole("combobox", { name: BENCH.model });
};

const CASES: [name: string, scene: string, prepare?: (opened: Opened) => Promise<unknown>][] = [
  ["an empty window", "empty"],
  ["the first start", "first"],
  ["a chat with code, tables and formulas", "chat", openFirst],
  ["answers that failed", "troubled", openFirst],
  ["a dead runtime", "dead", openFirst],
  ["a temporary session", "temporary"],
  ["a new passphrase", "passphrase"],
  ["a passphrase", "locked"],
  ["a history that cannot be opened", "unavailable"],
  [
    "an answer that is being written",
    "empty",
    async ({ user, core }) => {
      core.scene.pace = null;
      await user.type(await composer(), "Hello{Enter}");
      await feed();
    },
  ],
  [
    "the palette",
    "chat",
    async ({ user }) => {
      await composer();
      await user.keyboard("{Control>}k{/Control}");
      await user.type(await screen.findByRole("combobox"), "no");
      await screen.findByRole("dialog");
    },
  ],
  [
    "the shortcuts",
    "chat",
    async ({ user }) => {
      await composer();
      await user.keyboard("{Control>}/{/Control}");
      await screen.findByRole("dialog", { name: NAMES.shortcuts });
    },
  ],
  [
    "the menu of models",
    "chat",
    async ({ user }) => {
      await user.click(await screen.findByRole("button", { name: /^Model:/ }));
      await screen.findByRole("menu");
    },
  ],
  [
    "an edited question",
    "chat",
    async (opened) => {
      await openFirst(opened);
      await opened.user.click(await composer());
      await opened.user.keyboard("{ArrowUp}");
      await screen.findByRole("textbox", { name: NAMES.editQuestion });
    },
  ],
  [
    "details of an answer",
    "chat",
    async (opened) => {
      await openFirst(opened);
      const [details] = screen.getAllByRole("button", { name: new RegExp(ACTIONS.details) });
      await opened.user.click(details as HTMLElement);
      await screen.findByRole("dialog", { name: ACTIONS.details });
    },
  ],
  [
    "the menu of places",
    "cloud",
    async ({ user }) => {
      await user.click(await screen.findByRole("button", { name: new RegExp(NAMES.place) }));
      await screen.findByRole("menu");
    },
  ],
  ["a blocked cloud", "blocked", openLeases],
  ["a conversation that left in part", "cloud", openLeases],
  [
    "the list of what left",
    "cloud",
    async (opened) => {
      await openLeases(opened);
      await opened.user.click(screen.getByRole("button", { name: new RegExp(NAMES.left) }));
      await screen.findByRole("dialog", { name: NAMES.left });
    },
  ],
  ["the choice of a larger model", "cloud", openLarger],
  ["no larger model", "chat", openLarger],
  [
    "a question that waits for a yes",
    "cloud",
    async (opened) => {
      await openLarger(opened);
      await opened.user.click(screen.getByRole("button", { name: /claude-sonnet-5/ }));
      await opened.user.type(await composer(), "Which one?{Enter}");
      await screen.findByRole("button", { name: NAMES.takeBack });
    },
  ],
  [
    "the settings, with a provider open and one being added",
    "cloud",
    async ({ user }) => {
      await composer();
      await user.keyboard("{Control>},{/Control}");
      await user.click(await screen.findByRole("button", { name: /^OpenAI/ }));
      await user.click(screen.getByRole("button", { name: "Remove key" }));
      await user.click(screen.getByRole("button", { name: /^Add a provider/ }));
    },
  ],
  ["settings where nothing can leave", "unrecorded", openByKey(",", NAMES.settings)],
  ["the ledger", "cloud", openByKey("{Shift>}L{/Shift}", NAMES.ledger)],
  ["a damaged ledger", "damaged", openByKey("{Shift>}L{/Shift}", NAMES.ledger)],
  ["an empty ledger", "chat", openByKey("{Shift>}L{/Shift}", NAMES.ledger)],
  ["the models", "models", openLibrary()],
  ["very many models", "many-models", openLibrary()],
  ["no models", "no-models", openLibrary()],
  ["a computer with a graphics card", "graphics", openLibrary()],
  [
    "a model with its details",
    "models",
    openLibrary(async ({ user }) => {
      await user.click(await screen.findByRole("button", { name: "Gemma 4 E4B" }));
      await screen.findByText("3 files");
    }),
  ],
  [
    "the menu of a model",
    "models",
    openLibrary(async ({ user }) => {
      await user.click(
        await screen.findByRole("button", { name: `${MODELS_PAGE.more} llama3.2:3b` }),
      );
      await screen.findByRole("menu");
    }),
  ],
  [
    "a file of the hub",
    "models",
    openLibrary(async ({ user }) => {
      await user.type(screen.getByRole("searchbox"), "a/b/c.gguf");
      await screen.findByRole("button", { name: "Copy the command that fetches it" });
    }),
  ],
  [
    "the limit for models",
    "models",
    openLibrary(pressFor(`${MODELS_PAGE.raise} for Qwen3.5 9B`, MODELS_PAGE.limit)),
  ],
  [
    "a download that is offered",
    "models",
    openLibrary(async (opened) => {
      await pressFor("Download Qwen3.5 0.8B", /^Download/)(opened);
      await screen.findByText("The hub says it when it is asked.");
    }),
  ],
  [
    "a download that is to be ended",
    "models",
    openLibrary(pressFor(`${DOWNLOAD.cancel} Qwen3.5 4B`, /^Stop fetching/)),
  ],
  [
    "the settings of a model",
    "graphics",
    openLibrary(async (opened) => {
      await chooseFor("Qwen2.5 Coder 1.5B", MODELS_PAGE.settings, /^Settings of/)(opened);
      await opened.user.selectOptions(
        await screen.findByRole("combobox", { name: "Attach" }),
        "delivery-notes-lora",
      );
      await opened.user.type(screen.getByRole("textbox", { name: "Top P" }), "9");
    }),
  ],
  [
    "a model to be removed",
    "models",
    openLibrary(chooseFor("Gemma 4 E4B", MODELS_PAGE.remove, /^Remove/)),
  ],
  [
    "a model that cannot be removed",
    "models",
    openLibrary(chooseFor("llama3.2:3b", MODELS_PAGE.remove, /cannot be removed/)),
  ],
  ["earlier measurements", "models", openLibrary(openBench)],
  [
    "a result",
    "models",
    openLibrary(async (opened) => {
      await openBench(opened);
      await opened.user.click(await screen.findByRole("button", { name: "llama3.2:3b" }));
      await screen.findByRole("region", { name: BENCH.result });
    }),
  ],
  [
    "a measurement that goes on",
    "models",
    openLibrary(async (opened) => {
      opened.core.scene.pace = null;
      await openBench(opened);
      await opened.user.click(screen.getByRole("button", { name: BENCH.measure }));
      await screen.findByRole("button", { name: BENCH.stop });
    }),
  ],
  ["a chat with downloads", "models"],
  ["a chat without a model", "no-models"],
  [
    "a message with undo",
    "chat",
    async ({ user }) => {
      const [row] = await screen.findAllByRole("button", { name: /delivery/ });
      act(() => row?.focus());
      await user.keyboard("{Delete}");
      await screen.findByRole("button", { name: "Undo" });
    },
  ],
];

describe("axe", () => {
  it.each(CASES)("finds nothing on %s", async (_, scene, prepare) => {
    const opened = openWindow(scene);
    await screen.findByRole("main");
    await prepare?.(opened);
    expect(await violations()).toEqual([]);
  });
});
