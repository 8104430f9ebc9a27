// The window: puts the features side by side and gives them their keys.
import {
  Ban,
  Boxes,
  Cpu,
  FolderOpen,
  Keyboard,
  PanelLeft,
  Pause,
  Play,
  Plus,
  Power,
  ScrollText,
  Settings,
} from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Announcer } from "../components/Announcer";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { ToastRegion } from "../components/ToastRegion";
import { runUndo, showError } from "../components/toasts";
import { type ChatHandle, ChatView } from "../features/chat/ChatView";
import { draftFrom, draftOf, joined, keepDraft } from "../features/chat/drafts";
import { Sidebar } from "../features/conversations/Sidebar";
import { useSelection } from "../features/conversations/selection";
import { useConversations } from "../features/conversations/useConversations";
import { TrayNote } from "../features/desktop/TrayNote";
import { BlockedBanner } from "../features/larger/BlockedBanner";
import { useBlock, useCloud } from "../features/larger/useCloud";
import type { ModelsPageHandle } from "../features/model-library/ModelsPage";
import { RuntimeStatus } from "../features/models/RuntimeStatus";
import { useMemory, useRuntime } from "../features/models/useModels";
import { Greeting } from "../features/startup/Greeting";
import { StartupGate } from "../features/startup/StartupGate";
import { useStartup } from "../features/startup/useStartup";
import { useCore } from "../ipc";
import { NAMES } from "../testing/landmarks";
import { useEvents, useUnsaved } from "./events";
import { focusRegion, useShortcuts } from "./shortcuts";

const Palette = lazy(() => import("../features/search/Palette"));
const ShortcutsDialog = lazy(() => import("./ShortcutsDialog"));
const SettingsDialog = lazy(() => import("../features/settings/SettingsDialog"));
const ClosingDialog = lazy(() => import("../features/desktop/ClosingDialog"));
const LedgerDialog = lazy(() => import("../features/ledger/LedgerDialog"));
const ModelsPage = lazy(() => import("../features/model-library/ModelsPage"));

function Banners({ temporary, onChooseModel }: { temporary: boolean; onChooseModel: () => void }) {
  const runtime = useRuntime();
  const reasons = Object.values(useUnsaved(({ reasons }) => reasons));
  return (
    <>
      <BlockedBanner />
      <TrayNote />
      {temporary && (
        <Banner kind="note">
          Nothing is kept in this session: when Sotto is closed, its conversations are gone.
        </Banner>
      )}
      {reasons[0] && <Banner kind="problem">Not saved: {reasons[0]} Sotto keeps trying.</Banner>}
      {runtime?.state === "failed" && (
        <Banner
          kind="problem"
          action={<Button onClick={onChooseModel}>Choose another model</Button>}
        >
          {runtime.message}
        </Banner>
      )}
    </>
  );
}

/** Whether something has a place on the page. */
function isSeen(selector: string): boolean {
  return (document.querySelector(selector)?.getClientRects().length ?? 0) > 0;
}

