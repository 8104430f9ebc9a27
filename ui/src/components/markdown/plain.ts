// Markdown as plain text, for a mail or a form: no marks, but the lines, the bullets and the numbers.
import type { Nodes, Parents, Table } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

export function plainText(markdown: string): string {
  const tree = fromMarkdown(markdown, {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  });
  return plain(tree).trim();
}

const parts = (node: Parents, between: string): string =>
  node.children.map(plain).filter(Boolean).join(between);

const rows = ({ children }: Table): string =>
  children.map((row) => row.children.map((cell) => parts(cell, "")).join("\t")).join("\n");

const indented = (text: string, by: string): string => text.replaceAll("\n", `\n${by}`);

function plain(node: Nodes): string {
  switch (node.type) {
    case "text":
    case "inlineCode":
    case "code":
    case "html":
      return node.value;
    case "break":
      return "\n";
    case "thematicBreak":
      return "---";
    case "image":
      return node.alt ?? "";
    case "link": {
      const text = parts(node, "");
      return text === node.url || `mailto:${text}` === node.url ? text : `${text} (${node.url})`;
    }
    case "table":
      return rows(node);
    case "list":
      return node.children
        .map((item, at) => {
          const mark = node.ordered ? `${(node.start ?? 1) + at}. ` : "- ";
          return mark + indented(parts(item, item.spread ? "\n\n" : "\n"), " ".repeat(mark.length));
        })
        .join("\n");
    case "root":
    case "blockquote":
    case "footnoteDefinition":
      return parts(node, "\n\n");
    default:
      return "children" in node ? parts(node, "") : "";
  }
}
