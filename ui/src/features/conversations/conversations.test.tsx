// The list of conversations, with the mouse and with the keyboard alone.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { layout } from "../../../vitest.setup";
import { NAMES } from "../../testing/landmarks";
import { articles, composer, open, openWindow } from "../../testing/window";

describe("conversations", () => {
  it("keep a draft each", async () => {
    const { user } = openWindow("chat");
    await open(user, "Polite reply to the landlord");
    await user.type(await composer(), "half a thought");
    await open(user, "Regex for ISO dates");
    expect(await composer()).toHaveValue("");
    await open(user, "Polite reply to the landlord");
    expect(await composer()).toHaveValue("half a thought");
  });

  it("are walked, renamed, deleted and brought back with the keyboard alone", async () => {
    const { user, core } = openWindow("chat");
    const first = await screen.findByRole("button", { name: "Parse a delivery note into JSON" });
    act(() => first.focus());
    await user.keyboard("{ArrowDown}");
    expect(screen.getByRole("button", { name: "Polite reply to the landlord" })).toHaveFocus();
    await user.keyboard("{F2}");
    await user.keyboard("{Control>}a{/Control}Letter to the landlord{Enter}");
    const renamed = await screen.findByRole("button", { name: "Letter to the landlord" });
    await waitFor(() => expect(renamed).toHaveFocus());
    await user.keyboard("{Delete}");
    await waitFor(() =>
      expect(screen.queryByRole("button", { name: "Letter to the landlord" })).toBeNull(),
    );
    expect(core.calls.map(({ name }) => name)).toContain("deleteConversation");
    await user.keyboard("{Control>}z{/Control}");
    expect(await screen.findByRole("button", { name: "Letter to the landlord" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  });

  it("deleted by mistake come back from the message about it, which F6 reaches", async () => {
    const { user } = openWindow("chat");
    await open(user, "Regex for ISO dates");
    await user.click(screen.getByRole("button", { name: "Actions for Regex for ISO dates" }));
    await user.click(await screen.findByRole("menuitem", { name: /Delete/ }));
    expect(await screen.findByRole("heading", { name: "New conversation" })).toBeVisible();
    const undo = within(screen.getByRole("region", { name: NAMES.notices })).getByRole("button", {
      name: "Undo",
    });
    for (let pressed = 0; pressed < 4 && document.activeElement !== undo; pressed++) {
      await user.keyboard("{F6}");
    }
    expect(undo).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(
      await screen.findByRole("heading", { name: "Regex for ISO dates", level: 1 }),
    ).toBeVisible();
  });

  it("of two thousand messages put only those in sight into the page", async () => {
    layout.sight = 800;
    const { user } = openWindow("long");
    await open(user, "Two thousand messages");
    const rows = await articles();
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.length).toBeLessThan(60);
    expect(rows[0]).toHaveAttribute("aria-setsize", "2000");
  });
});
