// Begins the window in two steps. First the page that was drawn while building is painted and its
// composer takes text; then the code is loaded and takes the page over as it stands, with whatever
// was typed into it by then.
import { connect } from "./ipc";

/** A window that is hidden paints nothing; its code is loaded all the same. */
const HIDDEN_MILLISECONDS = 500;

const core = connect();
// Nothing depends on the core's hearing it.
const tellReady = async () => (await core).composerReady().catch(() => {});

const composer = document.querySelector("textarea");
let sendsEarly = false;

/** Enter belongs to the code that is not there yet, and is given to it when it is. */
function keepEnter(event: KeyboardEvent): void {
  if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  sendsEarly = true;
}

composer?.focus();
composer?.addEventListener("keydown", keepEnter);
const painted = new Promise((resolve) =>
  requestAnimationFrame(() => requestAnimationFrame(resolve)),
);
// While developing nothing was drawn ahead: then the composer comes with the code.
if (composer) painted.then(tellReady);
await Promise.race([painted, new Promise((resolve) => setTimeout(resolve, HIDDEN_MILLISECONDS))]);

const { begin } = await import("./begin");
begin(await core);
if (!composer) tellReady();
composer?.removeEventListener("keydown", keepEnter);
if (sendsEarly) {
  composer?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
}
