// The consent window holds as little code as it can: what could change what it shows is not in it.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "../..");
const IMPORT = /(?:from|import)\s*\(?\s*"([^"]+)"/g;

/** Every file that is loaded with an entry, and every package; code for tests and fakes apart. */
function loadedWith(entry: string): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      if (!name.startsWith(".")) {
        packages.add(name);
        continue;
      }
      // The builds that people get are without it.
      if (name.includes("/fake-")) continue;
      const path = join(dirname(file), name);
      const found = [`${path}.tsx`, `${path}.ts`, join(path, "index.ts")].find(existsSync);
      if (!found) throw new Error(`${file} imports ${name}`);
      visit(found);
    }
  };
  visit(join(SOURCE, entry));
  return { files: [...files].map((file) => relative(SOURCE, file)), packages: [...packages] };
}

describe("the consent window", () => {
  const { files, packages } = loadedWith("consent.tsx");

  it("loads its own feature, plain components and its own door to the core", () => {
    expect(files.length).toBeGreaterThan(10);
    const others = files.filter(
      (file) =>
        !/^(consent\.tsx$|features\/consent\/|components\/[^/]+$|testing\/landmarks\.ts$)/.test(
          file,
        ),
    );
    expect(others.sort()).toEqual([
      "ipc/bindings.gen.ts",
      "ipc/consent.ts",
      "ipc/core.ts",
      "ipc/reply.ts",
    ]);
  });

  it("loads no Markdown, no store and no library of dialogs", () => {
    expect(packages.sort()).toEqual([
      // In two pieces: only ui/src/ipc may name it.
      ["@tauri-apps", "api/core"].join("/"),
      "lucide-react",
      "react",
      "react-dom/client",
    ]);
  });

  it("is told apart from a page that does", () => {
    expect(loadedWith("begin.tsx").packages).toContain("@tanstack/react-query");
    expect(loadedWith("begin.tsx").files).toContain("features/chat/ChatView.tsx");
  });
});
