// The whole window over the core in memory, for tests: a fresh one each time.
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { vi } from "vitest";
import { useUnsaved } from "../app/events";
import { createQueries, Root } from "../app/Root";
import { useToasts } from "../components/toasts";
import { forgetBench } from "../features/bench/useBench";
import { forgetDrafts } from "../features/chat/drafts";
import { forgetLive } from "../features/chat/live";
import { useSelection } from "../features/conversations/selection";
import { forgetLarger } from "../features/larger/waiting";
import { createFake, type Scene } from "../ipc/fake";
import { sceneNamed } from "../ipc/fake-scenes";
import { NAMES } from "./landmarks";

/** Puts everything that a page keeps outside of React back to its beginning. */
export function forgetWindow(): void {
  forgetLive();
  forgetDrafts();
  forgetLarger();
  forgetBench();
  useSelection.setState({ page: "chat", open: null, adopted: false, seek: null });
  useToasts.setState({ shown: [] });
  useUnsaved.setState({ reasons: {} });
}

export function openWindow(scene: string, changes: Partial<Scene> = {}) {
  forgetWindow();
  // What React or a query complains of is a fault, whatever else the test looks at.
  vi.spyOn(console, "error").mockImplementation((...words) => {
    throw new Error(words.join(" "));
  });
  const core = createFake({ ...sceneNamed(scene), pace: 1, ...changes });
  const page = render(<Root core={core} queries={createQueries()} />);
  return { ...page, core, user: userEvent.setup() };
}

export const composer = () =>
  screen.findByRole<HTMLTextAreaElement>("textbox", { name: NAMES.composer });
export const feed = () => screen.findByRole("feed", { name: NAMES.messages });
export const articles = async () => within(await feed()).findAllByRole("article");

/** Opens a conversation by its title. */
export async function open(user: ReturnType<typeof userEvent.setup>, title: string | RegExp) {
  await user.click(await screen.findByRole("button", { name: title }));
  await feed();
}

/** What an answer says, as text. */
export const said = (row: HTMLElement) =>
  row.querySelector("[data-testid=answer-text]")?.textContent ?? "";

/** The last message, once it is in a state. */
export async function lastAnswer(state: string): Promise<HTMLElement> {
  const list = await feed();
  return waitFor(() => {
    const last = [...list.querySelectorAll<HTMLElement>("article")].at(-1);
    if (last?.dataset.state !== state)
      throw new Error(`the last message is ${last?.dataset.state}`);
    return last;
  });
}

/** What axe finds on the page. Contrast needs a layout and is checked in a browser. */
export async function violations(): Promise<string[]> {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false } },
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
