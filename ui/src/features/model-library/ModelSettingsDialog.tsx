// How a model is run: context, how words are chosen, how long it stays in memory, adapters. What
// nobody chose is Sotto's to choose, and says what it is.
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { FIELD } from "../../components/Field";
import { bytes, count } from "../../components/format";
import { showNote } from "../../components/toasts";
import {
  type AdapterUse,
  type HardwareView,
  type ModelSettings,
  type ModelView,
  useCore,
} from "../../ipc";
import { MODELS_PAGE } from "../../testing/landmarks";
import { useTry } from "../desktop/useDesktop";
import { AdapterFields } from "./AdapterFields";
import { NumberField } from "./NumberField";
import {
  GRAPHICS_LAYERS,
  isWholeNumber,
  KEEP_ALIVE,
  LEAST_CONTEXT,
  numberOf,
  PARAMETERS,
  type Parameter,
  wrongWith,
} from "./parameters";
import { needed } from "./words";

type Numbers = Record<"context" | "keep_alive" | Parameter["name"], string>;

interface Draft {
  numbers: Numbers;
  adapters: AdapterUse[];
}

const text = (value: number | null | undefined) => (value == null ? "" : String(value));

/** What stands in the fields. Numbers come as single-precision ones: `0.3` and not `0.30000001`. */
export function draftOf(settings: ModelSettings): Draft {
  const short = (value: number | null | undefined) =>
    value == null ? "" : String(Number(value.toPrecision(6)));
  return {
    numbers: {
      context: text(settings.context),
      temperature: short(settings.temperature),
      top_k: text(settings.top_k),
      top_p: short(settings.top_p),
      min_p: short(settings.min_p),
      repeat_penalty: short(settings.repeat_penalty),
      seed: text(settings.seed),
      keep_alive: text(settings.keep_alive),
      graphics_layers: text(settings.graphics_layers),
    },
    adapters: settings.adapters ?? [],
  };
}

const NOTHING_CHOSEN: Draft = draftOf({});

function settingsOf({ numbers, adapters }: Draft): ModelSettings {
  const entries = Object.entries(numbers).map(([name, typed]) => [
    name,
    numberOf(typed, isWholeNumber(name)),
  ]);
  return { ...(Object.fromEntries(entries) as Record<keyof Numbers, number | null>), adapters };
}

/** What so much context costs, and whether it fits. */
export function contextCost({ fit }: ModelView, tokens: number | null): string {
  if (!fit || fit.context === 0) return "";
  const asked = tokens ?? fit.context;
  const cache = (fit.cache / fit.context) * asked;
  const whole = needed({ ...fit, cache });
  const words = `${count(asked)} tokens take ${bytes(cache)} of memory, with the weights ${bytes(whole)} in all.`;
  return whole > fit.room ? `${words} That is more than the ${bytes(fit.room)} for models.` : words;
}

function contextField({ context_length, fit }: ModelView): Omit<Parameter, "name"> {
  const most = context_length || 1_048_576;
  return {
    label: "Context",
    hint: `How much it can look at at once: question, answers and what is given along. It was trained for ${context_length ? `${count(most)} tokens` : "an unknown number"}.`,
    least: LEAST_CONTEXT,
    most,
    step: LEAST_CONTEXT,
    whole: true,
    standard: fit ? count(fit.context) : "as much as fits",
  };
}

