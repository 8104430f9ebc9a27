// Downloads: what is shown before a yes, and how they go.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError, type DownloadView, type HubView } from "../../ipc";
import { CATALOG, DOWNLOADS, FETCHING, HUB } from "../../ipc/fake-catalog-scenes";
import { DOWNLOAD, MODELS_PAGE } from "../../testing/landmarks";
import { given, noDialog, openModels, row } from "../../testing/models";
import { composer, openWindow } from "../../testing/window";
import { first, othersWords } from "./DownloadStrip";
import { downloadWords } from "./words";

const SMALL = CATALOG.find(({ id }) => id === "qwen3.5-0.8b");
const small = "Qwen3.5 0.8B";
const OTHER = "Another Sotto fetches this file";
const ASK = `${DOWNLOAD.ask} huggingface.co`;

async function openOffer(offer = {}, scene = "models") {
  const opened = await openModels(scene, { offers: { "qwen3.5-0.8b": offer }, pace: null });
  await opened.press(`${MODELS_PAGE.download} ${small}`);
  const dialog = await opened.dialog(`${DOWNLOAD.dialog} ${small}`);
  // What nobody of us tried is asked for first.
  await dialog.findByText("From");
  const ask = dialog.queryByRole("button", { name: ASK });
  if (ask) await opened.user.click(ask);
  return { ...opened, offered: dialog };
}

describe("before a download", () => {
  it("it is said what is fetched, from where, how large, and under which licence", async () => {
    const { offered } = await openOffer();
    for (const words of [
      "huggingface.co",
      "which may pass it on to cdn-lfs.hf.co, cas-bridge.xethub.hf.co",
      `${SMALL?.repository}/${SMALL?.file}`,
      "508 MB",
      "212 GB free on the disk",
      "Apache-2.0",
      "https://www.apache.org/licenses/LICENSE-2.0",
      /only the hub vouches for/,
      /^Your press is the yes.*“What left this computer”/,
    ]) {
      expect(await offered.findByText(words)).toBeVisible();
    }
    expect(offered.queryByRole("link")).toBeNull();
  });

  it("nothing is fetched, and a yes is not what has the focus", async () => {
    const { user, core, offered } = await openOffer();
    await offered.findByText("508 MB");
    expect(offered.getByRole("button", { name: DOWNLOAD.yes })).not.toHaveFocus();
    await user.keyboard("{Escape}");
    await noDialog();
    expect(given(core, "download")).toEqual([]);
  });

  it.each([
    [{ verified: true }, /bit for bit, or it is not kept/],
    [{ received: 200e6 }, /508 MB · 200 of 508 MB are here already/],
    [{ free: 1e9 }, /1\.0 GB free on the disk: that is tight/],
    [
      { licence: { name: "Own", link: "https://example.com", terms: "Not for firms." } },
      "Not for firms.",
    ],
  ])("%j is said", async (offer, words) => {
    const { offered } = await openOffer(offer);
    expect(await offered.findByText(words)).toBeVisible();
  });

  it("nothing is said of free space that is not known", async () => {
    const { offered } = await openOffer({ free: null });
    expect(await offered.findByText("508 MB")).toBeVisible();
    expect(offered.queryByText(/free on the disk/)).toBeNull();
    expect(offered.queryByText(/tight/)).toBeNull();
    expect(offered.getByRole("button", { name: DOWNLOAD.yes })).toBeEnabled();
  });

  it("an obstacle is said in place of the yes", async () => {
    const { offered } = await openOffer({ obstacle: "The cloud is blocked. Unblock it first." });
    expect(await offered.findByRole("alert")).toHaveTextContent("The cloud is blocked.");
    expect(offered.queryByRole("button", { name: DOWNLOAD.yes })).toBeNull();
  });

  it("nobody is asked about a model that none of us tried before a press that names the host", async () => {
    const { user, core, press, dialog } = await openModels("models", { pace: null });
    await press(`${MODELS_PAGE.download} ${small}`);
    const offered = await dialog(`${DOWNLOAD.dialog} ${small}`);
    expect(await offered.findByText("The hub says it when it is asked.")).toBeVisible();
    expect(offered.getByText("huggingface.co")).toBeVisible();
    expect(offered.queryByRole("button", { name: DOWNLOAD.yes })).toBeNull();
    expect(given(core, "offerDownload")).toEqual([]);
    await user.click(offered.getByRole("button", { name: ASK }));
    expect(await offered.findByText("508 MB")).toBeVisible();
    expect(given(core, "offerDownload")).toEqual([["qwen3.5-0.8b"]]);
    expect(given(core, "download")).toEqual([]);
  });

  it("what cannot be asked can be asked again", async () => {
    const { user, core, press, dialog } = await openModels("models", { pace: null });
    await press(`${MODELS_PAGE.download} ${small}`);
    const offered = await dialog(/^Download/);
    const ask = await offered.findByRole("button", { name: ASK });
    core.failNext("offerDownload", new CoreError("other", "There is no network."));
    await user.click(ask);
    expect(await screen.findByText("There is no network.")).toBeVisible();
    await waitFor(() => expect(ask).toBeEnabled());
    await user.click(ask);
    expect(await offered.findByText("508 MB")).toBeVisible();
  });

  it("what cannot be looked at can be looked at again", async () => {
    const { user, core, press, dialog } = await openModels("models", { pace: null });
    core.failNext("previewDownload", new CoreError("other", "The history is not open."));
    await press(`${MODELS_PAGE.download} ${small}`);
    const offered = await dialog(/^Download/);
    expect(await offered.findByRole("alert")).toHaveTextContent("The history is not open.");
    await user.click(offered.getByRole("button", { name: "Try again" }));
    expect(await offered.findByRole("button", { name: ASK })).toBeVisible();
  });

  it("a yes that could not be taken keeps the dialog", async () => {
    const { user, core, offered } = await openOffer();
    core.failNext("download", new CoreError("other", "The disk is full."));
    const yes = await offered.findByRole("button", { name: DOWNLOAD.yes });
    await user.click(yes);
    expect(await screen.findByText("The disk is full.")).toBeVisible();
    await waitFor(() => expect(yes).toBeEnabled());
  });

  it("a model too large for this computer is told so", async () => {
    const { press, dialog } = await openModels("models", {
      catalog: CATALOG.map((item) => ({
        ...item,
        fit: { ...item.fit, fit: "too_large" as const },
      })),
    });
    await press(`${MODELS_PAGE.downloadAnyway} ${small}`);
    const offered = await dialog(/^Download/);
    expect(await offered.findByText(/too little memory to run it/)).toBeVisible();
  });
});

