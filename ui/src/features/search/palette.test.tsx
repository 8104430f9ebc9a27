// The palette finds actions, conversations and words in messages.
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { NAMES } from "../../testing/landmarks";
import { composer, lastAnswer, openWindow, said } from "../../testing/window";

describe("the palette", () => {
  it("finds words in messages and opens them there", async () => {
    const { user } = openWindow("chat");
    await composer();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: NAMES.palette }), "take the first");
    await user.click(await screen.findByRole("option", { name: /take the first/ }));
    expect(
      await screen.findByRole("heading", { name: "Parse a delivery note into JSON", level: 1 }),
    ).toBeVisible();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("finds a message on another branch and goes there", async () => {
    const { user, core } = openWindow("chat");
    await composer();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: NAMES.palette }), "shorter");
    await user.click(await screen.findByRole("option", { name: /A shorter one/ }));
    await waitFor(async () =>
      expect(said(await lastAnswer("complete"))).toContain("A shorter one"),
    );
    expect(core.calls.filter(({ name }) => name === "chooseAlternative")).toHaveLength(1);
  });

  it("runs actions and gives the focus back", async () => {
    const { user } = openWindow("chat");
    await composer();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "shortcuts{Enter}");
    expect(await screen.findByRole("dialog", { name: NAMES.shortcuts })).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});
