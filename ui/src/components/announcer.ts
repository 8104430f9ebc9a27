// Says something to people who listen instead of look, politely: after what is being said.
// The two regions take turns, because the same words twice in one region are not said again.
let turn = 0;

/** Says it, when the page has an `Announcer`. */
export function announce(words: string): void {
  const regions = document.querySelectorAll<HTMLElement>("[data-announcer]");
  if (regions.length === 0) return;
  turn = (turn + 1) % regions.length;
  regions.forEach((region, at) => {
    region.textContent = at === turn ? words : "";
  });
}
