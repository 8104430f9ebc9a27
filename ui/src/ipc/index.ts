// The door to the core. Nothing outside this folder imports the shell's packages.
import type { Core } from "./core";
import { tauriCore } from "./tauri";

export type * from "./bindings.gen";
export { CoreProvider, useCore } from "./context";
export { type Core, CoreError } from "./core";

/**
 * The core of this window. In a plain browser there is none: while developing, and in a build made
 * with `--mode fake`, one in memory takes its place; both are left out of the real build.
 */
export async function connect(): Promise<Core> {
  if ("__TAURI_INTERNALS__" in window) return tauriCore();
  if (import.meta.env.DEV || import.meta.env.MODE === "fake") {
    const { createFake } = await import("./fake");
    const { sceneNamed } = await import("./fake-scenes");
    const fake = createFake(
      sceneNamed(new URLSearchParams(location.search).get("scene") ?? "chat"),
    );
    // In a tab nothing else shows the quick prompt, once its page listens.
    setTimeout(() => fake.tellQuick({ type: "shown", with: {} }), 200);
    return fake;
  }
  throw new Error("This page is Sotto's window and works only inside Sotto.");
}
