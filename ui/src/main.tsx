// Begins the window in two steps. First the page that was drawn while building is painted and its
// composer takes text; then the code is loaded and takes the page over as it stands, with whatever
// was typed into it by then.
import { connect } from "./ipc";

const HIDDEN = 500;

/** Resolves when the page is on the screen; a window that is hidden paints nothing and waits less. */
function painted(): Promise<unknown> {
  const frame = new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(resolve)),
  );
  return Promise.race([frame, new Promise((resolve) => setTimeout(resolve, HIDDEN))]);
}

/** Enter belongs to the code that is not there yet: a new line would be a surprise. */
function keepEnter(event: KeyboardEvent): void {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) event.preventDefault();
}

const composer = document.querySelector("textarea");
composer?.focus();
composer?.addEventListener("keydown", keepEnter);
const core = connect();
await painted();
// Nothing depends on the core's hearing it.
if (composer) (await core).composerReady().catch(() => {});
const { begin } = await import("./begin");
begin(await core);
composer?.removeEventListener("keydown", keepEnter);
