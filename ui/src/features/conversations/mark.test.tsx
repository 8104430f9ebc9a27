// Conversations that were begun in the quick prompt are marked, in the list and in the palette.
import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { NAMES } from "../../testing/landmarks";
import { composer, openWindow } from "../../testing/window";

describe("a conversation of the quick prompt", () => {
  it("is marked in the list, and others are not", async () => {
    openWindow("chat");
    expect(await screen.findByRole("button", { name: /^Packing list.*, quick$/ })).toBeVisible();
    expect(screen.getByRole("button", { name: "Regex for ISO dates" })).toBeVisible();
  });

  it("is marked where it is found", async () => {
    const { user } = openWindow("chat");
    await composer();
    await user.keyboard("{Control>}k{/Control}");
    const palette = await screen.findByRole("dialog", { name: NAMES.palette });
    await user.type(within(palette).getByRole("combobox"), "packing");
    const found = await within(palette).findAllByRole("option", { name: /, quick$/ });
    // Its title, its question and its answer.
    expect(found).toHaveLength(3);
  });

  it("is taken over by the chat window, with what was typed", async () => {
    const { core } = openWindow("chat");
    const field = await composer();
    core.tell({ type: "take_over", what: { conversation: "packing", draft: "And socks?" } });
    expect(await screen.findByRole("heading", { level: 1, name: /^Packing list/ })).toBeVisible();
    expect(field).toHaveValue("And socks?");
    expect(field).toHaveFocus();
    core.tell({ type: "take_over", what: { conversation: "packing", draft: "And a hat?" } });
    expect(await screen.findByDisplayValue(/And socks\?\s+And a hat\?/)).toBe(field);
  });
});
