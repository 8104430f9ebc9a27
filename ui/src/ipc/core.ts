// What the core can do, as the features see it: plain promises and one listener. Whether a shell,
// a browser tab or a test is behind it is nobody's business above this folder.
import type {
  ActionsView,
  AnswerAgain,
  ApiError,
  AppEvent,
  Asked,
  AskRequest,
  CatalogItem,
  CloudView,
  ConversationSummary,
  ConversationView,
  Decided,
  DesktopView,
  DownloadOffer,
  DownloadView,
  ErrorCode,
  HardwareView,
  HubView,
  LargerRequest,
  LedgerView,
  Measurement,
  ModelSettings,
  ModelsView,
  ProviderAnswer,
  ProviderEntry,
  QuickAsk,
  QuickContext,
  QuickConversationView,
  QuickEvent,
  QuickHandover,
  QuickSize,
  RuntimeView,
  SearchHit,
  ShortcutChoice,
  ShortcutName,
  ShortcutsView,
  Startup,
  WhenClosed,
} from "./bindings.gen";

export interface Core {
  /** Hears everything that the core tells by itself, until the returned function is called. */
  subscribe(listener: (event: AppEvent) => void): () => void;
  /** The composer is painted and takes text. */
  composerReady(): Promise<void>;
  startup(): Promise<Startup>;
  unlock(passphrase: string): Promise<Startup>;
  retryHistory(): Promise<Startup>;
  /** Goes on without a history: what is said is forgotten at the end. */
  keepNothing(): Promise<Startup>;
  /** Newest first. */
  listConversations(): Promise<ConversationSummary[]>;
  openConversation(id: string): Promise<ConversationView>;
  /** Resolves when the question is on disk; the answer follows as events. */
  ask(request: AskRequest): Promise<Asked>;
  editQuestion(message: string, text: string): Promise<Asked>;
  answerAgain(answer: string, how: AnswerAgain): Promise<Asked>;
  stop(conversation: string): Promise<void>;
  chooseAlternative(message: string): Promise<ConversationView>;
  renameConversation(id: string, title: string): Promise<void>;
  deleteConversation(id: string): Promise<void>;
  restoreConversation(id: string): Promise<void>;
  /** `null` as the conversation: the model that answers unless another is chosen. */
  chooseModel(conversation: string | null, model: string): Promise<void>;
  models(): Promise<ModelsView>;
  runtime(): Promise<RuntimeView>;
  openModelsFolder(): Promise<void>;
  /** `null`: the model that answers unless another is chosen. Resolves when it is in memory. */
  loadModel(model: string | null): Promise<void>;
  /** `null`: all that are in memory. */
  unloadModel(model: string | null): Promise<void>;
  /** No model in memory until a question is asked, one is loaded, or it is resumed. */
  pauseRuntime(): Promise<void>;
  resumeRuntime(): Promise<void>;
  /** What models run on here. */
  hardware(): Promise<HardwareView>;
  /** Bytes that all models in memory may take; `null`: as Sotto takes it. */
  setMemoryLimit(bytes: number | null): Promise<HardwareView>;
  /** Models that Sotto knows by name. */
  catalog(): Promise<CatalogItem[]>;
  modelSettings(model: string): Promise<ModelSettings>;
  setModelSettings(model: string, settings: ModelSettings): Promise<void>;
  /** The system asks for a file. Resolves to the model's name; `null`: nothing was chosen. */
  importModel(): Promise<string | null>;
  /** Deletes its file where it is Sotto's, and forgets where it is otherwise. */
  removeModel(model: string): Promise<void>;
  /** Resolves when it is measured; how far it is comes as events. */
  benchModel(model: string): Promise<Measurement>;
  stopBench(): Promise<void>;
  /** Newest first. */
  measurements(): Promise<Measurement[]>;
  /** What a person is shown before they say yes; nothing is fetched yet. */
  /** What is known without asking anybody. */
  previewDownload(id: string): Promise<DownloadOffer>;
  /** With what only the hub knows, which is asked for it. */
  offerDownload(id: string): Promise<DownloadOffer>;
  /** The yes. Resolves when it is in the queue. */
  download(id: string): Promise<void>;
  pauseDownload(id: string): Promise<void>;
  resumeDownload(id: string): Promise<void>;
  /** Ends it; what is here of it is deleted. */
  cancelDownload(id: string): Promise<void>;
  /** Those that are not done. */
  downloads(): Promise<DownloadView[]>;
  /** The hub that models come from now, and whether a token for it is kept. */
  modelHub(): Promise<HubView>;
  /** Takes the hub's token out of the clipboard into the keyring: no page ever holds it. */
  keepHubToken(): Promise<void>;
  removeHubToken(): Promise<void>;
  search(words: string): Promise<SearchHit[]>;
  /** Who runs larger models elsewhere, and whether they may be asked. */
  cloud(): Promise<CloudView>;
  turnCloud(on: boolean): Promise<CloudView>;
  /** Every yes is void, what is on its way is cut, nothing may be asked until it is unblocked. */
  blockCloud(): Promise<CloudView>;
  unblockCloud(): Promise<CloudView>;
  saveProvider(entry: ProviderEntry): Promise<CloudView>;
  removeProvider(provider: string): Promise<CloudView>;
  /** A key goes in and never comes out. */
  /** Takes a key out of the clipboard into the keyring: no page ever holds it. */
  takeKey(provider: string): Promise<CloudView>;
  removeKey(provider: string): Promise<CloudView>;
  /** Asks for the provider's models, and before that for a yes; resolves when that is decided. */
  testProvider(provider: string): Promise<ProviderAnswer>;
  withdrawStandingYes(server: string): Promise<CloudView>;
  setOwnWords(words: string[]): Promise<CloudView>;
  /** Resolves when the person has decided in the consent window. */
  askLarger(request: LargerRequest): Promise<Decided>;
  /** Takes back what waits for a decision. */
  withdrawLarger(): Promise<void>;
  ledger(): Promise<LedgerView>;
  /** Resolves to the path of the new file. */
  exportLedger(): Promise<string>;
  /** How Sotto sits in the desktop. */
  desktop(): Promise<DesktopView>;
  /** `ask` also puts a question off that stands. */
  setWhenClosed(chosen: WhenClosed): Promise<void>;
  setSessionStart(on: boolean): Promise<void>;
  /** The person has read that there is no tray. */
  dismissTrayNote(): Promise<void>;
  /** Closes the window as its frame does. */
  closeWindow(): Promise<void>;
  /** Ends Sotto. */
  quit(): Promise<void>;

