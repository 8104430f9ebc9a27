// The settings: nothing is on by itself, a key goes in and never comes out, and what cannot be
// brought back is asked about.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { composer, openWindow } from "../../testing/window";
import { lines } from "./lines";

const CLOUD = "Larger models in the cloud";

async function openSettings(scene: string) {
  const opened = openWindow(scene);
  await composer();
  await opened.user.keyboard("{Control>},{/Control}");
  const dialog = await screen.findByRole("dialog", { name: NAMES.settings });
  await within(dialog).findByRole("switch", { name: CLOUD });
  const calls = (name: string) =>
    opened.core.calls.filter((call) => call.name === name).map(({ given }) => given);
  const openProvider = async (name: RegExp) => {
    await opened.user.click(within(dialog).getByRole("button", { name }));
    return within(dialog);
  };
  return { ...opened, dialog, calls, openProvider };
}

describe("the settings", () => {
  it("say what turning the cloud on means, and turn it on and off", async () => {
    const { user, dialog, calls } = await openSettings("chat");
    const cloud = within(dialog).getByRole("switch", { name: CLOUD });
    expect(cloud).toHaveAttribute("aria-checked", "false");
    expect(dialog).toHaveTextContent("Off: no question can go to the cloud.");
    await user.click(cloud);
    await waitFor(() => expect(cloud).toHaveAttribute("aria-checked", "true"));
    await user.click(cloud);
    await waitFor(() => expect(cloud).toHaveAttribute("aria-checked", "false"));
    expect(calls("turnCloud")).toEqual([[true], [false]]);
  });

  it("say why nothing can leave where nothing is written down", async () => {
    const { dialog } = await openSettings("unrecorded");
    expect(within(dialog).getByRole("switch", { name: CLOUD })).toBeDisabled();
    expect(dialog).toHaveTextContent("what leaves could not be written down either");
  });

  it("list providers with the place that was worked out, and whether a key is kept", async () => {
    const { dialog } = await openSettings("cloud");
    const rows = within(dialog).getAllByRole("button", { expanded: false });
    expect(rows.map((row) => row.textContent)).toEqual([
      "OpenAIhttps://api.openai.com/v1A key is kept · 2 modelsIn the cloud",
      "Anthropichttps://api.anthropic.com/v1A key is kept · 1 modelIn the cloud",
      "Mistralhttps://api.mistral.ai/v1No key yetIn the cloud",
      "The machine in the cellarhttp://192.168.1.20:8080/v1No key · 2 modelsOn your network",
    ]);
  });

  it("take a key from the clipboard without ever holding it", async () => {
    const { user, calls, openProvider } = await openSettings("cloud");
    const row = await openProvider(/^Mistral/);
    expect(row.queryByLabelText(/key/i, { selector: "input" })).toBeNull();
    await user.click(row.getByRole("button", { name: "Take the key from the clipboard" }));
    expect(calls("takeKey")).toEqual([["mistral"]]);
    expect(await row.findByRole("button", { name: /^Mistral.*A key is kept/ })).toBeVisible();
    expect(row.getByRole("button", { name: "Replace the key from the clipboard" })).toBeVisible();
  });

  it("say why a key could not be kept", async () => {
    const { user, core, openProvider } = await openSettings("cloud");
    const row = await openProvider(/^Mistral/);
    core.failNext("takeKey", new CoreError("other", "The keyring is locked."));
    await user.click(row.getByRole("button", { name: "Take the key from the clipboard" }));
    expect(await screen.findByRole("alert", { hidden: true })).toHaveTextContent(
      "The keyring is locked.",
    );
    expect(row.getByRole("button", { name: /^Mistral.*No key yet/ })).toBeVisible();
  });

  it("remove a key only after a question, which begins at keeping it", async () => {
    const { user, calls, openProvider } = await openSettings("cloud");
    const row = await openProvider(/^OpenAI/);
    await user.click(row.getByRole("button", { name: "Remove key" }));
    expect(row.getByRole("button", { name: "Keep it" })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(calls("removeKey")).toEqual([]);
    expect(row.getByRole("button", { name: "Remove key" })).toHaveFocus();
    await user.keyboard("{Enter}");
    await user.click(row.getByRole("button", { name: "Remove it" }));
    expect(calls("removeKey")).toEqual([["openai"]]);
    expect(await row.findByText("No key yet · 2 models")).toBeVisible();
  });

  it("test a provider with a yes, and say what came of it", async () => {
    const { user, core, calls, openProvider } = await openSettings("cloud");
    const row = await openProvider(/^OpenAI/);
    await user.click(row.getByRole("button", { name: "Test" }));
    expect(await row.findByText("Waiting for your yes in the other window.")).toBeVisible();
    await user.click(row.getByRole("button", { name: NAMES.takeBack }));
    expect(await row.findByText("Taken back. Nothing left this computer.")).toBeVisible();
    await user.click(row.getByRole("button", { name: "Test" }));
    await act(async () => core.decide("yes"));
    expect(await row.findByText("It answered, and offers 2 models.")).toBeVisible();
    expect(calls("testProvider")).toEqual([["openai"], ["openai"]]);
    core.failNext("testProvider", new CoreError("other", "The cloud is off."));
    await user.click(row.getByRole("button", { name: "Test" }));
    expect(await row.findByRole("alert")).toHaveTextContent("The cloud is off.");
  });

  it("say what a refused key means", async () => {
    const { user, core, openProvider } = await openSettings("cloud");
    core.scene.decision = "yes";
    const row = await openProvider(/^Mistral/);
    await user.click(row.getByRole("button", { name: "Test" }));
    expect(await row.findByRole("alert")).toHaveTextContent("did not take the key (401)");
  });

  it("add a server, show where it is, change and remove it", async () => {
    const { user, dialog, core, calls } = await openSettings("cloud");
    await user.click(within(dialog).getByRole("button", { name: "Add a provider or server" }));
    const form = within(within(dialog).getByRole("form", { name: "A new provider or server" }));
    expect(form.getByLabelText("Name")).toHaveFocus();
    await user.type(form.getByLabelText("Name"), "Attic");
    await user.type(form.getByLabelText("Address"), "not an address");
    await user.type(form.getByLabelText(/^Models/), "big{Enter} big {Enter}small");
    await user.click(form.getByRole("button", { name: "Add" }));
    expect(await screen.findByRole("alert", { hidden: true })).toHaveTextContent("not an address");
    // What was typed is still there.
    expect(form.getByLabelText("Name")).toHaveValue("Attic");
    await user.clear(form.getByLabelText("Address"));
    await user.type(form.getByLabelText("Address"), "http://10.0.0.5:8000/v1");
    await user.click(form.getByRole("button", { name: "Add" }));
    const row = await within(dialog).findByRole("button", { name: /^Attic.*On your network/ });
    expect(calls("saveProvider").at(-1)).toEqual([
      {
        id: null,
        title: "Attic",
        protocol: "open_ai",
        address: "http://10.0.0.5:8000/v1",
        models: ["big", "small"],
      },
    ]);
    await user.click(row);
    const about = within(within(dialog).getByRole("form", { name: "About Attic" }));
    await user.clear(about.getByLabelText("Address"));
    await user.type(about.getByLabelText("Address"), "https://attic.example.com/v1");
    await user.click(about.getByRole("button", { name: "Keep this" }));
    expect(
      await within(dialog).findByRole("button", { name: /^Attic.*In the cloud/ }),
    ).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Remove Attic" }));
    await user.click(within(dialog).getByRole("button", { name: "Remove it" }));
    await waitFor(() =>
      expect(core.scene.cloud.providers.some(({ id }) => id === "attic")).toBe(false),
    );
  });

  it("let only the models of a built-in provider be changed", async () => {
    const { user, calls, openProvider } = await openSettings("cloud");
    const row = await openProvider(/^Anthropic/);
    expect(row.queryByLabelText("Address")).toBeNull();
    expect(row.queryByRole("button", { name: /^Remove Anthropic/ })).toBeNull();
    await user.type(row.getByLabelText(/^Models/), "{Enter}claude-opus-5");
    await user.click(row.getByRole("button", { name: "Keep these models" }));
    expect(calls("saveProvider")).toMatchObject([
      [{ id: "anthropic", models: ["claude-sonnet-5", "claude-opus-5"] }],
    ]);
  });

  it("take back a standing yes", async () => {
    const { user, dialog, calls } = await openSettings("cloud");
    await user.click(
      within(dialog).getByRole("button", {
        name: "Withdraw the standing yes for The machine in the cellar",
      }),
    );
    expect(calls("withdrawStandingYes")).toEqual([["http://192.168.1.20:8080"]]);
    expect(await within(dialog).findByText(/^None\. A server in your network/)).toBeVisible();
  });

  it("keep the person’s own words", async () => {
    const { user, dialog, calls } = await openSettings("cloud");
    const field = within(dialog).getByLabelText(/^Words/);
    expect(field).toHaveValue("Projekt Nordlicht\nOkafor");
    await user.type(field, "{Enter}  Lindqvist {Enter}{Enter}Okafor");
    await user.click(within(dialog).getByRole("button", { name: "Keep these words" }));
    expect(calls("setOwnWords")).toEqual([[["Projekt Nordlicht", "Okafor", "Lindqvist"]]]);
  });

  it("lead to what left, and are closed by Esc and by their button", async () => {
    const { user, dialog } = await openSettings("cloud");
    await user.click(within(dialog).getByRole("button", { name: NAMES.ledger }));
    const ledger = await screen.findByRole("dialog", { name: NAMES.ledger });
    await user.click(within(ledger).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.keyboard("{Control>},{/Control}");
    await screen.findByRole("dialog", { name: NAMES.settings });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("lines", () => {
  it.each([
    [null, []],
    ["", []],
    [" a \n\n b\r\na ", ["a", "b"]],
  ])("of %j", (field, expected) => expect(lines(field)).toEqual(expected));
});
