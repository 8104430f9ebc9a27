// A number that may be left to Sotto: a slider where one helps, the number itself, what it is
// otherwise, and a way back to that.
import { RotateCcw } from "lucide-react";
import { useId } from "react";
import { IconButton } from "../../components/Button";
import { FIELD } from "../../components/Field";
import type { Parameter } from "./parameters";
import { numberOf, wrongWith } from "./parameters";

interface NumberFieldProps {
  of: Omit<Parameter, "name">;
  /** What stands in the field; empty is the default. */
  typed: string;
  /** What is said besides, now. */
  more?: string;
  onType: (typed: string) => void;
}

export function NumberField({ of, typed, more, onType }: NumberFieldProps) {
  const { label, hint, least, most, step, standard } = of;
  const id = useId();
  const wrong = wrongWith(typed, of);
  const chosen = typed.trim() !== "";
  const number = chosen ? numberOf(typed, of.whole) : Number(standard.replaceAll(",", ""));
  return (
    <div className="flex flex-col gap-1 border-t border-line py-3">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <label htmlFor={id} className="text-ui font-medium">
          {label}
        </label>
        <span className="min-w-0 flex-1 text-small text-faint">Default: {standard}</span>
        {chosen && (
          <IconButton
            label={`Back to the default: ${label}`}
            title="Back to the default"
            icon={<RotateCcw className="icon-small" aria-hidden="true" />}
            onClick={() => onType("")}
          />
        )}
        <input
          id={id}
          inputMode="decimal"
          value={typed}
          placeholder={standard}
          aria-invalid={wrong !== "" || undefined}
          aria-describedby={`${id}-hint`}
          className={`${FIELD} !w-32 flex-none tabular-nums`}
          onChange={({ target }) => onType(target.value)}
        />
      </div>
      {step !== null && (
        <input
          type="range"
          aria-label={`${label}, by sliding`}
          min={least}
          max={most}
          step={step}
          value={number === null || Number.isNaN(number) ? least : number}
          className={`my-1 w-full accent-[var(--accent)] ${chosen ? "" : "opacity-60"}`}
          onChange={({ target }) => onType(target.value)}
        />
      )}
      <p id={`${id}-hint`} className="text-small text-soft">
        {wrong && <span className="text-danger">{wrong} </span>}
        {hint}
        {more && <span> {more}</span>}
      </p>
    </div>
  );
}
