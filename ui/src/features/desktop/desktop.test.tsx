// Sotto in the desktop as its window shows it: the note that there is no tray, the question when it
// is closed for the first time, and what the tray asks of the window.
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { DesktopView } from "../../ipc";
import { sceneNamed } from "../../ipc/fake-scenes";
import { NAMES } from "../../testing/landmarks";
import { composer, openWindow, violations } from "../../testing/window";

function openOn(changes: Partial<DesktopView>) {
  return openWindow("chat", { desktop: { ...sceneNamed("chat").desktop, ...changes } });
}

async function asked() {
  const opened = openOn({});
  await composer();
  act(() => opened.core.tell({ type: "close_asked" }));
  await screen.findByRole("dialog", { name: NAMES.closing });
  const calls = () =>
    opened.core.calls
      .filter(({ name }) => name === "setWhenClosed" || name === "closeWindow")
      .map(({ name, given }) => [name, ...given]);
  return { ...opened, calls };
}

describe("a missing tray", () => {
  it("is explained until the person has read it, and never again", async () => {
    const { user, core } = openOn({ tray: "missing" });
    const understood = await screen.findByRole("button", { name: NAMES.dismissTrayNote });
    expect(screen.getByText(/closing this window ends Sotto/)).toBeVisible();
    expect(await violations()).toEqual([]);
    await user.click(understood);
    await waitFor(() => expect(understood).not.toBeInTheDocument());
    act(() => core.tell({ type: "desktop_changed" }));
    await composer();
    expect(screen.queryByText(/closing this window ends Sotto/)).toBeNull();
  });

  it.each(["there", "unknown"] as const)("is not claimed where it is %s", async (tray) => {
    openOn({ tray });
    await composer();
    await screen.findByText("Regex for ISO dates");
    expect(screen.queryByText(/closing this window ends Sotto/)).toBeNull();
  });
});

describe("closing the window for the first time", () => {
  it("ends Sotto on Enter, and keeps that", async () => {
    const { user, calls } = await asked();
    await waitFor(() => expect(screen.getByRole("button", { name: NAMES.endHere })).toHaveFocus());
    expect(await violations()).toEqual([]);
    await user.keyboard("{Enter}");
    await waitFor(() => expect(calls()).toEqual([["setWhenClosed", "end"], ["closeWindow"]]));
  });

  it("keeps Sotto in the tray where that is chosen", async () => {
    const { user, calls } = await asked();
    await user.click(screen.getByRole("button", { name: NAMES.stayInTray }));
    await waitFor(() => expect(calls()).toEqual([["setWhenClosed", "stay"], ["closeWindow"]]));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is put off by Esc", async () => {
    const { user, calls } = await asked();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(calls()).toEqual([["setWhenClosed", "ask"]]));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("the tray", () => {
  it("shows a conversation, the settings, and what failed", async () => {
    const { core } = openOn({});
    await composer();
    act(() => core.tell({ type: "open_settings" }));
    await screen.findByRole("dialog", { name: NAMES.settings });
    act(() => core.tell({ type: "open_conversation", conversation: "note" }));
    await screen.findByRole("feed", { name: NAMES.messages });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    act(() => core.tell({ type: "failed", message: "There is not enough memory." }));
    expect(await screen.findByRole("alert")).toHaveTextContent("There is not enough memory.");
  });
});
