// Which conversation is open, and which message of it is to be seen. Kept apart from stored data:
// it is this window's, not the history's.
import { create } from "zustand";

interface Selection {
  /** `null`: a conversation that has not begun. */
  open: string | null;
  /** The open conversation is the one that was just begun here: what is being typed goes on. */
  adopted: boolean;
  /** A message to scroll to, from a search. */
  seek: string | null;
  show: (conversation: string | null, seek?: string | null) => void;
  adopt: (conversation: string) => void;
  found: () => void;
}

export const useSelection = create<Selection>((set) => ({
  open: null,
  adopted: false,
  seek: null,
  show: (open, seek = null) => set({ open, adopted: false, seek }),
  adopt: (open) => set({ open, adopted: true, seek: null }),
  found: () => set({ seek: null }),
}));