describe("a download", () => {
  it("begins with the press, and stands in its row", async () => {
    const { user, core, offered } = await openOffer();
    await user.click(await offered.findByRole("button", { name: DOWNLOAD.yes }));
    await noDialog();
    expect(given(core, "download")).toEqual([["qwen3.5-0.8b"]]);
    const one = await row(small);
    expect(await one.findByText("Waits for its turn")).toBeVisible();
    expect(one.queryByRole("button", { name: /^Download/ })).toBeNull();
  });

  it("shows how far it is, and is paused and goes on", async () => {
    const { core, press } = await openModels("models", { pace: null });
    const one = await row("Qwen3.5 4B");
    expect(one.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "41");
    expect(one.getByText("1.1 of 2.6 GB · 37 MB/s · 41 s left")).toBeVisible();
    await press(`${DOWNLOAD.pause} Qwen3.5 4B`);
    expect(await one.findByText("Paused · 1.1 of 2.6 GB")).toBeVisible();
    await press(`${DOWNLOAD.resume} Qwen3.5 4B`);
    expect(await one.findByRole("button", { name: `${DOWNLOAD.pause} Qwen3.5 4B` })).toBeVisible();
    expect(given(core, "resumeDownload")).toEqual([["qwen3.5-4b"]]);
  });

  it("of which much is here is ended only after a question", async () => {
    const { core, press, dialog } = await openModels("models", { pace: null });
    await press(`${DOWNLOAD.cancel} Qwen3.5 4B`);
    const asked = await dialog("Stop fetching Qwen3.5 4B?");
    expect(asked.getByText(/^1\.1 GB are here and would be deleted/)).toBeVisible();
    await press("Keep it");
    await noDialog();
    expect(given(core, "cancelDownload")).toEqual([]);
    await press(`${DOWNLOAD.cancel} Qwen3.5 4B`);
    await press("Stop and delete it");
    expect(await screen.findByRole("button", { name: "Download Qwen3.5 4B" })).toBeVisible();
  });

  it("of which nothing is here is ended at once", async () => {
    const { core, press } = await openModels("models", { pace: null });
    await press(`${DOWNLOAD.cancel} Typhoon 2.5 4B`);
    expect(given(core, "cancelDownload")).toEqual([["typhoon2.5-qwen3-4b"]]);
  });

  it("that failed says why and is tried again", async () => {
    const { core, press } = await openModels("models", { pace: null });
    const one = await row("Llama Poro 2 8B");
    expect(one.getByText(/^The connection broke off/)).toBeVisible();
    await press(`${DOWNLOAD.again}: Llama Poro 2 8B`);
    expect(given(core, "resumeDownload")).toEqual([["llama-poro-2-8b"]]);
    await waitFor(() => expect(one.queryByText(/^The connection broke off/)).toBeNull());
  });

  it.each<[string, Partial<DownloadView>, string[]]>([
    ["is hashed before it goes on", { state: "verifying" }, [DOWNLOAD.pause, DOWNLOAD.cancel]],
    ["is whole and is hashed", { state: "verifying", received: FETCHING.total }, []],
    ["another Sotto fetches", { rate: 0, seconds_left: null, elsewhere: true }, []],
    ["another Sotto goes on with", { state: "paused", elsewhere: true }, []],
    ["another Sotto tries again", { state: "failed", elsewhere: true, message: "No." }, []],
    ["is paused", { state: "paused" }, [DOWNLOAD.resume, DOWNLOAD.cancel]],
  ])("that %s has the buttons that do something", async (_, changes, buttons) => {
    await openModels("models", { pace: null, downloads: [{ ...FETCHING, ...changes }] });
    const one = await row(FETCHING.title);
    const names = one.getAllByRole("button").map((each) => each.getAttribute("aria-label"));
    const actions = names.filter((name) => name?.match(/^(Pause|Go on with|Stop|Try again)\b/));
    expect(actions).toEqual(buttons.map((name) => `${name} ${FETCHING.title}`));
  });

  it("that another Sotto fetches is said calmly in the chat", async () => {
    const { core } = openWindow("chat", { pace: null, downloads: [FETCHING] });
    await composer();
    const strip = within(await screen.findByRole("region", { name: DOWNLOAD.strip }));
    const taken: DownloadView = {
      ...FETCHING,
      state: "failed",
      elsewhere: true,
      message: "Another program of yours is fetching this file.",
    };
    await act(async () => core.tell({ type: "downloads_changed", downloads: [taken] }));
    expect(await strip.findByText(`${OTHER} · 1.1 of 2.6 GB`)).not.toHaveClass("text-danger");
    expect(screen.queryByText(/is not here yet/)).toBeNull();
    expect(othersWords([taken])).toBe("1 more");
  });

  it("that another Sotto fetches has no error in its row", async () => {
    const taken: DownloadView = { ...FETCHING, state: "failed", elsewhere: true, message: "No." };
    await openModels("models", { pace: null, downloads: [taken] });
    const one = await row(FETCHING.title);
    expect(one.getByText(`${OTHER} · 1.1 of 2.6 GB`)).toBeVisible();
    expect(one.queryByText("No.")).toBeNull();
  });

  it("of a file that Sotto does not know by name is the terminal's", async () => {
    const { core, find } = await openModels("models", { pace: null });
    await find("someone/Own-GGUF/own-q4_0.gguf");
    expect(
      await screen.findByRole("button", { name: "Copy the command that fetches it" }),
    ).toBeVisible();
    expect(given(core, "offerDownload")).toEqual([]);
  });
});

