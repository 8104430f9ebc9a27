// The shortcuts in the settings: other keys by pressing them, and what the desktop granted.
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError, type KeysGiven } from "../../ipc";
import { shortcuts } from "../../ipc/fake-scenes";
import { NAMES } from "../../testing/landmarks";
import { composer, openWindow, violations } from "../../testing/window";

async function openSettings(
  given?: KeysGiven,
  change: (scene: ReturnType<typeof shortcuts>) => void = () => {},
) {
  const scene = shortcuts(given);
  change(scene);
  const opened = openWindow("chat", { shortcuts: scene });
  await composer();
  await opened.user.keyboard("{Control>},{/Control}");
  const dialog = await screen.findByRole("dialog", { name: NAMES.settings });
  await within(dialog).findByRole("heading", { name: "Quick prompt, from any window" });
  const field = (does: string) =>
    within(dialog).getByRole("button", { name: new RegExp(`^${does}:`) });
  const button = (what: string, does: string) =>
    within(dialog).getByRole("button", { name: `${what}: ${does}` });
  const chosen = () =>
    opened.core.calls.filter(({ name }) => name === "chooseShortcut").map(({ given }) => given);
  return { ...opened, dialog, field, button, chosen };
}

const CTRL_J = { control: true, alt: false, shift: false, logo: false, code: "KeyJ" };

describe("the shortcuts in the settings", () => {
  it("have the keys that are pressed in their field", async () => {
    const { user, field, chosen } = await openSettings();
    const quick = field(NAMES.shortcutQuick);
    expect(quick).toHaveAccessibleName(`${NAMES.shortcutQuick}: Ctrl+Shift+Space`);
    await user.click(quick);
    expect(quick).toHaveAccessibleName(`${NAMES.shortcutQuick}: press the keys`);
    await user.keyboard("{Control>}");
    expect(quick).toHaveTextContent("Ctrl+");
    await user.keyboard("j{/Control}");
    await waitFor(() => expect(quick).toHaveAccessibleName(`${NAMES.shortcutQuick}: Ctrl+J`));
    expect(chosen()).toEqual([["quick_prompt", { choice: "keys", keys: CTRL_J }]]);
    expect(await violations()).toEqual([]);
  });

  it("take a space bar without beginning again when it comes up", async () => {
    const { user, field, chosen } = await openSettings();
    const quick = field(NAMES.shortcutQuick);
    quick.focus();
    await user.keyboard("{Enter}{Alt>} {/Alt}");
    await waitFor(() => expect(quick).toHaveAccessibleName(/: Alt\+Space$/));
    expect(chosen()).toHaveLength(1);
  });

  it("are left as they are by Esc, which then closes the settings", async () => {
    const { user, field, dialog, chosen } = await openSettings();
    const quick = field(NAMES.shortcutQuick);
    await user.click(quick);
    await user.keyboard("{Escape}");
    expect(dialog).toBeVisible();
    expect(quick).toHaveAccessibleName(`${NAMES.shortcutQuick}: Ctrl+Shift+Space`);
    expect(chosen()).toEqual([]);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
  });

  it("are left by Tab, and by looking elsewhere", async () => {
    const { user, field, chosen } = await openSettings();
    const quick = field(NAMES.shortcutQuick);
    await user.click(quick);
    await user.tab();
    expect(quick).not.toHaveFocus();
    expect(quick).toHaveAccessibleName(/Space$/);
    await user.click(quick);
    fireEvent.blur(quick);
    expect(quick).toHaveAccessibleName(/Space$/);
    expect(chosen()).toEqual([]);
  });

  it("say why keys cannot be had, and which ones go on", async () => {
    const { user, dialog, field, core } = await openSettings();
    const reason = "Ctrl+J cannot be had: another program holds these keys.";
    core.failNext("chooseShortcut", new CoreError("other", reason));
    const quick = field(NAMES.shortcutQuick);
    await user.click(quick);
    await user.keyboard("{Control>}j{/Control}");
    const alert = await within(dialog).findByRole("alert");
    expect(alert).toHaveTextContent(`${reason} Ctrl Shift Space goes on as before.`);
    expect(quick).toHaveAccessibleName(`${NAMES.shortcutQuick}: Ctrl+Shift+Space`);
  });

  it("are turned off, and have their default keys again", async () => {
    const { user, field, button, chosen } = await openSettings();
    const clipboard = field(NAMES.shortcutClipboard);
    const back = button(NAMES.defaultKeys, NAMES.shortcutClipboard);
    expect(back).toBeDisabled();
    await user.click(button(NAMES.noKeys, NAMES.shortcutClipboard));
    await waitFor(() => expect(clipboard).toHaveAccessibleName(/: no keys$/));
    expect(button(NAMES.noKeys, NAMES.shortcutClipboard)).toBeDisabled();
    await user.click(back);
    await waitFor(() => expect(clipboard).toHaveAccessibleName(/Space$/));
    const name = "quick_prompt_with_clipboard";
    expect(chosen()).toEqual([
      [name, { choice: "off" }],
      [name, { choice: "default" }],
    ]);
  });

  it("name the command where keys cannot be had", async () => {
    const reason = "Ctrl+Shift+Space cannot be had: another program holds these keys.";
    const { dialog } = await openSettings(undefined, ({ shortcuts }) => {
      if (shortcuts[0]) shortcuts[0] = { ...shortcuts[0], state: "unavailable", reason };
    });
    expect(dialog).toHaveTextContent(reason);
    expect(dialog).toHaveTextContent(/bind keys to sotto quick\./);
  });

  it("show what the desktop granted, follow it, and lead to its settings", async () => {
    const { user, dialog, core } = await openSettings({ by: "desktop", shows_settings: true });
    expect(dialog).toHaveTextContent(`${NAMES.shortcutQuick}: Ctrl Shift Space`);
    expect(within(dialog).queryByText("Default")).toBeNull();
    const changed = shortcuts({ by: "desktop", shows_settings: true });
    changed.shortcuts = changed.shortcuts.map((each, at) =>
      at === 0
        ? { ...each, state: "works", keys: "Super+J" }
        : { ...each, state: "no_keys", keys: "" },
    );
    core.scene.shortcuts = changed;
    act(() => core.tell({ type: "desktop_changed" }));
    await waitFor(() => expect(dialog).toHaveTextContent(`${NAMES.shortcutQuick}: Super J`));
    expect(dialog).toHaveTextContent("the desktop gave it no keys, or does not say which.");
    expect(dialog).toHaveTextContent(/bind keys to sotto quick --clipboard\./);
    await user.click(within(dialog).getByRole("button", { name: NAMES.desktopKeys }));
    expect(core.calls.some(({ name }) => name === "askDesktopForShortcuts")).toBe(true);
    expect(await violations()).toEqual([]);
  });

  it("say why there are none, and what to bind", async () => {
    const reason = "The desktop asked for permission, and it was not given.";
    const { dialog, user, core } = await openSettings(
      { by: "nobody", reason, ask_again: true },
      (scene) => {
        scene.shortcuts = scene.shortcuts.map((each) => ({
          ...each,
          state: "unavailable",
          reason,
        }));
      },
    );
    expect(dialog).toHaveTextContent(`No keys open it here. ${reason}`);
    expect(dialog).toHaveTextContent(/bind keys to sotto quick and sotto quick --clipboard\./);
    await user.click(within(dialog).getByRole("button", { name: NAMES.askDesktop }));
    expect(core.calls.some(({ name }) => name === "askDesktopForShortcuts")).toBe(true);
  });
});
