// Gives the page its code.
import { createRoot, hydrateRoot } from "react-dom/client";
import { createQueries, Root } from "./app/Root";
import { preloadMarkdown } from "./components/markdown/Markdown";
import { preloadMessages } from "./features/chat/ChatView";
import type { Core } from "./ipc";

/** Takes over the page that was drawn while building; draws it where none was (`npm run ui:dev`). */
export function begin(core: Core): void {
  const root = document.getElementById("root");
  if (!root) throw new Error("The page has no #root");
  const page = <Root core={core} queries={createQueries()} />;
  if (root.hasChildNodes()) hydrateRoot(root, page, { onRecoverableError: sayRedrawn });
  else createRoot(root).render(page);
  // What shows an answer is not needed before a question is being typed; then there is time.
  if (root.querySelector("textarea")?.value) preloadAnswers();
  else root.addEventListener("input", preloadAnswers, { once: true });
}

/** The page that was drawn while building was another one than this web view draws: a mistake. */
function sayRedrawn(error: unknown): void {
  document.documentElement.dataset.redrawn = String(error);
  console.error(error);
}

function preloadAnswers(): void {
  preloadMessages();
  preloadMarkdown();
}
