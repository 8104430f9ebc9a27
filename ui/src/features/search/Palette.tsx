// One field for everything: actions, conversations, and what stands in them.
import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import { Dialog } from "../../components/Dialog";
import { Kbd } from "../../components/Kbd";
import { QuickMark } from "../../components/QuickMark";
import { useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useConversations } from "../conversations/useConversations";
import { emphasise } from "./emphasise";

export interface PaletteAction {
  name: string;
  keys?: string;
  icon: ReactNode;
  run: () => void;
}

interface PaletteProps {
  actions: readonly PaletteAction[];
  onClose: () => void;
  onOpenConversation: (id: string, message: string | null) => void;
}

const CONVERSATIONS_SHOWN = 8;

function matches(name: string, words: string): boolean {
  const lower = name.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

export default function Palette({ actions, onClose, onOpenConversation }: PaletteProps) {
  const core = useCore();
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(typed.trim());
  const { data: conversations } = useConversations();
  const {
    data: hits,
    isFetching,
    error,
  } = useQuery({
    queryKey: ["search", words],
    queryFn: () => core.search(words),
    enabled: words.length > 1,
    placeholderData: (before) => before,
    gcTime: 0,
  });
  const shownActions = useMemo(
    () => actions.filter(({ name }) => matches(name, words)),
    [actions, words],
  );
  const shownConversations = useMemo(
    () =>
      conversations?.filter(({ title }) => matches(title, words)).slice(0, CONVERSATIONS_SHOWN) ??
      [],
    [conversations, words],
  );
  const found = words.length > 1 ? (hits ?? []).filter(({ message }) => message !== null) : [];

  const choose = (run: () => void) => () => {
    onClose();
    run();
  };
  const heading =
    "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-tiny [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-faint";

  return (
    <Dialog
      title={NAMES.palette}
      open
      onClose={onClose}
      hideTitle
      className="flex flex-col !overflow-hidden"
    >
      <Command shouldFilter={false} label={NAMES.palette} loop className="flex min-h-0 flex-col">
        <Command.Input
          value={typed}
          onValueChange={setTyped}
          autoFocus
          aria-label={NAMES.palette}
          placeholder="Search conversations, or name an action"
          className="w-full border-b border-line bg-transparent px-5 py-3.5 outline-none"
        />
        <Command.List
          className={`min-h-0 overflow-y-auto p-1.5 text-ui ${heading}`}
          label="Results"
        >
          <Command.Empty className="px-3 py-5 text-soft">
            {error
              ? `The search failed. ${error.message}`
              : isFetching
                ? "Searching…"
                : "Nothing found."}
          </Command.Empty>
          {shownConversations.length > 0 && (
            <Command.Group heading="Conversations">
              {shownConversations.map(({ id, title, origin }) => (
                <Command.Item
                  key={id}
                  value={`conversation ${id}`}
                  className="menu-item"
                  onSelect={choose(() => onOpenConversation(id, null))}
                >
                  <span className="truncate">{emphasise(title, words)}</span>
                  {origin === "quick" && <QuickMark />}
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {found.length > 0 && (
            <Command.Group heading="In messages">
              {found.map(({ conversation, message, title, origin, excerpt }) => (
                <Command.Item
                  key={`${conversation} ${message}`}
                  value={`message ${message}`}
                  className="menu-item"
                  onSelect={choose(() => onOpenConversation(conversation, message))}
                >
                  <span className="flex min-w-0 flex-1 flex-col py-0.5">
                    <span className="truncate">{emphasise(excerpt, words)}</span>
                    <span className="flex min-w-0 items-center gap-1.5 text-small text-faint">
                      <span className="truncate">{title}</span>
                      {origin === "quick" && <QuickMark />}
                    </span>
                  </span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {shownActions.length > 0 && (
            <Command.Group heading="Actions">
              {shownActions.map(({ name, keys, icon, run }) => (
                <Command.Item
                  key={name}
                  value={`action ${name}`}
                  className="menu-item"
                  onSelect={choose(run)}
                >
                  {icon}
                  <span className="flex-1">{name}</span>
                  {keys && <Kbd keys={keys} hidden />}
                </Command.Item>
              ))}
            </Command.Group>
          )}
        </Command.List>
      </Command>
    </Dialog>
  );
}
