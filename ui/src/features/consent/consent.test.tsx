// The consent window's page over a core in memory: what it shows is what would leave, and only the
// core decides when a yes is taken.
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { type ConsentView, CoreError } from "../../ipc/consent";
import { createFakeConsent } from "../../ipc/fake-consent";
import { consentScene } from "../../ipc/fake-consent-scenes";
import { CONSENT } from "../../testing/landmarks";
import { violations } from "../../testing/window";
import { ConsentPage } from "./ConsentPage";
import { clock, facts, question, whatLeaves } from "./words";

function openConsent(scene: string, changes: Partial<ConsentView> = {}) {
  vi.spyOn(console, "error").mockImplementation((...words) => {
    throw new Error(words.join(" "));
  });
  const request = consentScene(scene);
  const core = createFakeConsent(request && { ...request, ...changes }, { arms: false });
  const page = render(<ConsentPage core={core} />);
  const arm = async (enabled = true, proposal = "proposal-1") => {
    await deny();
    await act(async () => core.tell({ type: "approve", proposal, enabled }));
  };
  return { ...page, core, arm, user: userEvent.setup() };
}

const deny = () => screen.findByRole("button", { name: CONSENT.deny });
const approve = () => screen.findByRole("button", { name: CONSENT.approve });
const parts = async () => {
  await deny();
  return [...document.querySelectorAll<HTMLElement>("[data-part]")];
};
/** The text of a part as it would be sent: without the names of what was found in it. */
function exact(part: HTMLElement | undefined): string {
  const copy = part?.querySelector("[data-testid=part-text]")?.cloneNode(true) as HTMLElement;
  for (const label of copy.querySelectorAll(".select-none, .sr-only")) label.remove();
  return copy.textContent ?? "";
}
const sent = (core: ReturnType<typeof openConsent>["core"], name: string) =>
  core.calls.filter((call) => call.name === name).map(({ given }) => given);

