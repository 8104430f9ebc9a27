// The chips below the field: what is given along with the question, and what is done with it. A chip of
// a text opens to all of it, because nothing is asked that was not shown.
import { Clipboard, FileText, Terminal, X } from "lucide-react";
import { useId, useState } from "react";
import { plural } from "../../components/format";
import type { ActionParameter, QuickContext } from "../../ipc";
import { QUICK } from "../../testing/landmarks";
import type { Along } from "./useAlong";
import { contextName, firstWords, wordsIn } from "./words";

const CHIP =
  "inline-flex min-h-7 max-w-full items-center gap-1.5 rounded-full border border-line bg-panel text-small text-soft";
const ICONS = { clipboard: Clipboard, file: FileText, pipe: Terminal };

function Remove({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={name}
      className="grid size-7 flex-none place-items-center rounded-full hover:bg-hover hover:text-ink"
      onClick={onClick}
    >
      <X className="icon-small" aria-hidden="true" />
    </button>
  );
}

function ContextChip({
  context,
  open,
  controls,
  onToggle,
  onRemove,
}: {
  context: QuickContext;
  open: boolean;
  controls: string;
  onToggle: () => void;
  onRemove: () => void;
}) {
  const Icon = ICONS[context.from.kind];
  return (
    <span className={CHIP}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={controls}
        title={open ? "Show less" : "Show all of it"}
        className="flex min-h-7 min-w-0 items-center gap-1.5 rounded-full pl-2.5 hover:text-ink"
        onClick={onToggle}
      >
        <Icon className="icon-small flex-none" aria-hidden="true" />
        <span className="truncate">
          {contextName(context)} · {plural(wordsIn(context.text), "word")} · “
          {firstWords(context.text)}”
        </span>
      </button>
      <Remove name={QUICK.removeContext} onClick={onRemove} />
    </span>
  );
}

interface ParameterProps {
  parameter: ActionParameter;
  value: string;
  onChange: (value: string) => void;
  onEnter: () => void;
}

function Parameter({ parameter, value, onChange, onEnter }: ParameterProps) {
  const look =
    "min-h-6 rounded-md border border-line-strong bg-raised px-1.5 text-small text-ink disabled:opacity-55";
  const common = {
    "aria-label": parameter.title,
    value,
    className: look,
    onChange: ({ target }: { target: { value: string } }) => onChange(target.value),
  };
  if (parameter.choices.length > 0) {
    return (
      <select {...common}>
        {parameter.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...common}
      type="text"
      placeholder={parameter.title}
      size={Math.min(Math.max(value.length, parameter.title.length, 6), 24)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.nativeEvent.isComposing || event.repeat) return;
        event.preventDefault();
        if (!event.ctrlKey && !event.metaKey) onEnter();
      }}
    />
  );
}

export function AlongRow({ along, onAsk }: { along: Along; onAsk: () => void }) {
  const { context, chosen } = along;
  const [shown, setShown] = useState<QuickContext | null>(null);
  const preview = useId();
  if (!context && !chosen) return null;
  const open = context !== null && shown === context;
  return (
    <fieldset aria-label={QUICK.along} className="min-w-0 pt-2">
      <div className="flex flex-wrap items-center gap-2">
        {context && (
          <ContextChip
            context={context}
            open={open}
            controls={preview}
            onToggle={() => setShown(open ? null : context)}
            onRemove={along.dropContext}
          />
        )}
        {chosen && (
          <span className={`${CHIP} gap-2 pl-2.5`} title={chosen.action.description}>
            /{chosen.action.name}
            {chosen.action.parameters.map((parameter) => (
              <Parameter
                key={parameter.name}
                parameter={parameter}
                value={chosen.values[parameter.name] ?? ""}
                onChange={(value) => along.set(parameter.name, value)}
                onEnter={onAsk}
              />
            ))}
            <Remove name={QUICK.removeAction} onClick={along.dropAction} />
          </span>
        )}
      </div>
      {context && (
        <div
          id={preview}
          hidden={!open}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
          tabIndex={0}
          className="mt-2 max-h-40 overflow-y-auto rounded-lg border border-line bg-panel px-3 py-2 text-small whitespace-pre-wrap [overflow-wrap:anywhere]"
        >
          {open && context.text}
        </div>
      )}
    </fieldset>
  );
}