export function App() {
  const core = useCore();
  const startup = useStartup();
  const chat = useRef<ChatHandle>(null);
  const library = useRef<ModelsPageHandle>(null);
  const show = useSelection((selection) => selection.show);
  const open = useSelection((selection) => selection.open);
  const page = useSelection((selection) => selection.page);
  const showPage = useSelection((selection) => selection.showPage);
  const { data: conversations } = useConversations();
  const temporary = startup.startup?.history.state === "temporary";
  const [dialog, setDialog] = useState<
    "palette" | "shortcuts" | "settings" | "ledger" | "closing" | null
  >(null);
  const blocked = useCloud()?.blocked ?? false;
  const block = useBlock();
  // `auto`: beside the chat where there is room, hidden where there is not.
  const [sidebar, setSidebar] = useState<"auto" | "open" | "closed">("auto");

  const { paused, pause, resume } = useMemory();

  /** Goes to where one types, on whichever page there is. */
  const focusField = useCallback(() => {
    if (useSelection.getState().page === "models") library.current?.focus();
    else chat.current?.focusComposer();
  }, []);
  // The chat takes the focus when it comes back in place of the models.
  const before = useRef(page);
  useEffect(() => {
    if (before.current === "models" && page === "chat") chat.current?.focusComposer();
    before.current = page;
  }, [page]);

  useEvents(
    useMemo(
      () => ({
        cameForward: () => {
          setDialog(null);
          focusField();
        },
        takeOver: ({ conversation, draft }) => {
          setDialog(null);
          if (chat.current) chat.current.take(conversation, draft);
          // The chat is not there while a page about the history stands; it shows its draft when it is.
          else keepDraft(conversation, joined(draftOf(conversation), draftFrom(draft)));
          show(conversation);
          chat.current?.focusComposer();
        },
        openSettings: () => setDialog("settings"),
        askClosing: () => setDialog("closing"),
      }),
      [show, focusField],
    ),
  );

  const toggleSidebar = useCallback(() => {
    setSidebar(isSeen(".sidebar") ? "closed" : "open");
    requestAnimationFrame(() => {
      // Over the chat it is where the person is now; beside it the person stays where they were.
      if (isSeen(".sidebar-shade")) document.querySelector<HTMLElement>(".sidebar button")?.focus();
    });
  }, []);
  const closeDrawer = useCallback(() => setSidebar((now) => (now === "open" ? "auto" : now)), []);
  const onOpened = useCallback(
    (pointed: boolean) => {
      closeDrawer();
      if (pointed) chat.current?.focusComposer();
    },
    [closeDrawer],
  );

  const actions = useMemo(
    () => ({
      newConversation: () => {
        show(null);
        closeDrawer();
        chat.current?.focusComposer();
      },
      palette: () => setDialog("palette"),
      models: () => {
        showPage("chat");
        chat.current?.openModelPicker();
      },
      library: () => {
        showPage(useSelection.getState().page === "models" ? "chat" : "models");
        closeDrawer();
      },
      sidebar: toggleSidebar,
      shortcuts: () => setDialog("shortcuts"),
      settings: () => setDialog("settings"),
      ledger: () => setDialog("ledger"),
      block: () => void block(!blocked),
      stop: () => {
        if (isSeen(".sidebar-shade")) {
          closeDrawer();
          focusField();
          return true;
        }
        if (useSelection.getState().page === "models") {
          showPage("chat");
          return true;
        }
        return chat.current?.stop() ?? false;
      },
      type: focusField,
      region: focusRegion,
      undo: runUndo,
    }),
    [show, showPage, toggleSidebar, closeDrawer, focusField, block, blocked],
  );
  useShortcuts(actions);

  const palette = useMemo(
    () => [
      {
        name: "New conversation",
        keys: "Mod+N",
        icon: <Plus className="icon" />,
        run: actions.newConversation,
      },
      {
        name: "Choose a model",
        keys: "Mod+Shift+M",
        icon: <Cpu className="icon" />,
        run: actions.models,
      },
      {
        name: NAMES.models,
        keys: "Mod+L",
        icon: <Boxes className="icon" />,
        run: () => showPage("models"),
      },
      {
        name: "Open models folder",
        icon: <FolderOpen className="icon" />,
        run: () => void core.openModelsFolder().catch(showError),
      },
      {
        name: blocked ? "Unblock the cloud" : NAMES.block,
        keys: "Mod+Shift+X",
        icon: <Ban className="icon" />,
        run: actions.block,
      },
      {
        name: NAMES.ledger,
        keys: "Mod+Shift+L",
        icon: <ScrollText className="icon" />,
        run: actions.ledger,
      },
      {
        name: NAMES.settings,
        keys: "Mod+,",
        icon: <Settings className="icon" />,
        run: actions.settings,
      },
      {
        name: "Show or hide conversations",
        keys: "Mod+B",
        icon: <PanelLeft className="icon" />,
        run: toggleSidebar,
      },
      {
        name: "Keyboard shortcuts",
        keys: "Mod+/",
        icon: <Keyboard className="icon" />,
        run: actions.shortcuts,
      },
      paused
        ? { name: NAMES.resume, icon: <Play className="icon" />, run: resume }
        : { name: NAMES.pause, icon: <Pause className="icon" />, run: pause },
      {
        name: NAMES.endHere,
        icon: <Power className="icon" />,
        run: () => void core.quit().catch(showError),
      },
    ],
    [actions, core, showPage, toggleSidebar, blocked, paused, pause, resume],
  );

  const banners = <Banners temporary={temporary} onChooseModel={actions.models} />;
  return (
    <div className="window h-full">
      <StartupGate state={startup}>
        <div className="shell" data-sidebar={sidebar}>
          <Sidebar
            onNew={actions.newConversation}
            onSearch={actions.palette}
            onSettings={actions.settings}
            onOpened={onOpened}
            kept={!temporary}
            status={
              <RuntimeStatus
                arrival={open !== null || page !== "chat"}
                onModels={actions.library}
              />
            }
          />
          <div className="sidebar-shade" aria-hidden="true" onPointerDown={closeDrawer} />
          <ChatView
            ref={chat}
            hidden={page !== "chat"}
            greeting={<Greeting first={conversations?.length === 0} kept={!temporary} />}
            banners={page === "chat" && banners}
            ready={startup.ready}
            onToggleSidebar={toggleSidebar}
            onSettings={actions.settings}
            onLedger={actions.ledger}
          />
          <Suspense fallback={page === "models" && <div aria-busy="true" />}>
            {page === "models" && (
              <ModelsPage
                ref={library}
                banners={banners}
                onToggleSidebar={toggleSidebar}
                onClose={actions.library}
              />
            )}
          </Suspense>
        </div>
        <Suspense>
          {dialog === "palette" && (
            <Palette actions={palette} onClose={() => setDialog(null)} onOpenConversation={show} />
          )}
          {dialog === "settings" && (
            <SettingsDialog onLedger={actions.ledger} onClose={() => setDialog(null)} />
          )}
          {dialog === "ledger" && (
            <LedgerDialog onOpenConversation={show} onClose={() => setDialog(null)} />
          )}
          {dialog === "closing" && <ClosingDialog onClose={() => setDialog(null)} />}
          {dialog === "shortcuts" && <ShortcutsDialog onClose={() => setDialog(null)} />}
        </Suspense>
      </StartupGate>
      <ToastRegion />
      <Announcer />
    </div>
  );
}
