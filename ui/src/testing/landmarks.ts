// The names by which the window's parts are found, by tests and by people who listen to it. The
// components take their names from here, so a test never spells one by itself.
//
// How a test drives the window:
// - `document.documentElement.dataset.ready === "composer"`: the composer takes text.
// - Every part below is found by its accessible name (`aria-label`) with the role in its comment.
// - Messages are `article` elements in the `feed`; `data-message` is the message's id,
//   `data-role` is `user` or `assistant`, `data-state` is the message's state
//   (`streaming`, `complete`, `stopped`, `failed`, `interrupted`).
// - An answer's Markdown is in `[data-testid="answer-text"]`, a question's text in
//   `[data-testid="question-text"]`.
// - A conversation's row is `button[data-conversation]`, its value the id; `aria-current="page"`
//   on the open one.
// - Actions on a message are buttons with the names under `ACTIONS`, inside its article.
// - Dialogs have `role="dialog"` and their title as name; toasts `role="status"` or `"alert"`
//   inside the region `notices`; menu entries are `menuitem` or `menuitemradio`.

/** Names of the window's parts. */
export const NAMES = {
  /** navigation: the left side */
  conversations: "Conversations",
  /** heading (for those who listen) above the groups by day, each a region with its heading */
  conversationList: "All conversations",
  /** button */
  newConversation: "New conversation",
  /** button that opens the palette */
  search: "Search everything",
  /** textbox while a conversation is renamed */
  rename: "New title",
  /** main: the chat */
  chat: "Chat",
  /** feed: the messages */
  messages: "Messages",
  /** textbox: where a question is typed */
  composer: "Question",
  /** button */
  send: "Send",
  /** button, while an answer is written */
  stop: "Stop",
  /** button that opens the menu of models */
  modelPicker: "Model",
  /** textbox while a question is edited */
  editQuestion: "Edit the question",
  /** button, when the end is out of sight */
  jump: "Jump to the end",
  /** region of passing messages */
  notices: "Notices",
  /** dialog and combobox of the palette */
  palette: "Search and actions",
  /** dialog */
  shortcuts: "Keyboard shortcuts",
  /** button */
  sidebarToggle: "Show or hide conversations",
  /** textbox on the passphrase screen */
  passphrase: "Passphrase",
  /** textbox on the passphrase screen, when a new one is chosen */
  passphraseAgain: "Passphrase again",
  /** button on the passphrase screen and where the history cannot be opened */
  keepNothing: "Go on without keeping anything",
  /** button that opens the menu with "Block cloud now"; its name goes on with the place */
  place: "Where questions go",
  /** menuitem */
  block: "Block cloud now",
  /** menuitem, and button in the banner while it is blocked */
  unblock: "Unblock",
  /** dialog, and menuitem of the model picker: a larger model for the next question */
  larger: "Ask a larger model",
  /** button beside the composer while a larger model is chosen */
  askHere: "Ask the model on this computer instead",
  /** button beside the composer while the person decides in the other window */
  takeBack: "Take back",
  /** button in the header, where messages were sent; its name goes on with how many */
  left: "What was sent of this conversation",
  /** dialog, menuitem and button */
  settings: "Settings",
  /** button where something is missing that the settings have */
  openSettings: "Open the settings",
  /** dialog and menuitem */
  ledger: "What left this computer",
  /** dialog: the window is closed for the first time where there is a tray */
  closing: "Keep Sotto in the tray?",
  /** button of that dialog: has the focus at first */
  endHere: "End Sotto",
  /** button of that dialog */
  stayInTray: "Keep it in the tray",
  /** button of the note that there is no tray */
  dismissTrayNote: "Understood",
  /** switch in the settings */
  sessionStart: "Start with the session",
  /** select in the settings */
  whenClosed: "When the window is closed",
  /** button in the settings that takes the next keys; its name goes on with the keys it has */
  shortcutQuick: "Open the quick prompt",
  /** another such button */
  shortcutClipboard: "Open the quick prompt with the clipboard",
  /** button beside each of them; its name goes on with theirs */
  defaultKeys: "Default keys",
  /** button beside each of them; its name goes on with theirs */
  noKeys: "Turn off",
  /** button, where the desktop gives the keys and shows its settings for them */
  desktopKeys: "Change them in the desktop’s settings",
  /** button, where the desktop gave no keys */
  askDesktop: "Ask the desktop again",
  /** main in place of the chat, button at the foot of the left side, and entry of the palette */
  models: "Models",
  /** menuitem of the model picker */
  allModels: "All models…",
  /** menuitem of the model picker: the memory is given back; its name goes on with the model's */
  unload: "Unload",
  /** menuitem of the model picker */
  load: "Load now",
  /** menuitem of the model picker, and entry of the palette */
  pause: "Pause the runtime",
  /** menuitem of the model picker, entry of the palette, and button where it is paused */
  resume: "Resume the runtime",
} as const;

