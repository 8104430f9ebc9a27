// The page of models: reached, read, searched, and left again.
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { HARDWARE } from "../../ipc/fake-models-scenes";
import { MODELS_PAGE, NAMES } from "../../testing/landmarks";
import { openModels, page, row, rowsOf } from "../../testing/models";
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
