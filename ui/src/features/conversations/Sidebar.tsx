// The left side: begin, search, choose a conversation, and see how the runtime is.
import { Plus, Search, Settings } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "../../components/Button";
import { Kbd, keyName } from "../../components/Kbd";
import { NAMES } from "../../testing/landmarks";
import { ConversationList } from "./ConversationList";

interface SidebarProps {
  onNew: () => void;
  onSearch: () => void;
  onSettings: () => void;
  /** A conversation was opened; `pointed`: with the mouse, not with a key. */
  onOpened: (pointed: boolean) => void;
  /** Conversations are kept. */
  kept: boolean;
  /** How the runtime is; another feature's. */
  status: ReactNode;
}

export function Sidebar({ onNew, onSearch, onSettings, onOpened, kept, status }: SidebarProps) {
  return (
    <nav
      aria-label={NAMES.conversations}
      className="sidebar min-h-0 flex-col gap-2 border-r border-line bg-panel p-3"
    >
      <div className="flex items-center justify-between pl-2.5">
        <p className="text-base font-semibold tracking-[0.01em]">Sotto</p>
        <IconButton
          label={NAMES.settings}
          title={`${NAMES.settings} (${keyName("Mod+,")})`}
          icon={<Settings className="icon" aria-hidden="true" />}
          onClick={onSettings}
        />
      </div>
      <button
        type="button"
        aria-keyshortcuts="Control+N Meta+N"
        className="flex min-h-9 items-center gap-2 rounded-lg px-2.5 text-left text-ui font-medium hover:bg-hover"
        onClick={onNew}
      >
        <Plus className="icon" aria-hidden="true" />
        <span className="min-w-0 flex-1 truncate">{NAMES.newConversation}</span>
        <Kbd keys="Mod+N" hidden />
      </button>
      <button
        type="button"
        aria-keyshortcuts="Control+K Meta+K"
        className="flex min-h-9 items-center gap-2 rounded-lg border border-line bg-raised px-2.5 text-left text-ui text-faint hover:border-line-strong"
        onClick={onSearch}
      >
        <Search className="icon-small" aria-hidden="true" />
        <span className="min-w-0 flex-1 truncate">{NAMES.search}</span>
        <Kbd keys="Mod+K" hidden />
      </button>
      <ConversationList onOpened={onOpened} kept={kept} />
      {status}
    </nav>
  );
}
