// Asking a larger model: for one question only, with the question in its place until the person has
// decided, and never by itself.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { MODELS } from "../../ipc/fake-scenes";
import { ACTIONS, NAMES } from "../../testing/landmarks";
import { articles, composer, feed, lastAnswer, open, openWindow, said } from "../../testing/window";

type Opened = ReturnType<typeof openWindow>;

const calls = ({ core }: Opened, name: string) =>
  core.calls.filter((call) => call.name === name).map(({ given }) => given);

/** Chooses a larger model for the next question. */
async function choose({ user }: Opened, model: string) {
  await user.click(await screen.findByRole("button", { name: /^Model:/ }));
  await user.click(await screen.findByRole("menuitem", { name: new RegExp(NAMES.larger) }));
  const dialog = await screen.findByRole("dialog", { name: NAMES.larger });
  await user.click(within(dialog).getByRole("button", { name: new RegExp(model) }));
}

const waits = () => screen.findByText(/Waiting for your yes in the other window/);

describe("a larger model, for the next question", () => {
  it("is asked once; then the model on this computer answers again", async () => {
    const opened = openWindow("cloud", { answer: () => "Clause seven." });
    const { user, core } = opened;
    await choose(opened, "claude-sonnet-5");
    expect(screen.getByRole("button", { name: "Model: claude-sonnet-5, once" })).toBeVisible();
    expect(screen.getByRole("button", { name: `${NAMES.place}: In the cloud` })).toBeVisible();
    const field = await composer();
    expect(field).toHaveFocus();
    expect(field).toHaveAttribute("placeholder", expect.stringContaining("Ask claude-sonnet-5."));
    await user.type(field, "Which clause?{Enter}");
    await waits();
    // Nothing is lost and nothing can be changed while the person decides about it.
    expect(field).toHaveValue("Which clause?");
    expect(field).toHaveAttribute("readonly");
    await user.keyboard("{Enter}");
    expect(calls(opened, "askLarger")).toEqual([
      [
        {
          what: { kind: "new", conversation: null, text: "Which clause?" },
          provider: "anthropic",
          model: "claude-sonnet-5",
          ask_anyway: false,
        },
      ],
    ]);
    await act(async () => core.decide("yes"));
    const answer = await lastAnswer("complete");
    await waitFor(() => expect(said(answer)).toContain("Clause seven."));
    expect(within(answer).getByText("In the cloud")).toBeVisible();
    expect(within(answer).getByText("Anthropic · claude-sonnet-5")).toBeVisible();
    expect(answer).toHaveTextContent("$0.0021");
    expect(field).toHaveValue("");
    expect(field).not.toHaveAttribute("readonly");
    expect(screen.queryByText(/Waiting for your yes/)).toBeNull();
    expect(screen.getByRole("button", { name: "Model: Qwen2.5 Coder 1.5B" })).toBeVisible();
    await user.type(field, "And then?{Enter}");
    await waitFor(() => expect(calls(opened, "ask")).toHaveLength(1));
    expect(calls(opened, "askLarger")).toHaveLength(1);
  });

  it.each([
    ["denied", "You said no. Nothing left this computer."],
    ["no_decision", "Two minutes went by without a decision."],
    ["conversation_changed", "The conversation was changed before you decided."],
    ["not_used", "Your yes could not be used in time."],
  ] as const)(
    "keeps the question when it is %s, and says that nothing left",
    async (why, words) => {
      const opened = openWindow("cloud");
      await choose(opened, "gpt-5.2-mini");
      const field = await composer();
      await opened.user.type(field, "Secret?{Enter}");
      await waits();
      await act(async () => opened.core.decide(why));
      expect(await screen.findByText(new RegExp(words))).toBeVisible();
      expect(field).toHaveValue("Secret?");
      expect(field).not.toHaveAttribute("readonly");
      expect(screen.getByRole("button", { name: "Model: Qwen2.5 Coder 1.5B" })).toBeVisible();
      expect(screen.queryByRole("feed")).toBeNull();
    },
  );

  it("is taken back with the button or with Esc", async () => {
    const opened = openWindow("cloud");
    const { user } = opened;
    await choose(opened, "claude-sonnet-5");
    await user.type(await composer(), "Once{Enter}");
    await waits();
    await user.click(screen.getByRole("button", { name: NAMES.takeBack }));
    await waitFor(() => expect(screen.queryByText(/Waiting for your yes/)).toBeNull());
    await choose(opened, "claude-sonnet-5");
    await user.click(await composer());
    await user.keyboard("{Enter}");
    await waits();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByText(/Waiting for your yes/)).toBeNull());
    expect(calls(opened, "withdrawLarger")).toHaveLength(2);
    expect(await composer()).toHaveValue("Once");
  });

  it("that cannot be asked is no reason to ask another one", async () => {
    const opened = openWindow("cloud");
    await choose(opened, "claude-sonnet-5");
    opened.core.failNext("askLarger", new CoreError("no_key", "The key is missing."));
    await opened.user.type(await composer(), "Hello{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The key is missing.");
    expect(await composer()).toHaveValue("Hello");
    expect(calls(opened, "ask")).toEqual([]);
    await opened.user.click(screen.getByRole("button", { name: NAMES.openSettings }));
    expect(await screen.findByRole("dialog", { name: NAMES.settings })).toBeVisible();
  });

  it("is given up by the cross beside the composer, or by choosing a model here", async () => {
    const opened = openWindow("cloud");
    const { user } = opened;
    await choose(opened, "qwen3.5-27b");
    expect(screen.getAllByText("On your network").length).toBeGreaterThan(0);
    await user.click(screen.getByRole("button", { name: NAMES.askHere }));
    expect(screen.getByRole("button", { name: "Model: Qwen2.5 Coder 1.5B" })).toBeVisible();
    await choose(opened, "qwen3.5-27b");
    await user.click(screen.getByRole("button", { name: /^Model:/ }));
    await user.click(await screen.findByRole("menuitemradio", { name: /Qwen2.5/ }));
    expect(screen.getByRole("button", { name: "Model: Qwen2.5 Coder 1.5B" })).toBeVisible();
    await user.type(await composer(), "Hello{Enter}");
    await feed();
    expect(calls(opened, "askLarger")).toEqual([]);
  });

  it("needs no model on this computer", async () => {
    const opened = openWindow("cloud", { models: { ...MODELS, models: [], default: null } });
    const field = await composer();
    await opened.user.type(field, "Hello{Enter}");
    expect(
      await screen.findByText(/Download one, or drop a GGUF file onto the window\.$/),
    ).toBeVisible();
    await choose(opened, "claude-sonnet-5");
    await opened.user.type(field, "{Enter}");
    await waits();
  });

  it("with a standing yes says that it is sent at once", async () => {
    const opened = openWindow("cloud", { pace: null });
    await choose(opened, "qwen3.5-27b");
    const field = await composer();
    expect(field).toHaveAttribute("placeholder", expect.stringContaining("It is sent at once"));
    await opened.user.click(
      screen.getByRole("button", { name: `${NAMES.place}: On your network` }),
    );
    expect(await screen.findByText(/on your standing yes/)).toBeVisible();
    await opened.user.keyboard("{Escape}");
    await opened.user.type(field, "Hello{Enter}");
    expect(await lastAnswer("streaming")).toHaveTextContent(
      "Waiting for the first word of qwen3.5-27b…",
    );
  });

  it("waits only in its own conversation; another one goes on", async () => {
    const opened = openWindow("cloud");
    const { user, core } = opened;
    await choose(opened, "claude-sonnet-5");
    await user.type(await composer(), "First{Enter}");
    await waits();
    await open(user, "Regex for ISO dates");
    expect(screen.queryByText(/Waiting for your yes/)).toBeNull();
    expect(await composer()).toHaveValue("");
    const [larger] = screen.getAllByRole("button", { name: ACTIONS.larger });
    expect(larger).toBeDisabled();
    await act(async () => core.decide("denied"));
    await user.click(screen.getByRole("button", { name: NAMES.newConversation }));
    expect(await composer()).toHaveValue("First");
  });
});

