// Highlights code with the languages that people ask about, each loaded when it first appears.
import type { HLJSApi, LanguageFn } from "highlight.js";

type Loader = () => Promise<{ default: LanguageFn }>;

const LANGUAGES: Record<string, Loader> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  css: () => import("highlight.js/lib/languages/css"),
  diff: () => import("highlight.js/lib/languages/diff"),
  dockerfile: () => import("highlight.js/lib/languages/dockerfile"),
  go: () => import("highlight.js/lib/languages/go"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  lua: () => import("highlight.js/lib/languages/lua"),
  makefile: () => import("highlight.js/lib/languages/makefile"),
  markdown: () => import("highlight.js/lib/languages/markdown"),
  php: () => import("highlight.js/lib/languages/php"),
  powershell: () => import("highlight.js/lib/languages/powershell"),
  python: () => import("highlight.js/lib/languages/python"),
  r: () => import("highlight.js/lib/languages/r"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  scss: () => import("highlight.js/lib/languages/scss"),
  sql: () => import("highlight.js/lib/languages/sql"),
  swift: () => import("highlight.js/lib/languages/swift"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

const OTHER_NAMES: Record<string, string> = {
  "c#": "csharp",
  "c++": "cpp",
  cs: "csharp",
  docker: "dockerfile",
  golang: "go",
  h: "c",
  html: "xml",
  js: "javascript",
  jsonc: "json",
  jsx: "javascript",
  kt: "kotlin",
  make: "makefile",
  md: "markdown",
  ps1: "powershell",
  py: "python",
  python3: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  shell: "bash",
  svg: "xml",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  yml: "yaml",
  zsh: "bash",
};

/** Code without marks for how it is drawn: text, and the kind of token it is. */
export interface Token {
  text: string;
  /** Classes of highlight.js, such as `hljs-keyword`; empty for plain text. */
  kind: string;
}

let core: HLJSApi | null = null;
const ready = new Set<string>();
const waiting = new Map<string, Promise<boolean>>();

/** The name under which a language is known here; `null` if it is not. */
export function knownLanguage(name: string): string | null {
  const lower = name.toLowerCase();
  const known = OTHER_NAMES[lower] ?? lower;
  return Object.hasOwn(LANGUAGES, known) ? known : null;
}

export function isReady(language: string): boolean {
  return ready.has(language);
}

/** Loads a known language. Resolves to false if it cannot be loaded: the code stays plain. */
export function loadLanguage(language: string): Promise<boolean> {
  const loader = LANGUAGES[language];
  if (!loader) return Promise.resolve(false);
  let load = waiting.get(language);
  if (!load) {
    load = Promise.all([import("highlight.js/lib/core"), loader()]).then(
      ([engine, definition]) => {
        core = engine.default;
        core.registerLanguage(language, definition.default);
        ready.add(language);
        return true;
      },
      () => false,
    );
    waiting.set(language, load);
  }
  return load;
}

/** Highlights code in a language that is ready. */
export function highlight(code: string, language: string): Token[] {
  if (!core || !ready.has(language)) return [{ text: code, kind: "" }];
  return readTokens(core.highlight(code, { language, ignoreIllegals: true }).value);
}

const ENTITIES: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#x27;": "'",
};

/** Reads what highlight.js writes (spans and five entities), so that no HTML is ever inserted. */
export function readTokens(html: string): Token[] {
  const tokens: Token[] = [];
  const open: string[] = [];
  for (const piece of html.split(/(<span class="[^"]*">|<\/span>)/)) {
    if (piece === "") continue;
    const start = /^<span class="([^"]*)">$/.exec(piece);
    if (start) open.push(start[1] ?? "");
    else if (piece === "</span>") open.pop();
    else {
      const text = piece.replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity] ?? "");
      tokens.push({ text, kind: open.at(-1) ?? "" });
    }
  }
  return tokens;
}
