// The quick prompt's page over the core in memory, for tests.
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, vi } from "vitest";
import { QuickRoot } from "../features/quick-prompt/QuickRoot";
import { createFake, type FakeCore, type Scene } from "../ipc/fake";
import { sceneNamed } from "../ipc/fake-scenes";
import { QUICK } from "./landmarks";
import { composer, forgetWindow } from "./window";

// jsdom lays nothing out, so there is nothing to observe, and knows no editing commands.
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    disconnect() {}
  },
);
document.execCommand = (command, _, text = "") => {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement)) return false;
  field.setRangeText(
    command === "insertText" ? text : "",
    field.selectionStart,
    field.selectionEnd,
    "end",
  );
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
};

export function openQuick(scene = "empty", changes: Partial<Scene> = {}) {
  forgetWindow();
  vi.spyOn(console, "error").mockImplementation((...words) => {
    throw new Error(words.join(" "));
  });
  const core = createFake({ ...sceneNamed(scene), pace: 1, ...changes });
  render(<QuickRoot core={core} />);
  return { core, user: userEvent.setup() };
}

export const shown = (core: FakeCore, text: string | null = null) =>
  act(async () => core.tellQuick({ type: "shown", with: { text } }));
export const given = (core: FakeCore, name: FakeCore["calls"][number]["name"]) =>
  core.calls.filter((call) => call.name === name).map((call) => call.given);
export const answer = () => screen.findByRole("region", { name: QUICK.answer });
export const key = (name: string) =>
  within(screen.getByRole("toolbar", { name: QUICK.keys })).getByRole("button", { name });

export async function answered() {
  const part = await answer();
  await waitFor(() => expect(part).toHaveAttribute("data-state", "complete"));
  return part;
}

/** Asks, and waits for the answer, which then has the focus. */
export async function asked(scene?: string, changes?: Partial<Scene>) {
  const opened = openQuick(scene, { answer: () => "Seven *clauses*.", ...changes });
  await opened.user.type(await composer(), "How many?{Enter}");
  const part = await answered();
  await waitFor(() => expect(part).toHaveFocus());
  return { ...opened, part };
}
