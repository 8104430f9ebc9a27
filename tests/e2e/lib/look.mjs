// Light and dark as the system has it: WebKitGTK follows the GTK theme.

export const LOOKS = ["light", "dark"];

/** What to add to the environment of the window. */
export function setLook(look) {
  return { GTK_THEME: look === "dark" ? "Adwaita:dark" : "Adwaita" };
}
