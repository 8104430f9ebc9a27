// The page of models over the core in memory, for tests.
import { screen, waitFor, within } from "@testing-library/react";
import type { Scene } from "../ipc/fake";
import { MODELS_PAGE, NAMES } from "./landmarks";
import { composer, openWindow } from "./window";

export async function openModels(scene = "models", changes: Partial<Scene> = {}) {
  const opened = openWindow(scene, changes);
  await composer();
  await opened.user.keyboard("{Control>}l{/Control}");
  await page();
  await screen.findByRole("region", { name: MODELS_PAGE.hardware });
  return { ...opened, ...doing(opened.user) };
}

export const page = () => screen.findByRole("main", { name: NAMES.models });

/** A row by the title of what it is about. */
export const row = async (title: string) =>
  within(await screen.findByRole("article", { name: title }));

/** The titles of the rows of a group. */
export const rowsOf = (group: string) =>
  within(screen.getByRole("region", { name: group }))
    .queryAllByRole("article")
    .map((each) => each.querySelector("h3")?.textContent);

type User = ReturnType<typeof openWindow>["user"];

function doing(user: User) {
  return {
    /** Chooses an entry of a row's menu. */
    choose: async (title: string, entry: string) => {
      await user.click(await screen.findByRole("button", { name: `${MODELS_PAGE.more} ${title}` }));
      await user.click(await screen.findByRole("menuitem", { name: entry }));
    },
    press: async (name: string | RegExp) => user.click(await screen.findByRole("button", { name })),
    find: async (words: string) => {
      const field = screen.getByRole("searchbox", { name: MODELS_PAGE.find });
      await user.clear(field);
      await user.type(field, words);
    },
    dialog: async (name: string | RegExp) => within(await screen.findByRole("dialog", { name })),
  };
}

/** What was given to the calls of a name. */
export const given = (
  core: ReturnType<typeof openWindow>["core"],
  name: ReturnType<typeof openWindow>["core"]["calls"][number]["name"],
) => core.calls.filter((call) => call.name === name).map((call) => call.given);

export const noDialog = () =>
  waitFor(() => {
    if (screen.queryByRole("dialog")) throw new Error("a dialog is open");
  });
