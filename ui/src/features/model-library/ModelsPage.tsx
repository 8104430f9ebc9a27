// The page of models, in place of the chat: what is on this computer, what could be, what they run
// on, and how fast they are.
import {
  ArrowLeft,
  Ellipsis,
  FolderOpen,
  HardDriveDownload,
  KeyRound,
  PanelLeft,
  Plus,
} from "lucide-react";
import { DropdownMenu, Tabs } from "radix-ui";
import {
  type KeyboardEvent,
  lazy,
  type ReactNode,
  type Ref,
  Suspense,
  useCallback,
  useDeferredValue,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { Button, IconButton } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { keyName } from "../../components/Kbd";
import { MenuContent } from "../../components/Menu";
import { showError } from "../../components/toasts";
import { type FitView, type ModelView, useCore } from "../../ipc";
import { DOWNLOAD, MODELS_PAGE, NAMES } from "../../testing/landmarks";
import { useDownloads } from "../downloads/useDownloads";
import {
  useCatalog,
  useChooseModel,
  useHardware,
  useMemory,
  useModels,
  useRuntime,
} from "../models/useModels";
import type { PageActions } from "./actions";
import { bestFit } from "./best";
import { FilterBar } from "./FilterBar";
import { HardwareStrip } from "./HardwareStrip";
import { ModelList } from "./ModelList";
import { groupsOf, hubFile, type Shown } from "./rows";

const BenchView = lazy(() => import("../bench/BenchView"));
const DownloadDialog = lazy(() => import("../downloads/DownloadDialog"));
const HubTokenDialog = lazy(() => import("../downloads/HubTokenDialog"));
const LimitDialog = lazy(() => import("./LimitDialog"));
const ModelSettingsDialog = lazy(() => import("./ModelSettingsDialog"));
const RemoveDialog = lazy(() => import("./RemoveDialog"));

export interface ModelsPageHandle {
  /** Goes to where one types. */
  focus: () => void;
}

interface ModelsPageProps {
  ref?: Ref<ModelsPageHandle>;
  /** Lasting messages, as above the chat. */
  banners: ReactNode;
  onToggleSidebar: () => void;
  onClose: () => void;
}

type Opened =
  | { dialog: "limit"; wanted: { title: string; fit: FitView } | null }
  | { dialog: "download"; id: string; title: string; fit?: FitView }
  | { dialog: "settings"; model: ModelView }
  | { dialog: "remove"; model: ModelView }
  | { dialog: "token" };

const NO_MODELS: never[] = [];

/** The arrow keys walk from row to row. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  // The field that led here has taken its key already.
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const heads = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row-head]")];
  const at = heads.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: heads.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const head = heads[Math.max(0, Math.min(heads.length - 1, to))];
  head?.focus({ preventScroll: true });
  head?.closest("article")?.scrollIntoView({ block: "nearest" });
}

export default function ModelsPage({ ref, banners, onToggleSidebar, onClose }: ModelsPageProps) {
  const core = useCore();
  const models = useModels();
  const runtime = useRuntime();
  const hardware = useHardware();
  const catalog = useCatalog();
  const downloads = useDownloads();
  const { load, unload } = useMemory();
  const chooseModel = useChooseModel();
  const [tab, setTab] = useState<"list" | "bench">("list");
  const [toMeasure, setToMeasure] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState<Shown>("all");
  const [open, setOpen] = useState<string | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const find = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const words = useDeferredValue(typed);

  const all = models?.models ?? NO_MODELS;
  const items = catalog.data ?? NO_MODELS;
  const standard = models?.default ?? null;
  const groups = useMemo(
    () => groupsOf({ models: all, standard, catalog: items, downloads }, shown, words),
    [all, standard, items, downloads, shown, words],
  );
  const adapters = useMemo(() => all.filter(({ kind }) => kind === "adapter"), [all]);
  const best = useMemo(() => bestFit(items)?.id, [items]);
  const hub = hubFile(words);

  useEffect(() => heading.current?.focus(), []);
  useImperativeHandle(ref, () => ({
    focus: () => (find.current ?? heading.current)?.focus(),
  }));

  const actions = useMemo(
    (): PageActions => ({
      load,
      unload,
      makeDefault: (name) => chooseModel(null, name),
      settings: (model) => setOpened({ dialog: "settings", model }),
      measure: (name) => {
        setToMeasure(name);
        setTab("bench");
      },
      remove: (model) => setOpened({ dialog: "remove", model }),
      raiseLimit: (wanted) => setOpened({ dialog: "limit", wanted }),
      download: ({ id, title, fit }) => setOpened({ dialog: "download", id, title, fit }),
    }),
    [load, unload, chooseModel],
  );
  const onToggle = useCallback(
    (row: string) => setOpen((before) => (before === row ? null : row)),
    [],
  );
  const add = async () => {
    try {
      const name = await core.importModel();
      if (name === null) return;
      setTyped("");
      setShown("all");
      setOpen(`model/${name}`);
    } catch (error) {
      showError(error);
    }
  };
  const close = () => setOpened(null);

  return (
    <Tabs.Root
      asChild
      dir={document.documentElement.dir === "rtl" ? "rtl" : "ltr"}
      value={tab}
      onValueChange={(next) => setTab(next as "list" | "bench")}
    >
      <main aria-label={NAMES.models} className="flex min-h-0 min-w-0 flex-col">
        <header className="flex min-h-14 flex-wrap items-center gap-x-3.5 gap-y-1 border-b border-line px-4 py-2">
          <IconButton
            label={NAMES.sidebarToggle}
            title={`${NAMES.sidebarToggle} (${keyName("Mod+B")})`}
            icon={<PanelLeft className="icon" aria-hidden="true" />}
            onClick={onToggleSidebar}
          />
          <h1 ref={heading} tabIndex={-1} className="rounded text-base font-semibold outline-none">
            {NAMES.models}
          </h1>
          <Tabs.List
            aria-label="What about models"
            className="inline-flex rounded-lg border border-line bg-panel p-0.5"
          >
            {(
              [
                ["list", MODELS_PAGE.list],
                ["bench", MODELS_PAGE.measure],
              ] as const
            ).map(([value, name]) => (
              <Tabs.Trigger
                key={value}
                value={value}
                className="min-h-7 rounded-md border border-transparent px-3 text-ui text-soft hover:text-ink data-[state=active]:border-line data-[state=active]:bg-raised data-[state=active]:font-medium data-[state=active]:text-ink data-[state=active]:shadow-small forced-colors:data-[state=active]:outline-2 forced-colors:data-[state=active]:outline-[Highlight]"
              >
                {name}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <span className="flex-1" />
          <Button
            kind="ghost"
            title={`${MODELS_PAGE.close} (Esc)`}
            className="!min-h-8 !text-ui"
            onClick={onClose}
          >
            <ArrowLeft className="icon-small rtl:rotate-180" aria-hidden="true" />
            {MODELS_PAGE.close}
          </Button>
        </header>
        {banners}
        <div
          ref={scroller}
          data-region="models"
          className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]"
        >
          <div className="mx-auto flex max-w-[62rem] flex-col px-6 pt-5 pb-14">
            <p className="pb-4 text-soft">
              They run on this computer. Once downloaded, they need no network.
            </p>
            {hardware ? (
              <HardwareStrip
                hardware={hardware}
                onChangeLimit={() => setOpened({ dialog: "limit", wanted: null })}
              />
            ) : (
              <div className="h-[4.6rem]" aria-busy="true" />
            )}
            <Tabs.Content value="list" tabIndex={-1} className="outline-none" onKeyDown={walk}>
              <FilterBar
                field={find}
                typed={typed}
                shown={shown}
                onType={setTyped}
                onShow={setShown}
                onDown={() =>
                  scroller.current?.querySelector<HTMLElement>("[data-row-head]")?.focus()
                }
              >
                <span className="flex items-center gap-1">
                  <Button onClick={add}>
                    <Plus className="icon" aria-hidden="true" />
                    {MODELS_PAGE.add}
                  </Button>
                  <DropdownMenu.Root modal={false}>
                    <DropdownMenu.Trigger asChild>
                      <IconButton
                        label="More about models"
                        title="More"
                        icon={<Ellipsis className="icon" aria-hidden="true" />}
                      />
                    </DropdownMenu.Trigger>
                    <MenuContent align="end">
                      {(runtime?.loaded.length ?? 0) > 1 && (
                        <DropdownMenu.Item className="menu-item" onSelect={() => unload(null)}>
                          <HardDriveDownload className="icon" aria-hidden="true" />
                          {MODELS_PAGE.unloadAll}
                        </DropdownMenu.Item>
                      )}
                      <DropdownMenu.Item
                        className="menu-item"
                        onSelect={() => core.openModelsFolder().catch(showError)}
                      >
                        <FolderOpen className="icon" aria-hidden="true" />
                        {MODELS_PAGE.folder}
                      </DropdownMenu.Item>
                      <DropdownMenu.Item
                        className="menu-item"
                        onSelect={() => setOpened({ dialog: "token" })}
                      >
                        <KeyRound className="icon" aria-hidden="true" />
                        {DOWNLOAD.token}…
                      </DropdownMenu.Item>
                    </MenuContent>
                  </DropdownMenu.Root>
                </span>
              </FilterBar>
              {catalog.error && (
                <div role="alert" className="flex flex-wrap items-center gap-3 pt-4 text-ui">
                  <p className="min-w-0 flex-1">
                    What could be downloaded is not known. {catalog.error.message}
                  </p>
                  <Button onClick={() => catalog.refetch()}>Try again</Button>
                </div>
              )}
              {models && all.length === 0 && shown !== "fetchable" && words === "" && (
                <p className="mt-5 rounded-xl border border-line bg-raised px-4 py-3.5 text-ui text-soft">
                  No model is on this computer yet. One marked “Fits well” answers comfortably here;
                  or drop a GGUF file onto this window.
                </p>
              )}
              {hub && (
                <div className="mt-5 flex flex-wrap items-center gap-3 rounded-xl border border-line bg-raised px-4 py-3 text-ui">
                  <p className="min-w-0 flex-1 basis-64 [overflow-wrap:anywhere]">
                    <span className="font-medium">{hub}</span>
                    <span className="block text-small text-soft">
                      A file of the hub that Sotto does not know by name: which address is asked is
                      said in a terminal, never by a page. It shows first what would be fetched.
                    </span>
                  </p>
                  <CopyButton
                    text={`sotto models pull ${hub}`}
                    label="Copy the command that fetches it"
                    shown="Copy the command"
                  />
                </div>
              )}
              {models && groups.length === 0 && !hub && words.trim() !== "" && (
                <p role="status" className="py-10 text-center text-soft">
                  No model is found by “{words.trim()}”. A file of the hub is found by its whole
                  name: owner/repository/file.gguf
                </p>
              )}
              <ModelList
                groups={groups}
                standard={standard}
                best={best}
                hardware={hardware}
                loaded={runtime?.loaded ?? NO_MODELS}
                adapters={adapters}
                actions={actions}
                open={open}
                onToggle={onToggle}
                scroller={scroller}
              />
              {groups.length > 0 && (
                <p className="border-t border-line pt-3 text-small text-faint">
                  A GGUF file that is dropped onto this window is used where it is. What Ollama, LM
                  Studio, Jan, GPT4All and the Hugging Face programs keep is found by itself.
                </p>
              )}
            </Tabs.Content>
            <Tabs.Content value="bench" tabIndex={-1} className="outline-none">
              <Suspense>
                <BenchView chosen={toMeasure} onChoose={setToMeasure} />
              </Suspense>
            </Tabs.Content>
          </div>
        </div>
        <Suspense>
          {opened?.dialog === "limit" && hardware && (
            <LimitDialog
              hardware={hardware}
              models={all}
              catalog={items}
              wanted={opened.wanted}
              onClose={close}
            />
          )}
          {opened?.dialog === "download" && <DownloadDialog {...opened} onClose={close} />}
          {opened?.dialog === "settings" && (
            <ModelSettingsDialog
              model={opened.model}
              hardware={hardware}
              adapters={adapters}
              onClose={close}
            />
          )}
          {opened?.dialog === "remove" && <RemoveDialog model={opened.model} onClose={close} />}
          {opened?.dialog === "token" && <HubTokenDialog onClose={close} />}
        </Suspense>
      </main>
    </Tabs.Root>
  );
}