function KeepAlive({ typed, onChoose }: { typed: string; onChoose: (typed: string) => void }) {
  const id = useId();
  const listed = typed === "" || KEEP_ALIVE.some(([value]) => String(value) === typed);
  return (
    <div className="flex flex-col gap-1 border-t border-line py-3">
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor={id} className="min-w-0 flex-1 basis-56 text-ui font-medium">
          Stays in memory after its last use
        </label>
        <select
          id={id}
          value={typed}
          aria-describedby={`${id}-hint`}
          className={`${FIELD} !w-auto`}
          onChange={({ target }) => onChoose(target.value)}
        >
          <option value="">As Sotto takes it</option>
          {KEEP_ALIVE.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
          {!listed && <option value={typed}>{typed} seconds</option>}
        </select>
      </div>
      <p id={`${id}-hint`} className="text-small text-soft">
        As long as it is there, the next answer begins at once.
      </p>
    </div>
  );
}

interface FormProps {
  model: ModelView;
  kept: ModelSettings;
  hardware: HardwareView | undefined;
  adapters: readonly ModelView[];
  onClose: () => void;
}

function SettingsForm({ model, kept, hardware, adapters, onClose }: FormProps) {
  const core = useCore();
  const attempt = useTry();
  const [draft, setDraft] = useState(() => draftOf(kept));
  const context = contextField(model);
  const graphics = (hardware?.graphics.length ?? 0) > 0;
  const fields = [...PARAMETERS, ...(graphics ? [GRAPHICS_LAYERS] : [])];
  const type = (name: keyof Numbers) => (typed: string) =>
    setDraft((now) => ({ ...now, numbers: { ...now.numbers, [name]: typed } }));
  const wrong =
    wrongWith(draft.numbers.context, context) !== "" ||
    fields.some((field) => wrongWith(draft.numbers[field.name], field) !== "");
  const asDefault = JSON.stringify(draft) === JSON.stringify(NOTHING_CHOSEN);
  const contextTokens = wrongWith(draft.numbers.context, context)
    ? null
    : numberOf(draft.numbers.context, true);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (wrong) {
      event.currentTarget.querySelector<HTMLElement>("[aria-invalid]")?.focus();
      return;
    }
    if (!(await attempt(() => core.setModelSettings(model.name, settingsOf(draft))))) return;
    showNote(`Kept. ${model.title} answers the next question so.`);
    onClose();
  };
  return (
    <form className="px-6 pt-1" onSubmit={submit}>
      <p className="py-3 text-ui text-soft">
        These hold for {model.title} wherever it answers; an action that says otherwise goes first.
      </p>
      <NumberField
        of={context}
        typed={draft.numbers.context}
        more={contextCost(model, contextTokens)}
        onType={type("context")}
      />
      {fields.map((field) => (
        <NumberField
          key={field.name}
          of={field}
          typed={draft.numbers[field.name]}
          onType={type(field.name)}
        />
      ))}
      <KeepAlive typed={draft.numbers.keep_alive} onChoose={type("keep_alive")} />
      <AdapterFields
        adapters={adapters}
        architecture={model.architecture}
        used={draft.adapters}
        onChange={(used) => setDraft((now) => ({ ...now, adapters: used }))}
      />
      <div className="sticky bottom-0 -mx-6 flex flex-wrap items-center gap-2 border-t border-line bg-raised px-6 py-3">
        <Button kind="ghost" disabled={asDefault} onClick={() => setDraft(NOTHING_CHOSEN)}>
          Everything back to the defaults
        </Button>
        <span className="flex-1" />
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" type="submit" aria-disabled={wrong || undefined}>
          Keep
        </Button>
      </div>
    </form>
  );
}

type ModelSettingsDialogProps = Omit<FormProps, "kept">;

export default function ModelSettingsDialog(props: ModelSettingsDialogProps) {
  const core = useCore();
  const { model, onClose } = props;
  const { data, error, refetch } = useQuery({
    queryKey: ["model-settings", model.name],
    queryFn: () => core.modelSettings(model.name),
    gcTime: 0,
  });
  return (
    <Dialog title={`${MODELS_PAGE.settingsOf} ${model.title}`} open wide onClose={onClose}>
      {error && (
        <div role="alert" className="flex flex-wrap items-center gap-3 px-6 py-5 text-ui">
          <p className="min-w-0 flex-1">{error.message}</p>
          <Button onClick={() => refetch()}>Try again</Button>
        </div>
      )}
      {data && <SettingsForm {...props} kept={data} />}
    </Dialog>
  );
}
