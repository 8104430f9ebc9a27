// What the person asked: their words in a bubble on the right, with edit, copy and other versions.
import { Pencil } from "lucide-react";
import { useRef } from "react";
import { Button, IconButton } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import type { ShownMessage } from "../../ipc";
import { ACTIONS, NAMES } from "../../testing/landmarks";
import { Alternatives } from "./Alternatives";
import { draftFrom, EMPTY, textOf } from "./drafts";
import { FoldedText } from "./FoldedText";
import { LeftMark } from "./LeftMark";
import { TextBox, type TextBoxHandle } from "./TextBox";

interface QuestionEditorProps {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
}

function QuestionEditor({ text, onSave, onCancel }: QuestionEditorProps) {
  const box = useRef<TextBoxHandle>(null);
  const save = () => {
    const edited = textOf(box.current?.draft() ?? EMPTY);
    if (edited !== "") onSave(edited);
  };
  return (
    <div className="w-full rounded-2xl border border-focus bg-raised px-3.5 pt-2.5 pb-2.5 shadow-small">
      <TextBox
        ref={box}
        label={NAMES.editQuestion}
        initial={draftFrom(text)}
        autoFocus
        onSend={save}
        onKey={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onCancel();
        }}
      />
      <div className="mt-2 flex flex-wrap items-center justify-end gap-2">
        <p className="min-w-0 flex-1 basis-40 text-small text-faint">
          The old version and its answer stay beside it.
        </p>
        <Button onClick={onCancel}>Cancel</Button>
        <Button kind="primary" onClick={save}>
          Ask this
        </Button>
      </div>
    </div>
  );
}

interface QuestionRowProps {
  message: ShownMessage;
  editing: boolean;
  /** An answer is being written: nothing else can be asked. */
  busy: boolean;
  onEditing: (id: string | null) => void;
  onEdit: (id: string, text: string) => void;
  onWalk: (to: string) => void;
}

export function QuestionRow({
  message,
  editing,
  busy,
  onEditing,
  onEdit,
  onWalk,
}: QuestionRowProps) {
  if (editing) {
    return (
      <QuestionEditor
        text={message.text}
        onCancel={() => onEditing(null)}
        onSave={(text) => onEdit(message.id, text)}
      />
    );
  }
  return (
    <div className="group flex flex-row-reverse flex-wrap items-end justify-start gap-x-1.5 gap-y-1">
      <div
        data-testid="question-text"
        dir="auto"
        className="max-w-[min(78%,70ch)] rounded-[1rem_1rem_0.25rem_1rem] border border-transparent bg-panel px-4 py-2.5 [overflow-wrap:anywhere] contrast-more:border-line"
      >
        <FoldedText id={message.id} text={message.text} />
      </div>
      {message.left_to.length > 0 && (
        <span className="order-last flex basis-full justify-end">
          <LeftMark hosts={message.left_to} />
        </span>
      )}
      <Alternatives message={message} disabled={busy} onWalk={onWalk} />
      <span className="flex items-center opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100 forced-colors:opacity-100">
        <IconButton
          label={ACTIONS.edit}
          icon={<Pencil className="icon-small" aria-hidden="true" />}
          disabled={busy}
          onClick={() => onEditing(message.id)}
        />
        <CopyButton text={message.text} label={ACTIONS.copy} />
      </span>
    </div>
  );
}