describe("a larger model, for an answer once more", () => {
  it("is asked at once where there is one, and answers beside the old version", async () => {
    const opened = openWindow("cloud");
    const { user, core } = opened;
    core.scene.cloud.providers = core.scene.cloud.providers.filter(({ id }) => id === "anthropic");
    await open(user, "Regex for ISO dates");
    const old = await lastAnswer("complete");
    const { message } = old.dataset;
    await user.click(within(old).getByRole("button", { name: ACTIONS.larger }));
    await waits();
    // What is being typed is another question.
    expect(await composer()).not.toHaveAttribute("readonly");
    expect(calls(opened, "askLarger")).toMatchObject([
      [{ what: { kind: "again", answer: message }, provider: "anthropic" }],
    ]);
    await act(async () => core.decide("yes"));
    const answer = await lastAnswer("complete");
    expect(answer).toHaveTextContent("2 of 2");
    expect(within(answer).getByText("In the cloud")).toBeVisible();
    await waitFor(async () =>
      expect((await articles())[0]).toHaveTextContent("sent to api.anthropic.com"),
    );
    expect(await screen.findByRole("button", { name: `${NAMES.left}: 1 of 2 sent` })).toBeVisible();
  });

  it("is chosen in a small dialog where there are several", async () => {
    const opened = openWindow("cloud");
    await open(opened.user, "Regex for ISO dates");
    await opened.user.click(
      within(await lastAnswer("complete")).getByRole("button", { name: ACTIONS.larger }),
    );
    const dialog = await screen.findByRole("dialog", { name: NAMES.larger });
    expect(
      within(dialog)
        .getAllByRole("button")
        .map((each) => each.textContent),
    ).toEqual([
      "gpt-5.2In the cloud",
      "gpt-5.2-miniIn the cloud",
      "claude-sonnet-5In the cloud",
      "qwen3.5-27b · asked without a questionOn your network",
      "gpt-oss:120b-cloudIn the cloud",
    ]);
    expect(calls(opened, "askLarger")).toEqual([]);
  });

  it("that failed is tried here, or there with another yes, and never by itself", async () => {
    const opened = openWindow("cloud", {
      answer: () => ({ code: "other", message: "Anthropic asks to wait for 20 seconds (429)." }),
      decision: "yes",
    });
    await choose(opened, "claude-sonnet-5");
    await opened.user.type(await composer(), "Hello{Enter}");
    const answer = await lastAnswer("failed");
    expect(answer).toHaveTextContent("wait for 20 seconds");
    expect(within(answer).queryByRole("button", { name: ACTIONS.tryAgain })).toBeNull();
    await opened.user.click(within(answer).getByRole("button", { name: ACTIONS.againHere }));
    await waitFor(() => expect(calls(opened, "answerAgain")).toHaveLength(1));
    expect(calls(opened, "askLarger")).toHaveLength(1);
  });

  it("says what is missing where none can be asked, and leads to the settings", async () => {
    const { user } = openWindow("chat");
    await open(user, "Regex for ISO dates");
    await user.click(
      within(await lastAnswer("complete")).getByRole("button", { name: ACTIONS.larger }),
    );
    const dialog = await screen.findByRole("dialog", { name: NAMES.larger });
    expect(dialog).toHaveTextContent("Larger models in the cloud are off.");
    await user.click(within(dialog).getByRole("button", { name: "Open the settings" }));
    expect(await screen.findByRole("dialog", { name: NAMES.settings })).toBeVisible();
  });
});