describe("from the chat", () => {
  it("a download is seen, paused, and leads to the models", async () => {
    const { user, core } = openWindow("models", { pace: null });
    await composer();
    const strip = within(await screen.findByRole("region", { name: DOWNLOAD.strip }));
    expect(strip.getByText("1.1 of 2.6 GB · 37 MB/s · 41 s left")).toBeVisible();
    expect(strip.getByText("1 failed, 1 more")).toBeVisible();
    await user.click(strip.getByRole("button", { name: `${DOWNLOAD.pause} Qwen3.5 4B` }));
    expect(given(core, "pauseDownload")).toEqual([["qwen3.5-4b"]]);
    await user.click(strip.getByRole("button", { name: /^Qwen3|^Llama/ }));
    expect(await screen.findByRole("article", { name: "Qwen3.5 4B" })).toBeVisible();
    expect(screen.queryByRole("region", { name: DOWNLOAD.strip })).toBeNull();
  });

  it("one that fails is told, with a way to it", async () => {
    const { user, core } = openWindow("chat", { pace: null, downloads: [FETCHING] });
    await composer();
    await screen.findByRole("region", { name: DOWNLOAD.strip });
    const failed: DownloadView = { ...FETCHING, state: "failed", message: "The hub is down." };
    await act(async () => core.tell({ type: "downloads_changed", downloads: [failed] }));
    const told = await screen.findByText("Qwen3.5 4B is not here yet. The hub is down.");
    expect(told).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show" }));
    expect(await screen.findByRole("article", { name: "Qwen3.5 4B" })).toBeVisible();
  });

  it.each([
    ["at the foot of the left side", "chat", true],
    ["in a chat without a model", "no-models", false],
  ])("a question %s is never about the next download", async (_, scene, inStrip) => {
    const { user, core } = openWindow(scene, { pace: null, downloads: [FETCHING] });
    const strip = await screen.findByRole("region", { name: DOWNLOAD.strip });
    const stop = await waitFor(() => {
      const all = screen.getAllByRole("button", { name: `${DOWNLOAD.cancel} Qwen3.5 4B` });
      const found = all.find((button) => strip.contains(button) === inStrip);
      if (!found) throw new Error("no button to stop it");
      return found;
    });
    await user.click(stop);
    await screen.findByRole("dialog", { name: "Stop fetching Qwen3.5 4B?" });
    const downloads = [{ ...FETCHING, id: "next", title: "Next 7B" }];
    await act(async () => core.tell({ type: "downloads_changed", downloads }));
    await noDialog();
    expect(given(core, "cancelDownload")).toEqual([]);
  });

  it("without downloads there is no strip", async () => {
    openWindow("chat");
    await composer();
    await screen.findByText("ready");
    expect(screen.queryByRole("region", { name: DOWNLOAD.strip })).toBeNull();
  });
});