/** Names of the buttons on a message. */
export const ACTIONS = {
  copy: "Copy",
  again: "Again",
  /** opens a menu of models */
  againWith: "Again with another model",
  edit: "Edit",
  details: "Details",
  previous: "Previous version",
  next: "Next version",
  goOn: "Go on",
  askAgain: "Ask again",
  tryAgain: "Try again",
  dropOldest: "Leave out the oldest messages",
  chooseModel: "Choose another model",
  /** the answer once more by a larger model */
  larger: "Larger model…",
  /** an answer from elsewhere once more, by the model on this computer */
  againHere: "Again here",
} as const;

/** Names of the parts of the page of models. Rows are articles with the model's title as name;
 *  `data-row` is `model/` and its name for the program, or `item/` and its id in the catalogue. */
export const MODELS_PAGE = {
  /** tabs */
  list: "Choose",
  measure: "Measure",
  /** button that leads back */
  close: "Back to the chat",
  /** searchbox */
  find: "Find a model",
  /** group of buttons, pressed: which rows are shown */
  show: "Show",
  /** regions with their headings */
  here: "On this computer",
  fetchable: "Can be downloaded",
  embedding: "For finding by meaning",
  adapters: "Adapters",
  /** region: what models run on */
  hardware: "This computer",
  /** button in it, and dialog */
  changeLimit: "Change",
  limit: "Limit for models",
  limitField: "Gigabytes",
  /** button of that dialog: as Sotto takes it */
  noLimit: "As Sotto takes it",
  /** button */
  add: "Add a file…",
  /** buttons of a row; their names go on with the model's title */
  load: "Load",
  unload: "Unload",
  raise: "Raise limit…",
  download: "Download",
  more: "More about",
  /** menuitems of a row */
  makeDefault: "Use for new conversations",
  settings: "Settings…",
  measureThis: "Measure…",
  copyPath: "Copy where its file is",
  folder: "Open models folder",
  remove: "Remove…",
  downloadAnyway: "Download anyway…",
  /** menuitem of the page, where several are in memory */
  unloadAll: "Unload all",
  /** dialogs; their names go on with the model's title */
  settingsOf: "Settings of",
  removeOf: "Remove",
} as const;

/** Names of what downloads have. */
export const DOWNLOAD = {
  /** region at the foot of the left side */
  strip: "On its way",
  /** dialog, goes on with the title */
  dialog: "Download",
  /** buttons of that dialog */
  yes: "Download",
  /** goes on with the host, where only it knows how large the file is */
  ask: "Ask",
  goOn: "Go on with the download",
  /** buttons; their names go on with the title */
  pause: "Pause",
  resume: "Go on with",
  cancel: "Stop",
  again: "Try again",
  /** dialog */
  token: "Token for the hub",
} as const;

/** Names of the parts of the measurement. */
export const BENCH = {
  /** select */
  model: "Model to measure",
  /** buttons */
  measure: "Measure",
  stop: "Stop",
  /** region */
  result: "Result",
  /** table */
  earlier: "Measured on this computer",
} as const;

/** Names of the quick prompt's parts; its field has the name of the chat's. */
export const QUICK = {
  /** region: the answer; `data-state` as a message's, its Markdown in `[data-testid=answer-text]` */
  answer: "Answer",
  /** toolbar: one key each */
  keys: "What can be done",
  /** button: C */
  copy: "Copy",
  /** button: P, without the marks of Markdown */
  plain: "Plain text",
  /** button: X, copies and closes */
  insert: "Copy and close",
  /** button: K, where it is kept nowhere */
  keep: "Keep",
  /** button: / */
  slash: "Actions",
  /** listbox */
  actions: "Actions",
  /** button: Alt+V */
  clipboard: "Clipboard",
  /** button, pressed while what is asked next is kept nowhere: Alt+T */
  temporary: "Temporary",
  /** group: what goes along with the question */
  along: "Given along",
  /** buttons in it */
  removeContext: "Do not give it along",
  removeAction: "No action",
  /** button: Ctrl+Enter */
  goOn: "Continue in Sotto",
  /** the same button where the conversation is kept nowhere yet */
  keepAndGoOn: "Keep and continue in Sotto",
  /** button: R */
  again: "Again",
  /** button: L, where a larger model can be asked */
  larger: "Larger model…",
  /** button: Ctrl+N */
  anew: "New",
  /** button: Enter */
  ask: "Ask",
  /** button: Esc, while an answer is written */
  stop: "Stop",
  /** button: Esc, while something is typed */
  clear: "Clear",
  /** button: Esc otherwise */
  close: "Close",
  /** button, pressed while the window stays open */
  pin: "Keep it open",
  /** group of buttons, where several larger models can be asked */
  which: "Which larger model?",
} as const;

/** Names of the consent window's parts. */
export const CONSENT = {
  /** button: has the focus at first; Esc does the same */
  deny: "Don’t send",
  /** button, `aria-disabled` until the core takes a yes */
  approve: "Send once",
  /** region: what would be sent; its parts are `[data-part]`, their text `[data-testid=part-text]` */
  text: "What would be sent",
  /** checkbox, only for a server of the person's own network */
  standing: "Do not ask again for this server",
} as const;
