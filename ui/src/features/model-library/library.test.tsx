// The page of models: reached, read, searched, and left again.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { BROKEN, HARDWARE, LIBRARY, model, QWEN } from "../../ipc/fake-models-scenes";
import { sceneNamed } from "../../ipc/fake-scenes";
import { DOWNLOAD, MODELS_PAGE, NAMES } from "../../testing/landmarks";
import { given, noDialog, openModels, page, row, rowsOf } from "../../testing/models";
import { composer, feed, open, openWindow } from "../../testing/window";

describe("the page of models", () => {
  it.each<[string, (opened: ReturnType<typeof openWindow>) => Promise<void>]>([
    ["a key", ({ user }) => user.keyboard("{Control>}l{/Control}")],
    ["the left side", ({ user }) => user.click(screen.getByRole("button", { name: NAMES.models }))],
    [
      "the palette",
      async ({ user }) => {
        await user.keyboard("{Control>}k{/Control}");
        await user.click(await screen.findByRole("option", { name: /^Models/ }));
      },
    ],
    [
      "the menu of models",
      async ({ user }) => {
        await user.click(screen.getByRole("button", { name: /^Model:/ }));
        await user.click(await screen.findByRole("menuitem", { name: /^All models/ }));
      },
    ],
  ])("is reached from %s", async (_, reach) => {
    const opened = openWindow("chat");
    await composer();
    await screen.findByText("ready");
    await reach(opened);
    await page();
    expect(await screen.findByRole("heading", { level: 1, name: NAMES.models })).toHaveFocus();
    expect(screen.queryByRole("main", { name: NAMES.chat })).toBeNull();
    expect(screen.getByRole("button", { name: NAMES.models })).toHaveAttribute(
      "aria-current",
      "page",
    );
  });

  it.each([
    ["Esc", "{Escape}"],
    ["the same key", "{Control>}l{/Control}"],
  ])("is left with %s, and the chat is as it was", async (_, keys) => {
    const opened = openWindow("chat");
    await open(opened.user, "Regex for ISO dates");
    await opened.user.type(await composer(), "half a thou");
    const before = await feed();
    await opened.user.keyboard("{Control>}l{/Control}");
    await page();
    await opened.user.keyboard(keys);
    const field = await composer();
    await waitFor(() => expect(field).toHaveFocus());
    expect(field).toHaveValue("half a thou");
    expect(await feed()).toBe(before);
  });

  it("gives way to a conversation that is opened", async () => {
    const { user } = await openModels();
    await user.click(screen.getByRole("button", { name: "Regex for ISO dates" }));
    await feed();
    expect(screen.queryByRole("main", { name: NAMES.models })).toBeNull();
  });

  it("says what models run on", async () => {
    await openModels();
    const strip = screen.getByRole("region", { name: MODELS_PAGE.hardware });
    for (const words of [
      "24 GB memory",
      "18 GB free",
      "2 threads, AVX-512",
      "34 GB/s measured",
      "No GPU",
      "found by the runtime",
      "4.0 GB",
    ]) {
      expect(within(strip).getByText(words)).toBeVisible();
    }
  });

  it("names the graphics card, or says why none is used", async () => {
    await openModels("graphics");
    expect(screen.getByText("NVIDIA RTX 4070")).toBeVisible();
    expect(screen.getByText("11 GB of 13 GB free, Vulkan")).toBeVisible();
    // What a card could not take is said where the model is, also in the chat.
    expect(screen.getAllByText(/^Only 12 of 28 layers fit/)).toHaveLength(2);
  });

  it("says why a graphics card is not used", async () => {
    await openModels("models", {
      hardware: { ...HARDWARE, note: "The driver is older than Vulkan 1.2." },
    });
    expect(screen.getByText("The driver is older than Vulkan 1.2.")).toBeVisible();
  });

  it("says of each model what it is, in words", async () => {
    await openModels();
    const texts: [string, RegExp][] = [
      [
        "Qwen2.5 Coder 1.5B",
        /DefaultIn memory.*Code, short texts, extracting data\. Weak at: facts/,
      ],
      ["SmolLM2 135M", /Stand-inFits well/],
      ["llama3.2:3b", /Fits wellFrom Ollama.*2\.0 GB \+ 530 MB context.*about 16\/s/],
      ["Gemma 4 E4B", /Over your limit.*more than the 4\.0 GB for models/],
      ["Command R+ 104B", /Too large.*Needs 65 GB/],
      ["holiday-photos", /Cannot be used.*does not begin as a GGUF file does/],
      ["Qwen3.5 0.8B", /Fits well.*about 508 MB, not tried by us/],
      ["Llama Poro 2 8B", /suomi.*Own terms/],
      ["Qwen3.5 4B", /Suits this computer best/],
      ["delivery-notes-lora", /Your own file/],
    ];
    for (const [title, words] of texts) {
      expect(screen.getByRole("article", { name: title })).toHaveTextContent(words);
    }
    expect(screen.getByRole("article", { name: /^Mistral-Nemo/ })).toHaveTextContent(
      /Smaller context.*3\.4 GB \+ 563 MB for 3,072 tokens/,
    );
  });

  it("opens a row to its numbers and files, and closes it again", async () => {
    const { user } = await openModels();
    const gemma = await row("Gemma 4 E4B");
    const head = gemma.getByRole("button", { name: "Gemma 4 E4B" });
    expect(head).toHaveAttribute("aria-expanded", "false");
    await user.click(head);
    expect(head).toHaveAttribute("aria-expanded", "true");
    expect(
      gemma.getByText(/^Needs 4\.6 GB for the weights, 310 MB for 8,192 tokens/),
    ).toBeVisible();
    expect(gemma.getByText("3 files")).toBeVisible();
    expect(gemma.getByText(/-00003-of-00003\.gguf$/)).toBeVisible();
    expect(gemma.getByText(/^Each weight is kept in about 4 bits/)).toBeVisible();
    await user.click(head);
    expect(gemma.queryByText("3 files")).toBeNull();
  });

  it("tells which adapters were made for a model, and how it is in memory", async () => {
    const { press } = await openModels();
    await press("Qwen2.5 Coder 1.5B");
    const qwen = await row("Qwen2.5 Coder 1.5B");
    expect(qwen.getByText(/^delivery-notes-lora/)).toBeVisible();
    expect(qwen.getByText(/^In memory: 1\.4 GB with 8,192 tokens of context/)).toBeVisible();
  });

  it("is walked with the arrow keys", async () => {
    const { user } = await openModels();
    const find = screen.getByRole("searchbox", { name: MODELS_PAGE.find });
    await user.click(find);
    await user.keyboard("{ArrowDown}");
    expect(screen.getByRole("button", { name: "Qwen2.5 Coder 1.5B" })).toHaveFocus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(screen.getByRole("button", { name: "SmolLM2 135M" })).toHaveFocus();
    await user.keyboard("{End}");
    expect(screen.getByRole("button", { name: "delivery-notes-lora" })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(screen.getByRole("button", { name: "delivery-notes-lora" })).toHaveAttribute(
      "aria-expanded",
      "true",
    );
  });

  it("finds models, from a letter that is typed anywhere", async () => {
    const { user } = await openModels();
    await user.keyboard("t");
    await user.keyboard("hai");
    const find = screen.getByRole("searchbox", { name: MODELS_PAGE.find });
    expect(find).toHaveValue("thai");
    await waitFor(() => expect(rowsOf(MODELS_PAGE.here)).toEqual(["llama3.2:3b", "Gemma 4 E4B"]));
    await user.keyboard("{Escape}");
    expect(find).toHaveValue("");
    // The key emptied the field and did not leave the page.
    await page();
    await user.keyboard("zzz");
    expect(await screen.findByText(/^No model is found by “zzz”/)).toBeVisible();
  });

  it("shows only what is here, or what is not", async () => {
    const { press } = await openModels();
    await press(MODELS_PAGE.fetchable);
    expect(screen.queryByRole("region", { name: MODELS_PAGE.here })).toBeNull();
    expect(screen.getByRole("button", { name: MODELS_PAGE.fetchable })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
    await press(MODELS_PAGE.here);
    expect(screen.queryByRole("region", { name: MODELS_PAGE.fetchable })).toBeNull();
  });

  it("holds few of very many rows, and finds each", async () => {
    const { find } = await openModels("many-models");
    expect(screen.getByText("507")).toBeVisible();
    expect(screen.getAllByRole("article").length).toBeLessThan(60);
    await find("collection 477");
    expect(await screen.findByRole("article", { name: "Collection 477" })).toBeVisible();
    expect(screen.getAllByRole("article")).toHaveLength(1);
  });

  it("says what to do where there is no model", async () => {
    await openModels("no-models");
    expect(
      screen.getByText(/^No model is on this computer yet\. One marked “Fits well”/),
    ).toBeVisible();
    expect(screen.getByText("Bandwidth not measured yet")).toBeVisible();
  });

  it("says when the catalogue cannot be read, and reads it again", async () => {
    const opened = openWindow("chat");
    await composer();
    opened.core.failNext("catalog", new CoreError("other", "The file is damaged."));
    await opened.user.keyboard("{Control>}l{/Control}");
    expect(await screen.findByText(/is not known\. The file is damaged\./)).toBeVisible();
    await opened.user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("article", { name: "Typhoon 2.5 4B" })).toBeVisible();
  });
});

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
  });
});

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
