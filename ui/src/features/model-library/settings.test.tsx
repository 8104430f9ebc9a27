// The limit for models, and how a single one is run.
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { QWEN } from "../../ipc/fake-models-scenes";
import { MODELS_PAGE } from "../../testing/landmarks";
import { given, noDialog, openModels } from "../../testing/models";

describe("the limit for models", () => {
  it("is raised for a model that is over it", async () => {
    const { user, core, press, dialog } = await openModels();
    await press(`${MODELS_PAGE.raise} for Qwen3.5 9B`);
    const limit = await dialog(MODELS_PAGE.limit);
    expect(limit.getByText(/^Qwen3\.5 9B needs 6\.3 GB\. The limit is 4\.0 GB/)).toBeVisible();
    expect(limit.getByRole("textbox", { name: MODELS_PAGE.limitField })).toHaveValue("6.5");
    expect(limit.getByText(/^Then fits: /)).toBeVisible();
    await user.click(limit.getByRole("button", { name: "Set the limit" }));
    await noDialog();
    expect(given(core, "setMemoryLimit")).toEqual([[6.5e9]]);
    expect(await screen.findByRole("button", { name: "Download Qwen3.5 9B" })).toBeVisible();
    expect(screen.getByText("6.5 GB")).toBeVisible();
  });

  it("is refused where it makes no sense", async () => {
    const { user, core, press, dialog } = await openModels();
    await press(/^Change/);
    const limit = await dialog(MODELS_PAGE.limit);
    const field = limit.getByRole("textbox", { name: MODELS_PAGE.limitField });
    for (const wrong of ["0", "25", "a lot"]) {
      await user.clear(field);
      await user.type(field, `${wrong}{Enter}`);
      expect(limit.getByText(/^A number from 0\.5 to 24/)).toBeVisible();
    }
    await user.clear(field);
    await user.type(field, "20");
    expect(limit.getByText(/Only 18 GB is free now/)).toBeVisible();
    expect(given(core, "setMemoryLimit")).toEqual([]);
  });

  it("is given back to Sotto", async () => {
    const { core, press } = await openModels();
    await press(/^Change/);
    await press(MODELS_PAGE.noLimit);
    await noDialog();
    expect(given(core, "setMemoryLimit")).toEqual([[null]]);
    expect(await screen.findByText("12 GB")).toBeVisible();
  });
});

describe("the settings of a model", () => {
  const openSettings = async (scene = "models") => {
    const opened = await openModels(scene);
    await opened.choose("Qwen2.5 Coder 1.5B", MODELS_PAGE.settings);
    const settings = await opened.dialog(`${MODELS_PAGE.settingsOf} Qwen2.5 Coder 1.5B`);
    await settings.findByRole("textbox", { name: "Temperature" });
    return { ...opened, settings };
  };
  const type = async (
    { user, settings }: Awaited<ReturnType<typeof openSettings>>,
    name: string,
    typed: string,
  ) => {
    const field = settings.getByRole("textbox", { name });
    await user.clear(field);
    if (typed) await user.type(field, typed);
  };

  it("show what is chosen, and what it is otherwise", async () => {
    const { settings } = await openSettings();
    expect(settings.getByRole("textbox", { name: "Temperature" })).toHaveValue("0.3");
    expect(settings.getByRole("textbox", { name: "Top K" })).toHaveValue("");
    expect(settings.getByText("Default: 0.8")).toBeVisible();
    expect(settings.queryByRole("textbox", { name: /Layers on the graphics card/ })).toBeNull();
  });

  it("are kept, and what is left out stays Sotto's", async () => {
    const opened = await openSettings();
    const { user, core, settings } = opened;
    await type(opened, "Temperature", "");
    await type(opened, "Context", "16384");
    expect(settings.getByText(/16,384 tokens take 470 MB of memory/)).toBeVisible();
    await type(opened, "Seed", "7");
    await user.selectOptions(
      settings.getByRole("combobox", { name: "Stays in memory after its last use" }),
      "Until its place is needed",
    );
    await user.selectOptions(
      settings.getByRole("combobox", { name: "Attach" }),
      "delivery-notes-lora",
    );
    await user.click(settings.getByRole("button", { name: "Keep" }));
    await noDialog();
    expect(given(core, "setModelSettings")).toEqual([
      [
        QWEN.name,
        {
          context: 16_384,
          temperature: null,
          top_k: null,
          top_p: null,
          min_p: null,
          repeat_penalty: null,
          seed: 7,
          keep_alive: -1,
          graphics_layers: null,
          adapters: [{ name: "delivery-notes-lora", scale: 1 }],
        },
      ],
    ]);
  });

  it("that are out of range are not kept, and it is said which", async () => {
    const opened = await openSettings();
    const { user, core, settings } = opened;
    await type(opened, "Top P", "1.5");
    await type(opened, "Context", "99999999");
    await user.click(settings.getByRole("button", { name: "Keep" }));
    expect(settings.getByText("A number from 0 to 1.")).toBeVisible();
    expect(settings.getByText("A number from 512 to 32,768.")).toBeVisible();
    expect(settings.getByRole("textbox", { name: "Context" })).toHaveFocus();
    expect(given(core, "setModelSettings")).toEqual([]);
  });

  it("go back to the defaults, one and all", async () => {
    const opened = await openSettings();
    const { user, settings } = opened;
    await type(opened, "Seed", "9");
    await user.click(settings.getByRole("button", { name: "Back to the default: Temperature" }));
    expect(settings.getByRole("textbox", { name: "Temperature" })).toHaveValue("");
    const all = settings.getByRole("button", { name: "Everything back to the defaults" });
    await user.click(all);
    expect(settings.getByRole("textbox", { name: "Seed" })).toHaveValue("");
    expect(all).toBeDisabled();
  });

  it("put layers on a graphics card where there is one", async () => {
    const { settings } = await openSettings("graphics");
    expect(settings.getByRole("textbox", { name: "Layers on the graphics card" })).toBeVisible();
  });

  it("that cannot be read are read again", async () => {
    const opened = await openModels();
    opened.core.failNext("modelSettings", new CoreError("history", "The history is closed."));
    await opened.choose("Qwen2.5 Coder 1.5B", MODELS_PAGE.settings);
    const settings = await opened.dialog(/^Settings of/);
    expect(await settings.findByRole("alert")).toHaveTextContent("The history is closed.");
    await opened.user.click(settings.getByRole("button", { name: "Try again" }));
    expect(await settings.findByRole("textbox", { name: "Temperature" })).toHaveValue("0.3");
  });
});