describe("what left", () => {
  it("is marked on each message and listed in the header", async () => {
    const { user } = openWindow("cloud");
    await open(user, "Compare the two lease drafts");
    const rows = await articles();
    expect(rows.map((row) => /sent to api\.anthropic\.com/.test(row.textContent ?? ""))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    await user.click(screen.getByRole("button", { name: `${NAMES.left}: 2 of 4 sent` }));
    const list = await screen.findByRole("dialog", { name: NAMES.left });
    await user.click(within(list).getByRole("button", { name: /Which of the two/ }));
    await waitFor(async () => expect((await articles())[2]).toHaveClass("bg-mark"));
  });

  it("is not spoken of where nothing did", async () => {
    const { user } = openWindow("cloud");
    await open(user, "Regex for ISO dates");
    expect(screen.queryByRole("button", { name: new RegExp(NAMES.left) })).toBeNull();
    expect(screen.queryByText(/sent to/)).toBeNull();
  });
});

describe("the block", () => {
  it("is at hand in the menu and by key, cannot be overlooked, and is taken away", async () => {
    const opened = openWindow("cloud");
    const { user } = opened;
    await user.click(
      await screen.findByRole("button", { name: `${NAMES.place}: On this computer` }),
    );
    await user.click(await screen.findByRole("menuitem", { name: new RegExp(NAMES.block) }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The cloud is blocked.");
    expect(screen.getByRole("button", { name: `${NAMES.place}: Cloud blocked` })).toBeVisible();
    await user.click(screen.getByRole("button", { name: NAMES.unblock }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    await user.click(await composer());
    await user.keyboard("{Control>}{Shift>}X{/Shift}{/Control}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Nothing leaves this computer");
    expect(calls(opened, "blockCloud")).toHaveLength(2);
  });

  it("ends what waits for a decision", async () => {
    const opened = openWindow("cloud");
    await choose(opened, "claude-sonnet-5");
    await opened.user.type(await composer(), "Hello{Enter}");
    await waits();
    await opened.user.keyboard("{Control>}{Shift>}X{/Shift}{/Control}");
    expect(await screen.findByText(/^The cloud was blocked\. Nothing left/)).toBeVisible();
    expect(await composer()).toHaveValue("Hello");
  });

  it("that another window set is shown here", async () => {
    const { core } = openWindow("cloud");
    await composer();
    core.scene.cloud = { ...core.scene.cloud, blocked: true };
    await act(async () => core.tell({ type: "cloud_changed" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The cloud is blocked.");
  });
});
