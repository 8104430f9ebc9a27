// The desktop and the memory of models in the core in memory. Never part of the real build.
import type { Core } from "./core";
import type { Scene } from "./fake";
import type { AppEvent, DesktopView, Keys, ModelsView } from "./index";

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
  | "loadModel"
  | "unloadModel"
  | "pauseRuntime"
  | "resumeRuntime"
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
  /** Has that model in memory, or none. */
  const hold = (name: string | null, paused: boolean) => {
    const models = scene.models.models.map((model): ModelsView["models"][number] =>
      model.state.state === "unusable"
        ? model
        : { ...model, state: { state: model.name === name ? "loaded" : "available" } },
    );
    scene.models = { ...scene.models, models };
    const memory = name === null ? 0 : 1_386_000_000;
    scene.runtime = { ...scene.runtime, model: name, memory, paused };
    tell({ type: "models_changed", models: scene.models });
    tell({ type: "runtime_changed", runtime: scene.runtime });
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
    loadModel: async (model) => hold(model ?? scene.models.default, false),
    unloadModel: async () => hold(null, scene.runtime.paused),
    pauseRuntime: async () => hold(null, true),
    resumeRuntime: async () => hold(scene.models.default, false),
  };
}