  /** The keys of the quick prompt, and whether they work. */
  shortcuts(): Promise<ShortcutsView>;
  /** Takes other keys at once; where they cannot be had the old ones stay, and the error says why. */
  chooseShortcut(name: ShortcutName, choice: ShortcutChoice): Promise<void>;
  /** Asks the desktop for keys once more, or has it show its settings for those that it gives. */
  askDesktopForShortcuts(): Promise<void>;

  // For the quick prompt's page alone; the shell refuses them to others.
  /** Hears when its window comes and goes, until the returned function is called. */
  subscribeQuick(listener: (event: QuickEvent) => void): () => void;
  quickAsk(ask: QuickAsk): Promise<Asked>;
  /** What it goes on with; `null` begins anew. */
  quickConversation(): Promise<QuickConversationView | null>;
  /** Keeps in the history what was to be kept nowhere. */
  quickKeep(): Promise<void>;
  /** What is in the clipboard, to be given along; costs a press. */
  quickClipboard(): Promise<QuickContext>;
  /** Copies a text; costs a press. */
  quickCopy(text: string): Promise<void>;
  /** What can be done with a text. */
  actions(): Promise<ActionsView>;
  /** It is about nothing any more: what was kept nowhere is gone. */
  quickAnew(): Promise<void>;
  /** The chat window comes forward and goes on. */
  quickHandOver(what: QuickHandover): Promise<void>;
  quickHide(): Promise<void>;
  /** Whether its window stays when another one gets the focus. */
  quickStay(stays: boolean): Promise<void>;
  quickResize(size: QuickSize): Promise<void>;
  /** The person holds it and moves it. */
  quickDrag(): Promise<void>;
}

/** An error of the core: a code to act on and a message to show. */
export class CoreError extends Error implements ApiError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = "CoreError";
    this.code = code;
  }

  /** Anything thrown, as an error of the core. What is not one keeps its message. */
  static from(thrown: unknown): CoreError {
    if (thrown instanceof CoreError) return thrown;
    if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
      const { code, message } = thrown as ApiError;
      return new CoreError(code, message);
    }
    return new CoreError("other", thrown instanceof Error ? thrown.message : String(thrown));
  }
}
