// How Sotto sits in the desktop, in the core in memory. Never part of the real build.
import type { Core } from "./core";
import type { Scene } from "./fake";
import type { AppEvent, DesktopView, Keys } from "./index";

type DesktopCommands = Pick<
  Core,
  | "desktop"
  | "setWhenClosed"
  | "setSessionStart"
  | "dismissTrayNote"
  | "shortcuts"
  | "chooseShortcut"
  | "askDesktopForShortcuts"
  | "closeWindow"
  | "quit"
>;

/** Keys as the core writes them, more or less. */
function words({ control, alt, shift, logo, code }: Keys): string {
  const held = [control && "Ctrl", alt && "Alt", shift && "Shift", logo && "Super"];
  return [...held.filter(Boolean), code.replace(/^(Key|Digit)/, "")].join("+");
}

export function fakeDesktop(scene: Scene, tell: (event: AppEvent) => void): DesktopCommands {
  const change = (changes: Partial<DesktopView>) => {
    scene.desktop = { ...scene.desktop, ...changes };
    tell({ type: "desktop_changed" });
  };
  return {
    desktop: async () => structuredClone(scene.desktop),
    setWhenClosed: async (chosen) => change({ when_closed: chosen }),
    setSessionStart: async (on) => change({ session_start: { state: on ? "on" : "off" } }),
    dismissTrayNote: async () => change({ tray_note_dismissed: true }),
    shortcuts: async () => structuredClone(scene.shortcuts),
    chooseShortcut: async (name, choice) => {
      const shortcuts = scene.shortcuts.shortcuts.map((each) => {
        if (each.name !== name) return each;
        const { name: of, command } = each;
        if (choice.choice === "off") {
          return { name: of, choice, keys: "", state: "off" as const, command };
        }
        const keys = choice.choice === "keys" ? words(choice.keys) : "Ctrl+Shift+Space";
        return { name: of, choice, keys, state: "works" as const, command };
      });
      scene.shortcuts = { ...scene.shortcuts, shortcuts };
      tell({ type: "desktop_changed" });
    },
    askDesktopForShortcuts: async () => {},
    closeWindow: async () => {},
    quit: async () => {},
  };
}
