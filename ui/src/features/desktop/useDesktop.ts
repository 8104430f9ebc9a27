// How Sotto sits in the desktop. Kept fresh by events.
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { showError } from "../../components/toasts";
import { type DesktopView, useCore } from "../../ipc";

export const DESKTOP = ["desktop"] as const;

export function useDesktop(): DesktopView | undefined {
  const core = useCore();
  return useQuery({ queryKey: DESKTOP, queryFn: () => core.desktop() }).data;
}

/** Does something about it. Resolves to false if it failed; that was shown. */
export function useTry(): (work: () => Promise<void>) => Promise<boolean> {
  return useCallback(async (work) => {
    try {
      await work();
      return true;
    } catch (error) {
      showError(error);
      return false;
    }
  }, []);
}
