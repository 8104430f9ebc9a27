// Choosing a model, and one on its way.
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { MODELS } from "../../ipc/fake-scenes";
import { composer, open, openWindow } from "../../testing/window";

describe("models", () => {
  it("are chosen for a conversation; one that cannot run says why", async () => {
    const { user, core } = openWindow("chat");
    await open(user, "Regex for ISO dates");
    await user.click(screen.getByRole("button", { name: "Model: Qwen2.5 Coder 1.5B" }));
    const broken = await screen.findByRole("menuitemradio", { name: /holiday-photos/ });
    expect(broken).toHaveAttribute("aria-disabled", "true");
    expect(broken).toHaveTextContent("not a model");
    await user.click(screen.getByRole("menuitemradio", { name: /SmolLM2/ }));
    await screen.findByRole("button", { name: "Model: SmolLM2 135M" });
    expect(core.calls.find(({ name }) => name === "chooseModel")?.given).toEqual([
      "dates",
      MODELS.models[1]?.name,
    ]);
  });

  it("chosen before the first question go with it", async () => {
    const { user, core } = openWindow("chat");
    await user.click(await screen.findByRole("button", { name: "Model: Qwen2.5 Coder 1.5B" }));
    await user.click(await screen.findByRole("menuitemradio", { name: /SmolLM2/ }));
    await user.type(await composer(), "Hello{Enter}");
    await waitFor(() =>
      expect(core.calls.find(({ name }) => name === "ask")?.given[0]).toMatchObject({
        model: MODELS.models[1]?.name,
      }),
    );
  });

  it("on their way are shown, and their arrival is told", async () => {
    const { core } = openWindow("first");
    expect(await screen.findByRole("progressbar", { name: /Qwen2.5 Coder 1.5B/ })).toHaveAttribute(
      "aria-valuenow",
      "43",
    );
    expect(screen.getByText(/gets most questions wrong\. Don’t rely on it\./)).toBeVisible();
    await act(async () => core.tell({ type: "models_changed", models: MODELS }));
    expect(await screen.findByText(/Qwen2.5 Coder 1.5B is here/)).toBeVisible();
    expect(screen.queryByRole("progressbar")).toBeNull();
  });
});
