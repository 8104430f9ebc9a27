// Draws the window as it is before anything is known, while the pages are built: `vite.config.ts`
// puts the text into index.html, so the first frame needs none of the page's code.
import { renderToString } from "react-dom/server";
import { createQueries, Root } from "./app/Root";
import type { Core } from "./ipc";

/** Nobody asks a core while drawing: questions belong to effects, which do not run here. */
const NOBODY = new Proxy({} as Core, {
  get(_, command) {
    throw new Error(`The page asked ${String(command)} while it was drawn`);
  },
});

/** The inside of `#root`. */
export function prerender(): string {
  const queries = createQueries();
  const page = renderToString(<Root core={NOBODY} queries={queries} />);
  // What it holds would be thrown away in five minutes, and the build would wait for that.
  queries.clear();
  return page;
}
