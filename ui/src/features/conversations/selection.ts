// What stands in the window: the chat with one conversation and perhaps one message of it to be
// seen, or the models in its place. Kept apart from stored data: it is this window's, not the
// history's.
import { create } from "zustand";

interface Selection {
  /** What is beside the conversations. */
  page: "chat" | "models";
  /** `null`: a conversation that has not begun. */
  open: string | null;
  /** The open conversation is the one that was just begun here: what is being typed goes on. */
  adopted: boolean;
  /** A message to scroll to, from a search. */
  seek: string | null;
  show: (conversation: string | null, seek?: string | null) => void;
  adopt: (conversation: string) => void;
  found: () => void;
  showPage: (page: "chat" | "models") => void;
}

export const useSelection = create<Selection>((set) => ({
  page: "chat",
  open: null,
  adopted: false,
  seek: null,
  show: (open, seek = null) => set({ page: "chat", open, adopted: false, seek }),
  adopt: (open) => set({ open, adopted: true, seek: null }),
  found: () => set({ seek: null }),
  showPage: (page) => set({ page }),
}));
