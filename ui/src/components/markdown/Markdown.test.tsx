// What a model writes, drawn: it can load nothing and lead nowhere, pieces look as the whole does,
// and a token at the end of a long answer costs what one at its beginning costs.
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it } from "vitest";
import { LONG_ANSWER } from "../../ipc/fake-scenes";
import { LiveText, settledText } from "./live-text";
import { Markdown } from "./Markdown";
import MarkdownBlock from "./MarkdownBlock";

async function draw(text: string) {
  const drawn = render(<Markdown text={settledText(text)} />);
  await act(async () => {});
  return drawn.container;
}

beforeAll(async () => {
  // The parser is loaded when it is first needed; here it must be there before anything is timed.
  const { unmount } = render(<Markdown text={settledText("a")} />);
  await act(async () => {
    await import("./MarkdownBlock");
  });
  unmount();
});

describe("what a model writes", () => {
  it("loads nothing and leads nowhere", async () => {
    const page = await draw(
      [
        "![x](https://evil.example/a.png) ![y](data:image/png;base64,AAAA) ![z][r]",
        "[a](https://evil.example) <https://evil.example/b> https://evil.example/c [j](javascript:alert(1))",
        "<img src=https://evil.example/d onerror=alert(1)> <script>alert(1)</script> <a href='https://x'>h</a>",
        "<iframe src='https://evil.example'></iframe>",
        "[r]: https://evil.example/e.png",
      ].join("\n\n"),
    );
    expect(
      page.querySelectorAll("img,a,script,iframe,link,video,object,[src],[href],[onerror]"),
    ).toHaveLength(0);
    expect(page.textContent).toContain("<script>alert(1)</script>");
    expect(page.textContent).toContain("Picture not loaded: x");
  });

  it("shows the address of a link and copies it", async () => {
    const user = userEvent.setup();
    await draw("See [the page](https://example.com/a?b=c).");
    await user.click(screen.getByRole("button", { name: "the page" }));
    expect(screen.getByText("https://example.com/a?b=c")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Copy address" }));
    expect(await navigator.clipboard.readText()).toBe("https://example.com/a?b=c");
  });

  it("copies code as it was written", async () => {
    const user = userEvent.setup();
    await draw("```py\nprint('a')\n\n  b\n```");
    await user.click(screen.getByRole("button", { name: "Copy code" }));
    expect(await navigator.clipboard.readText()).toBe("print('a')\n\n  b");
  });

  it("draws code in a list as code", async () => {
    const page = await draw("1. a\n\n   ```js\n   let b;\n   ```\n2. c");
    expect(page.querySelector("li figure code")?.textContent?.trim()).toBe("let b;");
    expect(page.querySelectorAll("ol > li")).toHaveLength(2);
  });

  it("draws formulas and lets prices be", async () => {
    const page = await draw("\\(x^2\\) for $5 and $6\n\n$$\ny\n$$");
    await waitFor(() => expect(page.querySelectorAll(".katex")).toHaveLength(2));
    expect(page.textContent).toContain("for $5 and $6");
  });

  it("names tasks for those who listen", async () => {
    const page = await draw("- [x] a\n- [ ] b");
    expect(page.textContent).toMatch(/done:\s+a/);
    expect(page.querySelector("input")).toBeNull();
  });
});

describe("pieces and the whole", () => {
  const clean = (html: string) =>
    html.replace(/<\/?div[^>]*>/g, "").replace(/ id="[^"]*"| aria-controls="[^"]*"|\s+/g, "");
  const texts = [
    LONG_ANSWER.replaceAll(/\\[([][\s\S]*?\\[)\]]|\$\$[\s\S]*?\$\$/g, "math"),
    "# a\n\nb\n\n- c\n\n- d\n\n  e\n\n> f\n> g\n\nh\n***\ni",
    "a\n\n| b | c |\n|---|:-:|\n| `d` | **e** |\n\nf ~~g~~ [h](https://i.example)",
  ];
  it.each(texts)("look the same: %#", async (text) => {
    const whole = render(<MarkdownBlock text={text} open={false} />).container;
    const pieces = await draw(text);
    // A fence is drawn by the same component either way.
    expect(clean(pieces.querySelector(".prose")?.innerHTML ?? "")).toBe(clean(whole.innerHTML));
  });
});

describe("streaming", () => {
  it("never draws a settled block again", async () => {
    const live = new LiveText();
    live.append("First.\n\n```js\nlet a = 1;\n```\n\nSecond");
    const { container, rerender } = render(<Markdown text={live.snapshot()} />);
    await act(async () => {});
    const first = container.querySelector("p");
    const code = container.querySelector("figure");
    for (const piece of [" goes", " on.\n\nThird", " **bold", "**."]) {
      live.append(piece);
      rerender(<Markdown text={live.snapshot()} />);
    }
    rerender(<Markdown text={settledText(live.text())} />);
    expect(container.querySelector("p")).toBe(first);
    expect(container.querySelector("figure")).toBe(code);
    expect(container.textContent).toContain("Second goes on.");
    expect(container.querySelector("strong")?.textContent).toBe("bold");
  });

  it("costs the same per token at the end of a long answer as at its beginning", async () => {
    const tokens = LONG_ANSWER.match(/\s*\S+/g) ?? [];
    // The same words are appended to an answer of 160 tokens and to one of 4,000, in turns, so that
    // whatever else the computer does slows both.
    const begin = (repeats: number) => {
      const live = new LiveText();
      live.append(`${LONG_ANSWER}\n\n`.repeat(repeats));
      const { rerender } = render(<Markdown text={live.snapshot()} />);
      return { live, rerender, costs: [] as number[] };
    };
    const short = begin(1);
    const long = begin(Math.ceil(4_000 / tokens.length));
    for (const token of [...tokens, "\n\n", ...tokens]) {
      for (const { live, rerender, costs } of [short, long]) {
        live.append(token);
        const begun = performance.now();
        rerender(<Markdown text={live.snapshot()} />);
        costs.push(performance.now() - begun);
      }
    }
    const median = ({ costs }: typeof short) =>
      costs.toSorted((a, b) => a - b)[costs.length >> 1] ?? 0;
    const ratio = median(long) / median(short);
    console.warn(
      `per token: ${median(short).toFixed(2)} ms in a short answer, ${median(long).toFixed(2)} ms in a long one, ratio ${ratio.toFixed(2)}`,
    );
    expect(ratio).toBeLessThan(2);
  }, 60_000);
});
