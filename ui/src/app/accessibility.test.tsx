// axe finds nothing on any page and dialog of the window.
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ACTIONS, NAMES } from "../testing/landmarks";
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
