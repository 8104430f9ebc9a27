// axe finds nothing on any page and dialog of the window.
import { act, screen } from "@testing-library/react";
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
