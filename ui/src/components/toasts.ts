// Short messages that pass: what happened and, where there is one, what to do about it.
import { create } from "zustand";

export interface Toast {
  id: number;
  kind: "note" | "error";
  text: string;
  action?: { label: string; run: () => void };
  /** Milliseconds until it goes by itself; `null`: only when closed. */
  lasts: number | null;
}

interface Toasts {
  shown: Toast[];
  show: (toast: Omit<Toast, "id" | "lasts"> & { lasts?: number | null }) => number;
  close: (id: number) => void;
}

let last = 0;

export const useToasts = create<Toasts>((set) => ({
  shown: [],
  show: ({ lasts, ...toast }) => {
    const id = ++last;
    const stay = lasts === undefined ? (toast.kind === "error" ? 12_000 : 8_000) : lasts;
    set(({ shown }) => ({ shown: [...shown.slice(-3), { ...toast, id, lasts: stay }] }));
    return id;
  },
  close: (id) => set(({ shown }) => ({ shown: shown.filter((toast) => toast.id !== id) })),
}));

/** Takes back what the newest message offers to; false if none does. */
export function runUndo(): boolean {
  const { shown, close } = useToasts.getState();
  const toast = shown.findLast(({ action }) => action?.label === "Undo");
  if (!toast) return false;
  close(toast.id);
  toast.action?.run();
  return true;
}

export const showNote = (text: string, action?: Toast["action"]) =>
  useToasts.getState().show({ kind: "note", text, action });

/** Shows an error with what it says of itself. */
export const showError = (error: unknown, action?: Toast["action"]) =>
  useToasts.getState().show({
    kind: "error",
    text: error instanceof Error ? error.message : String(error),
    action,
  });
