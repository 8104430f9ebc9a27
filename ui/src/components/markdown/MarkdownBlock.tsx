// One block of Markdown, parsed by streamdown. Loaded lazily: the window takes text before it.
// What a model writes can load nothing and lead nowhere: no raw HTML, images are named and not
// fetched, a link is shown with its address and never followed.
import { type ComponentProps, isValidElement, type ReactNode } from "react";
import { type Components, defaultRehypePlugins, Streamdown } from "streamdown";
import { CodeBlock } from "./CodeBlock";
import { LinkText } from "./LinkText";
import { Formula } from "./Math";
import { protectMath, readMath } from "./math-source";

const [harden] = defaultRehypePlugins.harden as [never];

interface HtmlNode {
  type: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: HtmlNode[];
  value?: string;
}

/** Puts a note where a picture would be. Nothing that a model names is ever fetched. */
function namePictures() {
  const walk = (node: HtmlNode) => {
    for (const child of node.children ?? []) {
      if (child.tagName === "img") {
        const alt = child.properties?.alt;
        child.tagName = "span";
        child.properties = { className: ["no-image"] };
        child.children = [
          { type: "text", value: alt ? `Picture not loaded: ${alt}` : "Picture not loaded" },
        ];
      }
      walk(child);
    }
  };
  return walk;
}

// Without the plugin for raw HTML streamdown shows tags as text. `harden` would refuse pictures
// and addresses of scripts by itself: it is the second lock, and the window's policy the third.
const REHYPE = [
  namePictures,
  [harden, { allowedImagePrefixes: [], allowedLinkPrefixes: ["*"] }],
] as ComponentProps<typeof Streamdown>["rehypePlugins"];

const whole = (text: string) => [text];

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  if (isValidElement<{ children?: ReactNode }>(node)) return textOf(node.props.children);
  return "";
}

function Code({ children }: { children?: ReactNode }) {
  const math = readMath(textOf(children));
  return math ? <Formula {...math} /> : <code>{children}</code>;
}

function Pre({ children }: { children?: ReactNode }) {
  const code = isValidElement<{ className?: string; children?: ReactNode }>(children)
    ? children.props
    : { className: "", children };
  const language = /language-(\S+)/.exec(code.className ?? "")?.[1] ?? "";
  return (
    <CodeBlock code={textOf(code.children).replace(/\n$/, "")} language={language} open={false} />
  );
}

function Table({ children }: { children?: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="table-scroll" tabIndex={0} aria-label="Table">
      <table>{children}</table>
    </section>
  );
}

function Task({ checked }: { checked?: boolean }) {
  return (
    <span className="task">
      <span aria-hidden="true">{checked ? "☑" : "☐"}</span>
      <span className="sr-only">{checked ? "done: " : "to do: "}</span>
    </span>
  );
}

/** One level for all: a model leaves levels out, and a page must not. Depth is seen, not said. */
function heading(depth: number) {
  return ({ children }: { children?: ReactNode }) => <h3 data-depth={depth}>{children}</h3>;
}

const COMPONENTS = {
  a: LinkText,
  code: Code,
  pre: Pre,
  table: Table,
  input: Task,
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  h5: heading(5),
  h6: heading(6),
  p: "p",
  ul: "ul",
  ol: "ol",
  li: "li",
  hr: "hr",
  strong: "strong",
  thead: "thead",
  tbody: "tbody",
  tr: "tr",
  th: "th",
  td: "td",
  blockquote: "blockquote",
  sup: "sup",
  sub: "sub",
  section: "section",
} as Components;

export default function MarkdownBlock({ text, open }: { text: string; open: boolean }) {
  return (
    <Streamdown
      mode="streaming"
      isAnimating={open}
      parseIncompleteMarkdown={open}
      parseMarkdownIntoBlocksFn={whole}
      rehypePlugins={REHYPE}
      components={COMPONENTS}
      controls={false}
      linkSafety={{ enabled: false }}
      dir="auto"
    >
      {protectMath(text)}
    </Streamdown>
  );
}
