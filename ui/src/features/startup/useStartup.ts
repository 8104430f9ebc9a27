// Whether the history can be used, and a promise for those who must wait until it can.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { type Startup, useCore } from "../../ipc";

export const STARTUP = ["startup"] as const;

export function useStartup() {
  const core = useCore();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: STARTUP, queryFn: () => core.startup() });
  const waiting = useRef<(() => void)[]>([]);
  const state = query.data?.history.state;
  const usable = state === "open" || state === "temporary";

  useEffect(() => {
    if (!usable) return;
    for (const go of waiting.current) go();
    waiting.current = [];
  }, [usable]);

  /** Resolves at once when the history can be written, otherwise when it can. */
  const ready = useCallback(
    () => (usable ? Promise.resolve() : new Promise<void>((go) => waiting.current.push(go))),
    [usable],
  );

  /** Takes what the core says of itself now; everything stored is read again. */
  const take = useCallback(
    async (startup: Startup) => {
      queries.setQueryData(STARTUP, startup);
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== STARTUP[0] });
    },
    [queries],
  );

  return useMemo(
    () => ({ startup: query.data, error: query.error, again: query.refetch, ready, take }),
    [query.data, query.error, query.refetch, ready, take],
  );
}
