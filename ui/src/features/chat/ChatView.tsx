// The chat: header, messages or a greeting, and the composer, which is there before any of them.
import {
  lazy,
  type ReactNode,
  type Ref,
  Suspense,
  useCallback,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { Button } from "../../components/Button";
import { showError } from "../../components/toasts";
import { useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";
import { choicesOf, chosenFrom } from "../larger/choices";
import { useCloud } from "../larger/useCloud";
import { type Chosen, chooseLarger, useLarger } from "../larger/waiting";
import { useChooseModel, useModels, useRuntime } from "../models/useModels";
import { inFlight, lastQuestion } from "./branch";
import { ChatHeader } from "./ChatHeader";
import { Composer, type ComposerHandle } from "./Composer";
import { useConversation, useTurn } from "./useConversation";

// Not needed to take a question, so not in the way of the composer.
const loadMessages = () => import("./MessageList");
const MessageList = lazy(async () => ({ default: (await loadMessages()).MessageList }));
const LargerDialog = lazy(() => import("../larger/LargerDialog"));

/** Loads what shows messages before it is needed. */
export function preloadMessages(): void {
  void loadMessages();
}

export interface ChatHandle {
  focusComposer: () => void;
  /** Stops the answer in flight; false if there is none. */
  stop: () => boolean;
  openModelPicker: () => void;
  /** Takes over what was typed elsewhere for a conversation. */
  take: (conversation: string | null, text: string) => void;
}

interface ChatViewProps {
  ref: Ref<ChatHandle>;
  /** Another page stands in its place; everything in it stays as it is. */
  hidden: boolean;
  /** What stands in a conversation that has not begun. */
  greeting: ReactNode;
  /** Lasting messages above the chat. */
  banners: ReactNode;
  /** Resolves when the history can be written. */
  ready: () => Promise<void>;
  onToggleSidebar: () => void;
  onSettings: () => void;
  onLedger: () => void;
}

const NO_MESSAGES: never[] = [];

export function ChatView(props: ChatViewProps) {
  const { ref, hidden, greeting, banners, ready, onToggleSidebar, onSettings, onLedger } = props;
  const core = useCore();
  const open = useSelection((selection) => selection.open);
  const { data: view, error, refetch } = useConversation(open);
  const models = useModels();
  const runtime = useRuntime();
  const chooseModel = useChooseModel();
  const turn = useTurn(open);
  const composer = useRef<ComposerHandle>(null);
  const [pickerOpen, setPickerOpen] = useState(false);
  const [editing, setEditing] = useState<string | null>(null);
  // The model of a conversation that has not begun; the core learns of it with the first question.
  const [modelToBe, setModelToBe] = useState<string | null>(null);
  const cloud = useCloud();
  const waiting = useLarger((larger) => larger.waiting?.conversation === open && larger.waiting);
  // For what a larger model is being chosen: an answer once more, or the next question.
  const [choosing, setChoosing] = useState<{ answer: string | null } | null>(null);

  const messages = view?.messages ?? NO_MESSAGES;
  const answering = inFlight(view) !== undefined;
  const model = (open === null ? modelToBe : view?.conversation.model) ?? models?.default ?? null;
  const context = view?.conversation.context ?? runtime?.context ?? 0;
  const focusComposer = useCallback(() => composer.current?.focus(), []);
  const openModelPicker = useCallback(() => setPickerOpen(true), []);

  const onEditing = useCallback((id: string | null) => {
    setEditing(id);
    if (id === null) composer.current?.focus();
  }, []);

  const onChosen = useCallback(
    (answer: string | null, choice: Chosen) => {
      if (answer === null) {
        chooseLarger(choice);
        focusComposer();
      } else {
        void turn.askLarger({ kind: "again", answer }, choice, onSettings).then(focusComposer);
      }
    },
    [turn, focusComposer, onSettings],
  );
  const onLarger = useCallback(
    (answer: string | null) => {
      const [only, ...others] = choicesOf(cloud);
      if (!only || others.length > 0) return setChoosing({ answer });
      onChosen(answer, chosenFrom(only));
    },
    [cloud, onChosen],
  );

  useImperativeHandle(ref, () => ({
    focusComposer,
    stop: () => {
      if (waiting) {
        core.withdrawLarger().catch(showError);
        return true;
      }
      if (answering) turn.stop();
      return answering;
    },
    openModelPicker,
    take: (conversation, text) => composer.current?.take(conversation, text),
  }));

  const onSend = async (text: string) => {
    await ready();
    const larger = useLarger.getState().chosen;
    if (larger) {
      const what = { kind: "new", conversation: open, text } as const;
      return turn.askLarger(what, larger, onSettings);
    }
    const sent = await turn.ask(text, open === null ? modelToBe : null);
    if (sent) setModelToBe(null);
    return sent;
  };

  return (
    <main hidden={hidden} aria-label={NAMES.chat} className="flex min-h-0 min-w-0 flex-col">
      <ChatHeader
        messages={messages}
        title={open === null ? "New conversation" : (view?.conversation.title ?? "…")}
        model={model}
        pickerOpen={pickerOpen}
        onPickerOpen={setPickerOpen}
        onChooseModel={(name) => (open === null ? setModelToBe(name) : chooseModel(open, name))}
        onMakeDefault={(name) => chooseModel(null, name)}
        onToggleSidebar={onToggleSidebar}
        onLarger={() => onLarger(null)}
        onSettings={onSettings}
        onLedger={onLedger}
      />
      {banners}
      <div className="grid min-h-0 flex-1 grid-rows-[minmax(0,1fr)]">
        {open === null ? (
          greeting
        ) : error ? (
          <div role="alert" className="mx-auto flex max-w-[47.5rem] flex-col items-start gap-3 p-8">
            <p>This conversation could not be opened. {error.message}</p>
            <Button onClick={() => refetch()}>Try again</Button>
          </div>
        ) : view ? (
          <Suspense fallback={<div aria-busy="true" />}>
            <MessageList
              key={open}
              messages={messages}
              models={models}
              runtime={runtime}
              editing={editing}
              onEditing={onEditing}
              turn={turn}
              onChooseModel={openModelPicker}
              onLarger={onLarger}
              onBegun={focusComposer}
            />
          </Suspense>
        ) : (
          <div aria-busy="true" />
        )}
      </div>
      <Composer
        ref={composer}
        conversation={open}
        messages={messages}
        context={context}
        answering={answering}
        cannotSend={
          // Of a runtime that was given up nothing is known; asking starts it again.
          models &&
          !models.models.some(({ kind }) => kind === "chat") &&
          runtime?.state !== "failed"
            ? "There is no model on this computer yet. Download one, or drop a GGUF file onto the window."
            : null
        }
        onSend={onSend}
        onStop={() => {
          turn.stop();
          focusComposer();
        }}
        onEditLast={() => {
          const question = lastQuestion(view);
          if (question && !answering) setEditing(question.id);
        }}
      />
      <Suspense>
        {choosing && (
          <LargerDialog
            onChoose={(choice) => onChosen(choosing.answer, choice)}
            onSettings={onSettings}
            onClose={() => setChoosing(null)}
            onReturn={focusComposer}
          />
        )}
      </Suspense>
    </main>
  );
}
