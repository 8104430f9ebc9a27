// What can be done with a model of the page: memory, the default, removing, adding; and a chat that
// has none.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { BROKEN, LIBRARY, model, QWEN } from "../../ipc/fake-models-scenes";
import { sceneNamed } from "../../ipc/fake-scenes";
import { DOWNLOAD, MODELS_PAGE } from "../../testing/landmarks";
import { given, noDialog, openModels, row } from "../../testing/models";
import { composer, openWindow } from "../../testing/window";

describe("a model on the page", () => {
  it("is loaded beside another and unloaded alone", async () => {
    const { core, press } = await openModels();
    await press(`${MODELS_PAGE.load} llama3.2:3b`);
    await press(`${MODELS_PAGE.unload} Qwen2.5 Coder 1.5B`);
    expect(given(core, "loadModel")).toEqual([["llama3.2-3b"]]);
    expect(given(core, "unloadModel")).toEqual([[QWEN.name]]);
    await waitFor(() =>
      expect(core.scene.runtime.loaded.map(({ name }) => name)).toEqual(["llama3.2-3b"]),
    );
    expect(
      await screen.findByRole("button", { name: `${MODELS_PAGE.unload} llama3.2:3b` }),
    ).toBeVisible();
  });

  it("gives its memory back with all others", async () => {
    const { user, core, press } = await openModels();
    await press(`${MODELS_PAGE.load} llama3.2:3b`);
    await screen.findByRole("button", { name: `${MODELS_PAGE.unload} llama3.2:3b` });
    await press("More about models");
    await user.click(await screen.findByRole("menuitem", { name: MODELS_PAGE.unloadAll }));
    expect(given(core, "unloadModel")).toEqual([[null]]);
    expect(await screen.findByText("No model in memory")).toBeVisible();
  });

  it("shows how far it is on its way into memory", async () => {
    await openModels("models", {
      models: {
        ...sceneNamed("models").models,
        models: [{ ...QWEN, state: { state: "loading", percent: 43 } }],
      },
    });
    expect(
      within(screen.getByRole("article", { name: QWEN.title })).getByRole("progressbar"),
    ).toHaveAttribute("aria-valuenow", "43");
  });

  it("says what went wrong when it cannot be loaded", async () => {
    const { core, press } = await openModels();
    core.failNext("loadModel", new CoreError("other", "It needs 9.4 GB, and 3.1 GB is free."));
    await press(`${MODELS_PAGE.load} llama3.2:3b`);
    expect(await screen.findByRole("alert")).toHaveTextContent("It needs 9.4 GB");
  });

  it("becomes the one for new conversations", async () => {
    const { core, choose } = await openModels();
    await choose("llama3.2:3b", MODELS_PAGE.makeDefault);
    expect(given(core, "chooseModel")).toEqual([[null, "llama3.2-3b"]]);
    const llama = await row("llama3.2:3b");
    expect(await llama.findByText("Default")).toBeVisible();
  });

  it("that cannot answer has no such entries", async () => {
    const { user } = await openModels();
    for (const title of ["delivery-notes-lora", "Nomic Embed Text 1.5", BROKEN.title]) {
      await user.click(screen.getByRole("button", { name: `${MODELS_PAGE.more} ${title}` }));
      const entries = (await screen.findAllByRole("menuitem")).map((each) => each.textContent);
      expect(entries).toContain(MODELS_PAGE.remove);
      expect(entries).not.toContain(MODELS_PAGE.settings);
      await user.keyboard("{Escape}");
    }
    expect(screen.queryByRole("button", { name: /^Load delivery/ })).toBeNull();
  });

  it("is removed after a question that says what is deleted", async () => {
    const { core, choose, press, dialog } = await openModels();
    await choose("Gemma 4 E4B", MODELS_PAGE.remove);
    const asked = await dialog("Remove Gemma 4 E4B?");
    expect(asked.getByText(/^3 files \(4\.6 GB\) are deleted/)).toBeVisible();
    expect(asked.getByText(/-00001-of-00003\.gguf$/)).toBeVisible();
    expect(asked.getByRole("button", { name: "Keep it" })).toHaveFocus();
    await press("Delete");
    await waitFor(() => expect(screen.queryByRole("article", { name: "Gemma 4 E4B" })).toBeNull());
    expect(given(core, "removeModel")).toEqual([["gemma-4-e4b-it-q4_k_m"]]);
    expect(await screen.findByText("Gemma 4 E4B is no longer in the list.")).toBeVisible();
  });

  it("of another program is not removed, and it is said why", async () => {
    const { core, choose, dialog, press } = await openModels();
    await choose("llama3.2:3b", MODELS_PAGE.remove);
    const told = await dialog("llama3.2:3b cannot be removed here");
    expect(told.getByText(/^This file belongs to Ollama/)).toBeVisible();
    expect(told.getAllByRole("button")).toHaveLength(1);
    await press("Close");
    await noDialog();
    expect(given(core, "removeModel")).toEqual([]);
  });

  it("is added from a file, and its row opens", async () => {
    const { press } = await openModels();
    await press(MODELS_PAGE.add);
    const head = await screen.findByRole("button", { name: "my-own-7b-q5_k_m" });
    await waitFor(() => expect(head).toHaveAttribute("aria-expanded", "true"));
    expect(await screen.findByText("my-own-7b-q5_k_m is on this computer now.")).toBeVisible();
  });

  it("that was not picked after all changes nothing", async () => {
    const { core, press } = await openModels("models", { picked: null });
    await press(MODELS_PAGE.add);
    await waitFor(() => expect(given(core, "importModel")).toHaveLength(1));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("that is dropped onto the window is told, also in the chat", async () => {
    const { core } = openWindow("models");
    await composer();
    await screen.findByText("ready");
    const models = {
      ...core.scene.models,
      models: [...LIBRARY, model("dropped", { title: "Dropped 3B" })],
    };
    await act(async () => core.tell({ type: "models_changed", models }));
    expect(await screen.findByText("Dropped 3B is on this computer now.")).toBeVisible();
    await act(async () => core.tell({ type: "model_added", model: "dropped" }));
    expect(screen.getAllByText("Dropped 3B is on this computer now.")).toHaveLength(1);
  });

  it("that is dropped and was here already is told by its title", async () => {
    const { core } = openWindow("models");
    await composer();
    await screen.findByText("ready");
    await act(async () => core.tell({ type: "model_added", model: QWEN.name }));
    expect(await screen.findByText(`${QWEN.title} is on this computer now.`)).toBeVisible();
  });
});

describe("the first start without a model", () => {
  it("offers the one that fits best", async () => {
    const { user } = openWindow("no-models");
    expect(await screen.findByText("Qwen3.5 4B")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Download…" }));
    expect(
      await screen.findByRole("dialog", { name: `${DOWNLOAD.dialog} Qwen3.5 4B` }),
    ).toBeVisible();
  });

  it("with the stand-in alone offers it, too", async () => {
    openWindow("stand-in");
    expect(await screen.findByText(/gets most questions wrong\. Don’t rely on it\./)).toBeVisible();
    expect(await screen.findByText("Qwen3.5 4B")).toBeVisible();
  });

  it("does not stand where a model is", async () => {
    openWindow("chat");
    await screen.findByText("ready");
    expect(screen.queryByText("Suits this computer best")).toBeNull();
  });
});

it("a fit that is not known is not drawn", async () => {
  const models = sceneNamed("models").models;
  await openModels("models", {
    models: { ...models, models: [{ ...QWEN, fit: null, speed: null }] },
  });
  const qwen = screen.getByRole("article", { name: QWEN.title });
  expect(qwen).not.toHaveTextContent("context");
  expect(qwen).not.toHaveTextContent("/s");
});
