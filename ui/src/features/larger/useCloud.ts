// Who runs larger models elsewhere, and whether any may be asked. Kept fresh by events.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { showError } from "../../components/toasts";
import { type CloudView, useCore } from "../../ipc";

export const CLOUD = ["cloud"] as const;

export function useCloud(): CloudView | undefined {
  const core = useCore();
  return useQuery({ queryKey: CLOUD, queryFn: () => core.cloud() }).data;
}

/** Does something that changes what may be asked. Resolves to false if it failed; that was shown. */
export function useChangeCloud(): (change: () => Promise<CloudView>) => Promise<boolean> {
  const queries = useQueryClient();
  return useCallback(
    async (change) => {
      try {
        queries.setQueryData(CLOUD, await change());
        return true;
      } catch (error) {
        showError(error);
        return false;
      }
    },
    [queries],
  );
}

/** Blocks everything now, or lets things be asked for again. */
export function useBlock(): (block: boolean) => Promise<boolean> {
  const core = useCore();
  const change = useChangeCloud();
  return useCallback(
    (block) => change(() => (block ? core.blockCloud() : core.unblockCloud())),
    [core, change],
  );
}