describe("the token for the hub", () => {
  const openToken = async (hub: Partial<HubView> = {}) => {
    const opened = await openModels("models", { hub: { ...HUB, ...hub } });
    await opened.press("More about models");
    await opened.user.click(await screen.findByRole("menuitem", { name: `${DOWNLOAD.token}…` }));
    const token = await opened.dialog(DOWNLOAD.token);
    await token.findByText(/^Some models are given/);
    return { ...opened, token };
  };
  it("is taken from the clipboard by the core, and there is no field for it", async () => {
    const { core, press, token } = await openToken();
    expect(token.queryByRole("textbox")).toBeNull();
    expect(token.getByText("No token for huggingface.co is kept.")).toBeVisible();
    expect(token.queryByRole("button", { name: "Remove the token" })).toBeNull();
    await press("Take the token from the clipboard");
    expect(
      await screen.findByText("The token for huggingface.co is kept in the keyring."),
    ).toBeVisible();
    expect(given(core, "keepHubToken")).toEqual([[]]);
  });
  it("is removed after a question", async () => {
    const { core, press } = await openToken({ token: { state: "kept" } });
    await press("Remove the token");
    expect(given(core, "removeHubToken")).toEqual([]);
    await press("Remove it");
    await noDialog();
    expect(given(core, "removeHubToken")).toEqual([[]]);
  });
  it.each<[Partial<HubView>, string, boolean]>([
    [{}, "huggingface.co", true],
    [
      { endpoint: "https://mirror.example:8443/hf/", from_environment: true },
      "mirror.example:8443",
      false,
    ],
  ])("is for the hub that is asked now: %j", async (hub, host, linked) => {
    const { token } = await openToken(hub);
    expect(token.getByText(host)).toBeVisible();
    expect(token.queryByText(/huggingface\.co\/settings\/tokens/) !== null).toBe(linked);
    expect(token.queryByText(/HF_ENDPOINT/) !== null).toBe(hub.from_environment === true);
    expect(token.getByText(`No token for ${host} is kept.`)).toBeVisible();
  });
  it("may be unknown, and it is said why", async () => {
    const message = "There is no keyring here to keep a token in.";
    const { token } = await openToken({ token: { state: "unknown", message } });
    expect(token.getByText(message)).toBeVisible();
    expect(token.queryByRole("button", { name: "Remove the token" })).toBeNull();
  });
  it("is not taken for a hub that is not known", async () => {
    const { core, user, press, dialog } = await openModels();
    core.failNext("modelHub", new CoreError("other", "HF_ENDPOINT cannot be used."));
    await press("More about models");
    await user.click(await screen.findByRole("menuitem", { name: `${DOWNLOAD.token}…` }));
    const token = await dialog(DOWNLOAD.token);
    expect(await token.findByRole("alert")).toHaveTextContent("HF_ENDPOINT cannot be used.");
    expect(token.queryByRole("button", { name: /clipboard/ })).toBeNull();
    await user.click(token.getByRole("button", { name: "Try again" }));
    expect(await token.findByRole("button", { name: /clipboard/ })).toBeVisible();
  });
});

