// Which models are found by what is typed, and where they stand, as data.
import { describe, expect, it } from "vitest";
import { CATALOG, DOWNLOADS } from "../../ipc/fake-catalog-scenes";
import { LIBRARY, QWEN } from "../../ipc/fake-models-scenes";
import { groupsOf, type Shown } from "./rows";

const everything = { models: LIBRARY, standard: QWEN.name, catalog: CATALOG, downloads: DOWNLOADS };

const titles = (typed: string, shown: Shown = "all") =>
  groupsOf(everything, shown, typed).map(({ name, rows }) => [
    name,
    ...rows.map((row) =>
      row.kind === "model"
        ? row.model.title
        : row.kind === "item"
          ? row.item.title
          : row.download.title,
    ),
  ]);

describe("models are found", () => {
  it.each<[string, string[][]]>([
    ["typhoon", [["Can be downloaded", "Typhoon 2.5 4B"]]],
    ["finn", [["Can be downloaded", "Llama Poro 2 8B"]]],
    ["suomi", [["Can be downloaded", "Llama Poro 2 8B"]]],
    ["llama 3.3", [["Can be downloaded", "Llama Poro 2 8B"]]],
    ["NOMIC", [["For finding by meaning", "Nomic Embed Text 1.5"]]],
    ["cc-by-nc", [["On this computer", "Command R+ 104B"]]],
    ["documents", [["Can be downloaded", "Ministral 3 14B"]]],
    ["klingon", []],
  ])("by %s", (typed, expected) => expect(titles(typed)).toEqual(expected));

  const thai = [
    ["On this computer", "llama3.2:3b", "Gemma 4 E4B"],
    ["Can be downloaded", "Qwen3.5 0.8B", "Qwen3.5 4B", "Typhoon 2.5 4B", "Qwen3.5 9B"],
  ];
  it.each(["Thai", "thai", "ไทย", "th", " TH "])("by a language: %s", (typed) =>
    expect(titles(typed)).toEqual(thai),
  );

  it("by a code as a language, not as two letters of a name", () => {
    // “Coder” has them, and knows no German.
    expect(titles("de", "here")).toEqual([["On this computer", "llama3.2:3b", "Gemma 4 E4B"]]);
    expect(titles("cod", "here")).toEqual([["On this computer", "Qwen2.5 Coder 1.5B"]]);
  });

  it("by two things at once", () => {
    expect(titles("thai gemma")).toEqual([["On this computer", "Gemma 4 E4B"]]);
  });
});

describe("models stand in groups", () => {
  it("with what answers by itself first, and nothing twice", () => {
    const [here, fetchable, ...others] = titles("");
    expect(here?.slice(0, 2)).toEqual(["On this computer", "Qwen2.5 Coder 1.5B"]);
    expect(fetchable).not.toContain("Qwen2.5 Coder 1.5B");
    expect(others.map(([name]) => name)).toEqual(["For finding by meaning", "Adapters"]);
  });
  it("of which some can be shown alone", () => {
    expect(titles("", "here").map(([name]) => name)).not.toContain("Can be downloaded");
    expect(titles("", "fetchable").map(([name]) => name)).toEqual(["Can be downloaded"]);
  });
  it("with what comes from the hub by its own name", () => {
    const [first] = DOWNLOADS;
    if (!first) throw new Error("no download");
    const foreign = { ...first, id: "a/b/own.gguf", title: "own.gguf", file: "a/b/own.gguf" };
    const groups = groupsOf({ ...everything, downloads: [foreign] }, "fetchable", "");
    expect(groups[0]?.rows.at(-1)).toMatchObject({ kind: "foreign", download: foreign });
  });
  it("with what is on its way though another program has it", () => {
    const catalog = CATALOG.map((item) =>
      item.id === DOWNLOADS[0]?.id ? { ...item, installed: "llama3.2-3b" } : item,
    );
    const groups = groupsOf({ ...everything, catalog }, "fetchable", "");
    const row = groups[0]?.rows.find(({ key }) => key === `item/${DOWNLOADS[0]?.id}`);
    expect(row).toMatchObject({ kind: "item", download: DOWNLOADS[0] });
  });
  it("without what only the set-up brings, unless it is on its way", () => {
    const catalog = CATALOG.map((item) => ({ ...item, installed: null, can_be_fetched: false }));
    expect(groupsOf({ ...everything, models: [], catalog, downloads: [] }, "all", "")).toEqual([]);
    const [group] = groupsOf({ ...everything, models: [], catalog }, "all", "");
    expect(group?.rows).toHaveLength(DOWNLOADS.length);
  });
});
