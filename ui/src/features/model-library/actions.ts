// What a row asks of its page: the dialogs are the page's, so that each is there once.
import type { CatalogItem, FitView, ModelView } from "../../ipc";

export interface PageActions {
  load: (model: string) => void;
  unload: (model: string) => void;
  makeDefault: (model: string) => void;
  settings: (model: ModelView) => void;
  measure: (model: string) => void;
  remove: (model: ModelView) => void;
  /** For a model that would need a higher limit. */
  raiseLimit: (of: { title: string; fit: FitView }) => void;
  /** Of the catalogue, or of the hub by its name there. */
  download: (of: Pick<CatalogItem, "id" | "title"> & { fit?: FitView }) => void;
}
