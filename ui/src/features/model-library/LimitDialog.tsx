// How much memory all models together may take: what it means, and what a number would let in.
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { FIELD, Field } from "../../components/Field";
import { bytes } from "../../components/format";
import { showError } from "../../components/toasts";
import {
  type CatalogItem,
  type FitView,
  type HardwareView,
  type ModelView,
  useCore,
} from "../../ipc";
import { MODELS_PAGE } from "../../testing/landmarks";
import { CATALOG, HARDWARE, MODELS } from "../models/useModels";
import { needed } from "./words";

const GB = 1_000_000_000;
const STEP = 0.5;
/** Below this not even the smallest model is of use, in gigabytes. */
const LEAST = 0.5;

/** The gigabytes to offer: enough for what is wanted, or what is now. */
export function offered(now: number, wanted: FitView | null): number {
  const enough = wanted ? Math.ceil(needed(wanted) / GB / STEP) * STEP : 0;
  return Math.max(enough, Math.round((now / GB) * 10) / 10);
}

/** How many more or fewer models a limit would let in, in a sentence. */
export function lettingIn(
  all: readonly { title: string; fit: FitView | null }[],
  now: number,
  then: number,
): string {
  const between = (low: number, high: number) =>
    all.flatMap(({ title, fit }) =>
      fit && needed(fit) > low && needed(fit) <= high ? [title] : [],
    );
  const titles = then > now ? between(now, then) : between(then, now);
  if (titles.length === 0) return "";
  const how = then > now ? "Then fits" : "Then no longer fits";
  return `${how}: ${titles.length > 3 ? `${titles.length} models` : titles.join(", ")}.`;
}

interface LimitDialogProps {
  hardware: HardwareView;
  models: readonly ModelView[];
  catalog: readonly CatalogItem[];
  /** What it is raised for. */
  wanted: { title: string; fit: FitView } | null;
  onClose: () => void;
}

export default function LimitDialog(props: LimitDialogProps) {
  const { hardware, models, catalog, wanted, onClose } = props;
  const core = useCore();
  const queries = useQueryClient();
  const most = Math.max(LEAST, Math.floor(hardware.memory / GB / STEP) * STEP);
  const [typed, setTyped] = useState(
    String(Math.min(most, offered(hardware.limit, wanted?.fit ?? null))),
  );
  const value = Number(typed.replace(",", "."));
  const wrong = !(value >= LEAST && value <= most);
  const limit = value * GB;
  const keep = async (chosen: number | null) => {
    try {
      queries.setQueryData(HARDWARE, await core.setMemoryLimit(chosen));
      queries.invalidateQueries({ queryKey: CATALOG });
      queries.invalidateQueries({ queryKey: MODELS });
      onClose();
    } catch (error) {
      showError(error);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!wrong) void keep(Math.round(limit));
  };
  // A model is listed once, whether it is here or could be.
  const all = [...models, ...catalog.filter(({ installed }) => installed === null)];
  const short = wanted && !wrong && limit < needed(wanted.fit);
  return (
    <Dialog title={MODELS_PAGE.limit} open onClose={onClose}>
      <form className="flex flex-col gap-4 px-6 pt-2 pb-5 text-ui" onSubmit={submit}>
        <p className="text-soft">
          All models in memory take this much together at most; the one that was not used for the
          longest time makes room. Less leaves more for your other programs, more lets larger models
          in.
        </p>
        {wanted && (
          <p>
            {wanted.title} needs {bytes(needed(wanted.fit))}. The limit is {bytes(hardware.limit)}{" "}
            now.
          </p>
        )}
        <div className="grid grid-cols-[minmax(0,1fr)_7rem] items-end gap-4">
          <input
            type="range"
            aria-label={MODELS_PAGE.limit}
            aria-valuetext={wrong ? undefined : bytes(limit)}
            min={LEAST}
            max={most}
            step={STEP}
            value={wrong ? LEAST : value}
            className="mb-2.5 w-full accent-[var(--accent)]"
            onChange={({ target }) => setTyped(target.value)}
          />
          <Field label={MODELS_PAGE.limitField}>
            {(ids) => (
              <input
                {...ids}
                inputMode="decimal"
                value={typed}
                aria-invalid={wrong || undefined}
                className={`${FIELD} tabular-nums`}
                onChange={({ target }) => setTyped(target.value)}
              />
            )}
          </Field>
        </div>
        <p className="min-h-[3.2em] text-small text-soft" aria-live="polite">
          {wrong
            ? `A number from ${LEAST} to ${most}: this computer has ${bytes(hardware.memory)}.`
            : [
                short ? `Still too little for ${wanted.title}.` : "",
                lettingIn(all, hardware.limit, limit),
                limit > hardware.available
                  ? `Only ${bytes(hardware.available)} is free now: other programs would have to give memory back, or everything becomes slow.`
                  : "",
              ]
                .filter(Boolean)
                .join(" ")}
        </p>
        <div className="flex flex-wrap items-center gap-2">
          {hardware.limit_chosen && (
            <Button kind="ghost" onClick={() => keep(null)}>
              {MODELS_PAGE.noLimit}
            </Button>
          )}
          <span className="flex-1" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" aria-disabled={wrong || undefined}>
            Set the limit
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
