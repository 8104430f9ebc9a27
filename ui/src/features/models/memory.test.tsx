// The memory of models on a person's word: what the tray offers is in the window, too.
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { NAMES } from "../../testing/landmarks";
import { composer, openWindow, violations } from "../../testing/window";

async function openMenu() {
  const opened = openWindow("chat");
  await composer();
  const pick = () => opened.user.click(screen.getByRole("button", { name: /^Model:/ }));
  const entry = (name: RegExp | string) => screen.findByRole("menuitem", { name });
  await screen.findByText("ready");
  await pick();
  return { ...opened, pick, entry };
}

describe("the memory of models", () => {
  it("is given back and taken again", async () => {
    const { user, pick, entry } = await openMenu();
    expect(screen.queryByRole("menuitem", { name: NAMES.load })).toBeNull();
    await user.click(await entry("Unload Qwen2.5 Coder 1.5B"));
    expect(await screen.findByText("No model in memory")).toBeVisible();
    await pick();
    expect(screen.queryByRole("menuitem", { name: /^Unload/ })).toBeNull();
    await user.click(await entry(NAMES.load));
    await waitFor(() => expect(screen.queryByText("No model in memory")).toBeNull());
  });

  it("is free while it is paused, which is said and can be ended", async () => {
    const { user, core, entry } = await openMenu();
    await user.click(await entry(new RegExp(`^${NAMES.pause}`)));
    expect(await screen.findByText("paused")).toBeVisible();
    expect(await violations()).toEqual([]);
    await user.click(screen.getByRole("button", { name: NAMES.resume }));
    expect(await screen.findByText("ready")).toBeVisible();
    expect(core.scene.runtime.paused).toBe(false);
  });

  it("is freed and Sotto ended from the palette, too", async () => {
    const { user, core } = await openMenu();
    await user.keyboard("{Escape}{Control>}k{/Control}");
    await user.click(await screen.findByRole("option", { name: new RegExp(NAMES.pause) }));
    const called = (wanted: string) =>
      waitFor(() => expect(core.calls.some(({ name }) => name === wanted)).toBe(true));
    await called("pauseRuntime");
    await user.keyboard("{Control>}k{/Control}");
    await user.click(await screen.findByRole("option", { name: new RegExp(NAMES.endHere) }));
    await called("quit");
  });
});
