// Gives the quick prompt's page its code.
import { createRoot } from "react-dom/client";
import { preloadMarkdown } from "./components/markdown/Markdown";
import { QuickRoot } from "./features/quick-prompt/QuickRoot";
import type { Core } from "./ipc";

export function beginQuick(core: Core): void {
  const root = document.getElementById("root");
  if (!root) throw new Error("The page has no #root");
  createRoot(root).render(<QuickRoot core={core} />);
  // The first answer must not wait for it.
  preloadMarkdown();
}
