// Adapters of a model: which are attached, and how much each counts.
import { X } from "lucide-react";
import { IconButton } from "../../components/Button";
import { FIELD, Field } from "../../components/Field";
import type { AdapterUse, ModelView } from "../../ipc";

interface AdapterFieldsProps {
  /** Those that are here. */
  adapters: readonly ModelView[];
  /** The architecture that one must have been made for; empty if unknown. */
  architecture: string;
  used: readonly AdapterUse[];
  onChange: (used: AdapterUse[]) => void;
}

export function AdapterFields({ adapters, architecture, used, onChange }: AdapterFieldsProps) {
  const matching = adapters.filter(
    (each) => !each.architecture || !architecture || each.architecture === architecture,
  );
  const free = matching.filter(({ name }) => !used.some((use) => use.name === name));
  const titleOf = (name: string) => adapters.find((each) => each.name === name)?.title ?? name;
  const change = (name: string, scale: number) =>
    onChange(used.map((use) => (use.name === name ? { ...use, scale } : use)));
  return (
    <div className="flex flex-col gap-2.5 border-t border-line py-3.5">
      <p className="text-ui font-medium">Adapters</p>
      {used.length === 0 && matching.length === 0 && (
        <p className="text-small text-soft">
          None of its architecture is here. A LoRA adapter is a small GGUF file that changes a
          model; put it where models are, and it is offered here.
        </p>
      )}
      {used.map(({ name, scale }) => (
        <div key={name} className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span className="min-w-0 flex-1 basis-40 text-ui [overflow-wrap:anywhere]">
            {titleOf(name)}
          </span>
          <input
            type="range"
            aria-label={`How much ${titleOf(name)} counts`}
            min={0}
            max={2}
            step={0.05}
            value={scale ?? 1}
            className="w-36 accent-[var(--accent)]"
            onChange={({ target }) => change(name, Number(target.value))}
          />
          <span className="w-9 text-end text-ui tabular-nums">{(scale ?? 1).toFixed(2)}</span>
          <IconButton
            label={`Take ${titleOf(name)} off`}
            title="Take off"
            icon={<X className="icon-small" aria-hidden="true" />}
            onClick={() => onChange(used.filter((use) => use.name !== name))}
          />
        </div>
      ))}
      {used.length > 0 && (
        <p className="text-small text-soft">
          1 is as it was trained, 0 as if it were not there, above 1 more than it was trained for.
        </p>
      )}
      {free.length > 0 && (
        <Field label="Attach">
          {(ids) => (
            <select
              {...ids}
              value=""
              className={`${FIELD} max-w-80`}
              onChange={({ target }) =>
                target.value && onChange([...used, { name: target.value, scale: 1 }])
              }
            >
              <option value="">Choose an adapter</option>
              {free.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </div>
  );
}