describe("words", () => {
  const download = (changes: Partial<DownloadView>): DownloadView => ({ ...FETCHING, ...changes });
  it.each<[Partial<DownloadView>, string]>([
    [{}, "1.1 of 2.6 GB · 37 MB/s · 41 s left"],
    [{ seconds_left: 300 }, "1.1 of 2.6 GB · 37 MB/s · about 5 minutes left"],
    [{ rate: 0, seconds_left: null }, "1.1 of 2.6 GB"],
    [{ received: 98e6, seconds_left: null }, "98 MB of 2.6 GB · 37 MB/s"],
    [{ state: "queued" }, "Waits for its turn · 1.1 of 2.6 GB"],
    [{ state: "queued", received: 0, total: 0 }, "Waits for its turn"],
    [{ elsewhere: true }, `${OTHER} · 1.1 of 2.6 GB`],
    [{ elsewhere: true, received: 0, total: 0 }, OTHER],
    // What is said of it does not decide whether it is.
    [
      { rate: 0, seconds_left: null, message: "Another program of yours is fetching it." },
      "1.1 of 2.6 GB · Another program of yours is fetching it.",
    ],
    [
      { elsewhere: true, message: "Another program of yours is fetching it." },
      `${OTHER} · 1.1 of 2.6 GB`,
    ],
    [{ elsewhere: true, state: "failed", message: "No." }, `${OTHER} · 1.1 of 2.6 GB`],
    [
      { state: "connecting", message: "hf.co is asked again in 300 s." },
      "1.1 of 2.6 GB · hf.co is asked again in 300 s.",
    ],
    [{ state: "connecting" }, "Asking cas-bridge.xethub.hf.co…"],
    [{ state: "verifying", received: 2_620e6 }, "All of it is here and is being checked"],
    [{ state: "verifying" }, "What is here is being checked · 1.1 of 2.6 GB"],
    [{ state: "verifying", received: 0 }, "What is here is being checked"],
    [{ state: "paused" }, "Paused · 1.1 of 2.6 GB"],
    [{ state: "failed", message: "No." }, "No."],
    [{ state: "failed" }, "It stopped · 1.1 of 2.6 GB"],
  ])("of %j", (changes, expected) => expect(downloadWords(download(changes))).toBe(expected));

  it("tell of the one that matters, and of the others", () => {
    expect(first(DOWNLOADS)?.id).toBe("qwen3.5-4b");
    expect(first(DOWNLOADS.slice(1))?.id).toBe("llama-poro-2-8b");
    expect(first([])).toBeUndefined();
    expect(othersWords([])).toBe("");
  });
});
