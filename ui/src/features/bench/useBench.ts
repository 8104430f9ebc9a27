// The measurement that is going on, which outlives the page that began it, and earlier results.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { create } from "zustand";
import { announce } from "../../components/announcer";
import { showError } from "../../components/toasts";
import { type BenchProgress, type Measurement, useCore } from "../../ipc";
import { CATALOG, HARDWARE } from "../models/useModels";

export const MEASUREMENTS = ["measurements"] as const;

interface Bench {
  /** What is being measured; `null`: nothing. */
  running: BenchProgress | null;
  /** The person stopped it, and it is not over yet. */
  stopping: boolean;
  /** The last one that was begun here and came to its end. */
  latest: Measurement | null;
}

const AT_REST: Bench = { running: null, stopping: false, latest: null };

export const useBench = create<Bench>(() => AT_REST);

/** Puts it back to its beginning. */
export const forgetBench = () => useBench.setState(AT_REST);

/** The core tells how far a measurement is. */
export function benchWentOn(progress: BenchProgress): void {
  if (useBench.getState().running) useBench.setState({ running: progress });
}

export function useMeasurements() {
  const core = useCore();
  return useQuery({ queryKey: MEASUREMENTS, queryFn: () => core.measurements() });
}

export function useBenchActions() {
  const core = useCore();
  const queries = useQueryClient();
  return useMemo(
    () => ({
      measure: async (model: string) => {
        if (useBench.getState().running) return;
        useBench.setState({ running: { model, percent: 0, stage: "" }, latest: null });
        try {
          useBench.setState({ latest: await core.benchModel(model) });
          announce("Measured");
        } catch (error) {
          // What the person stopped is no failure.
          if (useBench.getState().stopping) announce("Stopped");
          else showError(error);
        } finally {
          useBench.setState({ running: null, stopping: false });
          queries.invalidateQueries({ queryKey: MEASUREMENTS });
          // The bandwidth is known now, and with it how fast others would be.
          queries.invalidateQueries({ queryKey: HARDWARE });
          queries.invalidateQueries({ queryKey: CATALOG });
        }
      },
      stop: () => {
        useBench.setState({ stopping: true });
        core.stopBench().catch((error: unknown) => {
          useBench.setState({ stopping: false });
          showError(error);
        });
      },
    }),
    [core, queries],
  );
}
