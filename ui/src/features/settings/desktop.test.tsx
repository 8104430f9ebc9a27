// The settings about the desktop: off until asked for, and what the window does when it is closed.
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError, type DesktopView } from "../../ipc";
import { sceneNamed } from "../../ipc/fake-scenes";
import { NAMES } from "../../testing/landmarks";
import { composer, openWindow, violations } from "../../testing/window";

async function openSettings(changes: Partial<DesktopView> = {}) {
  const desktop = { ...sceneNamed("chat").desktop, ...changes };
  const opened = openWindow("chat", { desktop });
  await composer();
  await opened.user.keyboard("{Control>},{/Control}");
  const dialog = await screen.findByRole("dialog", { name: NAMES.settings });
  const start = await within(dialog).findByRole("switch", { name: NAMES.sessionStart });
  const closed = within(dialog).getByRole("combobox", { name: NAMES.whenClosed });
  const calls = (name: string) =>
    opened.core.calls.filter((call) => call.name === name).map(({ given }) => given);
  return { ...opened, dialog, start, closed, calls };
}

describe("the settings about the desktop", () => {
  it("start with the session only when that is turned on, and not any more when off", async () => {
    const { user, start, calls, dialog } = await openSettings();
    expect(start).toHaveAttribute("aria-checked", "false");
    expect(dialog).toHaveTextContent("Off: Sotto starts when you start it.");
    await user.click(start);
    await waitFor(() => expect(start).toHaveAttribute("aria-checked", "true"));
    await user.click(start);
    await waitFor(() => expect(start).toHaveAttribute("aria-checked", "false"));
    expect(calls("setSessionStart")).toEqual([[true], [false]]);
  });

  it("say why that could not be changed", async () => {
    const { user, start, core } = await openSettings();
    core.failNext("setSessionStart", new CoreError("other", "The file could not be written."));
    await user.click(start);
    expect(await screen.findByRole("alert", { hidden: true })).toHaveTextContent(
      "The file could not be written.",
    );
    expect(start).toHaveAttribute("aria-checked", "false");
  });

  it("say where it cannot be changed at all", async () => {
    const reason = "Sotto can start with the session on Linux only so far.";
    const { start, dialog } = await openSettings({
      session_start: { state: "unavailable", reason },
    });
    expect(start).toBeDisabled();
    expect(dialog).toHaveTextContent(reason);
  });

  it("choose what closing the window does", async () => {
    const { user, closed, calls } = await openSettings();
    expect(closed).toHaveValue("ask");
    await user.selectOptions(closed, "Keep Sotto in the tray");
    expect(calls("setWhenClosed")).toEqual([["stay"]]);
    await waitFor(() => expect(closed).toHaveValue("stay"));
  });

  it("offer no choice where there is no tray", async () => {
    const { closed, dialog } = await openSettings({ tray: "missing" });
    expect(closed).toBeDisabled();
    expect(dialog).toHaveTextContent("no tray icons, so closing the window ends Sotto");
    expect(await violations()).toEqual([]);
  });
});
