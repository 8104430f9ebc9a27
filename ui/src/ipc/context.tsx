// Hands the core down the tree, so that a test can put another one in its place.
import { createContext, type ReactNode, useContext } from "react";
import type { Core } from "./core";

const CoreContext = createContext<Core | null>(null);

export function CoreProvider({ core, children }: { core: Core; children: ReactNode }) {
  return <CoreContext value={core}>{children}</CoreContext>;
}

export function useCore(): Core {
  const core = useContext(CoreContext);
  if (!core) throw new Error("useCore outside of CoreProvider");
  return core;
}