describe("the consent page", () => {
  it("shows where, what, how much and what it costs", async () => {
    openConsent("answer");
    expect(
      await screen.findByRole("heading", { level: 1, name: "Send this to Anthropic?" }),
    ).toBeVisible();
    expect(screen.getByTestId("host")).toHaveTextContent("Host: api.anthropic.com");
    expect(screen.getByText("In the cloud")).toBeVisible();
    expect(document.body).toHaveTextContent("Model claude-sonnet-5");
    expect(document.body).toHaveTextContent("1.4 kB in all");
    expect(document.body).toHaveTextContent("310–340");
    expect(document.body).toHaveTextContent("At most $0.016prices of 31 Oct 2026");
    expect(document.body).toHaveTextContent(/up to 30 days.*Source: https:.*as of 1 Nov 2026/);
    expect(document.body).toHaveTextContent("Names of people and firms are not found");
    await waitFor(() => expect(document.title).toBe("Send this to Anthropic?"));
    expect(document.querySelector("a, img, iframe, form")).toBeNull();
  });

  it("shows each part in order with its exact text, and marks what looks confidential", async () => {
    openConsent("answer");
    const shown = await parts();
    expect(shown.map((part) => within(part).getByRole("heading").textContent)).toEqual([
      "1. Instructions · 48 characters",
      "2. You · 174 characters",
      "3. Earlier answer · 101 characters",
      "4. You · 65 characters",
    ]);
    const request = consentScene("answer");
    expect(shown.map(exact)).toEqual(
      request?.parts.map(({ pieces }) => pieces.map(({ text }) => text).join("")),
    );
    expect(shown[1]?.querySelectorAll("mark")[1]).toHaveTextContent(
      "DE44 5001 0517 5407 3249 31, 2 bank account (IBAN)",
    );
    expect(shown[1]?.querySelectorAll("mark")[2]).toHaveTextContent("3 possibly phone number");
  });

  it("draws Markdown, links and markup as the text they are", async () => {
    const text = "**bold** [link](https://example.com) <img src=x onerror=alert(1)> <b>b</b>";
    openConsent("simple", {
      parts: [{ id: 0, role: "user", left_out: false, pieces: [{ text, finding: null }] }],
    });
    const [part] = await parts();
    expect(exact(part)).toBe(text);
    expect(part?.querySelector("strong, b, a, img")).toBeNull();
  });

  it("makes visible what would not be seen, in names too", async () => {
    openConsent("tricks");
    const [part] = await parts();
    expect([...(part?.querySelectorAll("[data-hidden]") ?? [])].map((e) => e.textContent)).toEqual([
      "U+202E right-to-left override ",
      "U+202C end of direction ",
      "U+200B zero-width space ",
      "U+E0041 invisible tag ",
      "U+E0042 invisible tag ",
      "U+00AD soft hyphen ",
      "U+0007 bell ",
      "U+0000 null ",
    ]);
    expect(exact(part)).not.toMatch(/[\u202E\u200B\u00AD]/);
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("GoodU+202E");
    expect(document.body).toHaveTextContent(/Model gptU\+200B/);
    expect(document.body).toHaveTextContent("letters that can look like others");
    expect(document.body).toHaveTextContent("How long it is kept there is unknown.");
    expect(document.body).toHaveTextContent("CostUnknown");
  });

  it("gives the focus to Don’t send and says once that it is on the screen", async () => {
    const { core } = openConsent("answer");
    await waitFor(async () => expect(await deny()).toHaveFocus());
    await waitFor(() => expect(sent(core, "shown")).toEqual([["proposal-1"]]));
  });

  it("takes a yes only when the core takes one, for what is shown", async () => {
    const { core, arm, user } = openConsent("answer");
    const button = await approve();
    expect(button).toHaveAttribute("aria-disabled", "true");
    expect(button).toHaveAccessibleDescription(/after a second in front and at rest/);
    await user.click(button);
    await arm(true, "proposal-0");
    await user.click(button);
    expect(button).toHaveAttribute("aria-disabled", "true");
    await arm();
    await arm(false);
    await user.click(button);
    expect(sent(core, "decide")).toEqual([]);
    await arm();
    expect(button).toHaveAttribute("aria-disabled", "false");
    await user.click(button);
    expect(sent(core, "decide")).toEqual([
      [
        {
          proposal: "proposal-1",
          digest: consentScene("answer")?.digest,
          yes: true,
          standing: false,
        },
      ],
    ]);
    expect(await screen.findByText("Decided.")).toBeVisible();
  });

  it("denies with Esc, with Don’t send, and not with a key held since before", async () => {
    const { core, user } = openConsent("answer");
    const button = await deny();
    fireEvent.keyDown(button, { key: "Escape", repeat: true });
    expect(fireEvent.keyDown(button, { key: "Enter", repeat: true })).toBe(false);
    expect(sent(core, "decide")).toEqual([]);
    core.failNext("decide", new CoreError("other", "It was decided already."));
    await user.keyboard("{Escape}");
    expect(await screen.findByRole("alert")).toHaveTextContent("It was decided already.");
    await user.click(button);
    expect(sent(core, "decide").map(([decision]) => decision)).toMatchObject([
      { yes: false },
      { yes: false },
    ]);
  });

  it("says why a yes was not taken, and can be asked again", async () => {
    const { core, arm, user } = openConsent("answer");
    await arm();
    core.failNext("decide", new CoreError("other", "The window was moved. Nothing was sent."));
    await user.click(await approve());
    expect(await screen.findByRole("alert")).toHaveTextContent("Nothing was sent.");
    await user.click(await approve());
    expect(sent(core, "decide")).toHaveLength(2);
  });

  it("tells the core where Approve is and whether it has the focus", async () => {
    const { core, user } = openConsent("answer");
    await deny();
    await waitFor(() => expect(sent(core, "button").at(-1)).toMatchObject([{ focused: false }]));
    await user.tab();
    expect(await approve()).toHaveFocus();
    expect(sent(core, "button").at(-1)).toMatchObject([{ focused: true }]);
    vi.spyOn(await approve(), "getBoundingClientRect").mockReturnValue(
      new DOMRect(
        window.innerWidth / 4,
        window.innerHeight / 2,
        window.innerWidth / 8,
        window.innerHeight / 16,
      ),
    );
    fireEvent(window, new Event("resize"));
    expect(sent(core, "button").at(-1)).toEqual([
      { x: 0.25, y: 0.5, width: 0.125, height: 0.0625, focused: true },
    ]);
    await user.tab({ shift: true });
    expect(sent(core, "button").at(-1)).toMatchObject([{ focused: false }]);
  });

  it("leaves a part out and takes it back; each is another request that begins at Don’t send", async () => {
    const { core, arm, user } = openConsent("answer");
    await waitFor(() => expect(sent(core, "shown")).toHaveLength(1));
    await arm();
    await user.click(await screen.findByRole("button", { name: "Leave out part 2, You" }));
    expect(sent(core, "change")).toEqual([["proposal-1", { leave_out: [1], replace: [] }]]);
    await waitFor(async () => expect((await parts())[1]).toHaveAttribute("data-left-out"));
    expect(await approve()).toHaveAttribute("aria-disabled", "true");
    await waitFor(async () => expect(await deny()).toHaveFocus());
    expect(document.body).toHaveTextContent("3 of 4 parts");
    expect(document.body).toHaveTextContent("Nothing was found that looks confidential");
    expect(screen.getByText(/^Changed: 3 parts/)).toBeInTheDocument();
    await waitFor(() => expect(sent(core, "shown")).toEqual([["proposal-1"], ["proposal-2"]]));
    await user.click(screen.getByRole("button", { name: "Put back part 2, You" }));
    await waitFor(async () => expect((await parts())[1]).not.toHaveAttribute("data-left-out"));
    await arm(true, "proposal-3");
    await user.click(await approve());
    expect(sent(core, "decide")).toMatchObject([[{ proposal: "proposal-3", yes: true }]]);
  });

  it("replaces one find or all of them by placeholders, and puts them back", async () => {
    const { core, user } = openConsent("answer");
    await user.click(await screen.findByRole("button", { name: "Replace 2, bank account (IBAN)" }));
    await waitFor(async () =>
      expect(exact((await parts())[1])).toContain("rent goes to [IBAN_1]."),
    );
    expect(document.body).toHaveTextContent("2 places in the text look confidential");
    await user.click(screen.getByRole("button", { name: "Replace all" }));
    await waitFor(async () => expect(exact((await parts())[1])).toContain("[EMAIL_1]"));
    expect(document.body).toHaveTextContent("3 placeholders stand in the text");
    expect(document.body).toHaveTextContent("are filled in again on this computer");
    await user.click(screen.getByRole("button", { name: "Put back 1, e-mail address" }));
    await waitFor(async () => expect(exact((await parts())[1])).toContain("mira.okafor@"));
    await user.click(screen.getByRole("button", { name: "Put all back" }));
    await waitFor(async () => expect(exact((await parts())[1])).toContain("0170 5551234"));
    const changes = sent(core, "change").map(([, change]) => change as { replace: number[] });
    const [first, second, third, fourth] = changes.map(({ replace }) => replace.toSorted());
    expect([first?.length, second?.length, third?.length, fourth?.length]).toEqual([1, 3, 2, 0]);
  });

  it("loses no change that is made while another one is on its way", async () => {
    const { core, user } = openConsent("answer");
    const made = core.holdNext("change");
    await user.click(await screen.findByRole("button", { name: "Leave out part 1, Instructions" }));
    await user.click(screen.getByRole("button", { name: "Leave out part 3, Earlier answer" }));
    expect(sent(core, "change")).toHaveLength(1);
    await act(async () => made());
    await waitFor(() => expect(document.body).toHaveTextContent("2 of 4 parts"));
    expect(sent(core, "change")).toEqual([
      ["proposal-1", { leave_out: [0], replace: [] }],
      ["proposal-2", { leave_out: [0, 2], replace: [] }],
    ]);
  });

  it("says why a change is not made", async () => {
    const { core, user } = openConsent("simple");
    await user.click(await screen.findByRole("button", { name: "Leave out part 1, You" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Leave one part in.");
    await user.click(screen.getByRole("button", { name: "Leave out part 1, You" }));
    await waitFor(() => expect(sent(core, "change")).toHaveLength(2));
  });

  it("folds a long part and says what is out of sight", async () => {
    const { user } = openConsent("long");
    const [long] = await parts();
    expect(exact(long).length).toBeLessThan(1_300);
    expect(long).toHaveTextContent("The rest is sent too, and 1 marked place is in it.");
    await user.click(screen.getByRole("button", { name: "Show all 45,593 characters" }));
    expect(exact(long)).toHaveLength(45_593);
  });

  it("offers a standing yes only where the core allows one, and sends it only with a yes", async () => {
    openConsent("answer");
    await deny();
    expect(screen.queryByRole("checkbox")).toBeNull();
    document.body.innerHTML = "";
    const { core, arm, user } = openConsent("network");
    await user.click(await screen.findByRole("checkbox", { name: new RegExp(CONSENT.standing) }));
    core.failNext("decide", new CoreError("other", "Not now."));
    await user.click(await deny());
    await arm();
    await user.click(await approve());
    expect(sent(core, "decide").map(([decision]) => decision)).toMatchObject([
      { yes: false, standing: false },
      { yes: true, standing: true },
    ]);
  });

  it("says plainly that a request for models holds nothing of the person’s", async () => {
    openConsent("models");
    expect(
      await screen.findByRole("heading", { level: 1, name: "Ask Anthropic which models it has?" }),
    ).toBeVisible();
    expect(document.body).toHaveTextContent("Nothing of yours is sent: no text and no key.");
    expect(await parts()).toEqual([]);
    expect(document.body).not.toHaveTextContent("confidential");
  });

  it("shows the hash in full, with the address that it is bound to", async () => {
    const { user } = openConsent("answer");
    await user.click(await screen.findByText(/^Hash/));
    expect(screen.getByTestId("digest").textContent?.replaceAll(" ", "")).toBe(
      consentScene("answer")?.digest,
    );
    expect(document.body).toHaveTextContent("POST https://api.anthropic.com/v1/messages");
  });

  it("says when nothing waits, and what the core refuses to tell", async () => {
    openConsent("none");
    expect(await screen.findByText("Nothing waits for a decision.")).toBeVisible();
  });

  it("takes what is told over what was asked for before", async () => {
    const request = consentScene("answer") as ConsentView;
    const fake = createFakeConsent(request, { arms: false });
    let asked = () => {};
    const reply = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const core = { ...fake, request: () => reply.then(() => structuredClone(request)) };
    render(<ConsentPage core={core} />);
    const told = { ...request, proposal: "proposal-9", provider_title: "Mistral" };
    await act(async () => core.tell({ type: "show", request: told }));
    await act(async () => asked());
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Send this to Mistral?");
  });

  it("counts down, and says so three times only", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    try {
      openConsent("answer");
      await deny();
      const said = new Set<string>();
      for (let second = 0; second < 121; second++) {
        act(() => vi.advanceTimersByTime(1_000));
        for (const region of document.querySelectorAll("[data-announcer]")) {
          if (/left to decide/.test(region.textContent ?? "")) said.add(region.textContent ?? "");
        }
        if (second === 58) expect(screen.getByRole("timer")).toHaveTextContent("1:01");
      }
      expect([...said]).toEqual([
        "60 seconds left to decide.",
        "30 seconds left to decide.",
        "10 seconds left to decide.",
      ]);
      expect(document.body).toHaveTextContent("The time is over. Nothing was sent.");
    } finally {
      vi.useRealTimers();
    }
  });

  it.each(["answer", "tricks", "long", "network", "models", "many", "none"])(
    "has nothing that axe finds: %s",
    async (scene) => {
      openConsent(scene);
      if (scene !== "none") await deny();
      expect(await violations()).toEqual([]);
    },
  );
});

describe("words", () => {
  const about = (changes: Partial<ConsentView>) =>
    ({ ...(consentScene("answer") as ConsentView), ...changes }) satisfies ConsentView;

  it.each<[ConsentView["purpose"], string, string]>([
    ["answer", "Send this to X?", "Exactly the text below"],
    ["model_list", "Ask X which models it has?", "only your key"],
    ["key_test", "Try your key at X?", "only your key"],
    ["download", "Fetch claude-sonnet-5 from X?", "no text and no key"],
    ["update_check", "Ask X for a newer Sotto?", "no text and no key"],
  ])("of %s", (purpose, asked, leaves) => {
    expect(question(about({ purpose })).join("X")).toBe(asked);
    expect(whatLeaves(about({ purpose }))).toContain(leaves);
  });

  it.each([
    [120_000, "2:00"],
    [61_001, "1:02"],
    [999, "0:01"],
    [-5, "0:00"],
  ])("of %i ms", (left, words) => expect(clock(left)).toBe(words));

  it("need no numbers where no text goes and nothing is paid", () => {
    expect(facts(consentScene("models") as ConsentView)).toEqual([]);
  });
});
