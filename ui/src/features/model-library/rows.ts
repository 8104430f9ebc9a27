// Which rows the page of models has, in which groups and in which order.
import type { CatalogItem, DownloadView, ModelView } from "../../ipc";
import { MODELS_PAGE } from "../../testing/landmarks";
import { isFound, wanted } from "./find";

export type Shown = "all" | "here" | "fetchable";

export type Row =
  | { kind: "model"; key: string; model: ModelView }
  | { kind: "item"; key: string; item: CatalogItem; download: DownloadView | undefined }
  | { kind: "foreign"; key: string; download: DownloadView };

export interface Group {
  name: string;
  /** What is special about them, in a sentence. */
  about: string;
  rows: Row[];
}

interface Everything {
  models: readonly ModelView[];
  /** The model that answers unless another is chosen. */
  standard: string | null;
  catalog: readonly CatalogItem[];
  downloads: readonly DownloadView[];
}

/** The groups that are not empty, with what the typed words find. */
export function groupsOf(everything: Everything, shown: Shown, typed: string): Group[] {
  const { models, standard, catalog, downloads } = everything;
  const words = wanted(typed);
  const codes = new Set([...models, ...catalog].flatMap(({ languages }) => languages));
  const found = (of: ModelView | CatalogItem) => isFound(of, words, codes);

  const here: Row[] = [];
  const embedding: Row[] = [];
  const adapters: Row[] = [];
  const places = { chat: here, embedding, adapter: adapters };
  if (shown !== "fetchable") {
    for (const model of models) {
      if (found(model))
        places[model.kind].push({ kind: "model", key: `model/${model.name}`, model });
    }
    // What answers by itself is what one looks for first; the rest stays as the core orders it.
    here.sort((a, b) => rank(a, standard) - rank(b, standard));
  }

  const fetchable: Row[] = [];
  if (shown !== "here") {
    for (const item of catalog) {
      const download = downloads.find(({ id }) => id === item.id);
      // What is on its way is shown, also where another program has the same file already.
      const listed = download || (item.installed === null && item.can_be_fetched);
      if (listed && found(item))
        fetchable.push({ kind: "item", key: `item/${item.id}`, item, download });
    }
    const known = new Set(catalog.map(({ id }) => id));
    for (const download of downloads) {
      if (known.has(download.id) || !words.every((word) => isIn(download, word))) continue;
      fetchable.push({ kind: "foreign", key: `download/${download.id}`, download });
    }
  }

  return [
    { name: MODELS_PAGE.here, about: "", rows: here },
    { name: MODELS_PAGE.fetchable, about: "", rows: fetchable },
    {
      name: MODELS_PAGE.embedding,
      about: "They turn texts into numbers that can be compared, and cannot answer.",
      rows: embedding,
    },
    {
      name: MODELS_PAGE.adapters,
      about: "They change a model that they were made for, and are attached in its settings.",
      rows: adapters,
    },
  ].filter(({ rows }) => rows.length > 0);
}

const rank = (row: Row, standard: string | null) =>
  row.kind === "model" && row.model.name === standard ? 0 : 1;

const isIn = ({ title, file }: DownloadView, word: string) =>
  `${title} ${file}`.toLowerCase().includes(word);

/** A file of the hub by its name there, if that is what was typed. */
export function hubFile(typed: string): string | null {
  const name = typed
    .trim()
    .replace(/^https:\/\/huggingface\.co\//, "")
    .replace(/\/(blob|resolve)\/main\//, "/");
  return /^[\w.-]+\/[\w.-]+\/\S+\.gguf$/i.test(name) ? name : null;
}
