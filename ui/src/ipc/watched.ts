// What the cores in memory have in common: calls are remembered, and a test makes one fail or wait.
import type { CoreError } from "./core";

export interface Watched<C> {
  /** The next call of this name fails with this error. */
  failNext(call: keyof C, error: CoreError): void;
  /** The next call of this name waits until the returned function is called. */
  holdNext(call: keyof C): () => void;
  /** Calls so far, with what was given. */
  readonly calls: { name: keyof C; given: unknown[] }[];
}

/** A core whose calls are watched, all but those that subscribe. */
export function watched<C extends object>(core: C): C & Watched<C> {
  const calls: Watched<C>["calls"] = [];
  const failures = new Map<keyof C, CoreError>();
  const holds = new Map<keyof C, Promise<void>>();
  const watch = (name: keyof C, call: (...given: unknown[]) => unknown) =>
    String(name).startsWith("subscribe")
      ? call
      : async (...given: unknown[]) => {
          calls.push({ name, given });
          const hold = holds.get(name);
          holds.delete(name);
          await hold;
          const failure = failures.get(name);
          failures.delete(name);
          if (failure) throw failure;
          return call(...given);
        };
  const all = Object.entries(core).map(([name, call]) => [name, watch(name as keyof C, call)]);
  return {
    ...(Object.fromEntries(all) as C),
    failNext: (call, error) => failures.set(call, error),
    holdNext: (call) => {
      let release = () => {};
      holds.set(call, new Promise((resolve) => (release = () => resolve())));
      return () => release();
    },
    calls,
  };
}
