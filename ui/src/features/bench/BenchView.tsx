// Measures a model on this computer: reading, writing, the first token, memory, beside what the
// computer's memory allows at most.
import { useState } from "react";
import { Button } from "../../components/Button";
import { FIELD, Field } from "../../components/Field";
import { ProgressBar } from "../../components/ProgressBar";
import type { Measurement } from "../../ipc";
import { BENCH } from "../../testing/landmarks";
import { modelTitle, useModels } from "../models/useModels";
import { Measurements } from "./Measurements";
import { Result } from "./Result";
import { useBench, useBenchActions, useMeasurements } from "./useBench";

interface BenchViewProps {
  /** The model that is to be measured; `null`: the one that answers. */
  chosen: string | null;
  onChoose: (model: string) => void;
}

export default function BenchView({ chosen, onChoose }: BenchViewProps) {
  const models = useModels();
  const { running, stopping, latest } = useBench();
  const { measure, stop } = useBenchActions();
  const { data: all, error, refetch } = useMeasurements();
  const [looked, setLooked] = useState<Measurement | null>(null);
  const able = (models?.models ?? []).filter(
    ({ kind, state, fit }) =>
      kind === "chat" &&
      state.state !== "unusable" &&
      fit?.fit !== "over_limit" &&
      fit?.fit !== "too_large",
  );
  const wanted = running?.model ?? chosen ?? models?.default ?? "";
  const model = able.some(({ name }) => name === wanted) ? wanted : (able[0]?.name ?? "");
  const titleOf = (name: string) => modelTitle(models, name);
  const shown = looked ?? latest;
  const show = (measurement: Measurement) => {
    setLooked(measurement);
    onChoose(measurement.model);
  };

  if (models && able.length === 0) {
    return (
      <p className="max-w-[60ch] pt-8 text-soft">
        There is no model here that could be measured. Once there is one, this page tells how fast
        it reads and writes on this computer, and how near that is to what the memory allows.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-7 pt-5">
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <Field label={BENCH.model}>
            {(ids) => (
              <select
                {...ids}
                value={model}
                disabled={running !== null}
                className={FIELD}
                onChange={({ target }) => {
                  onChoose(target.value);
                  setLooked(null);
                }}
              >
                {able.map(({ name, title }) => (
                  <option key={name} value={name}>
                    {title}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        {running ? (
          <Button disabled={stopping} onClick={stop}>
            {stopping ? "Stopping…" : BENCH.stop}
          </Button>
        ) : (
          <Button
            kind="primary"
            disabled={model === ""}
            onClick={() => {
              setLooked(null);
              void measure(model);
            }}
          >
            {BENCH.measure}
          </Button>
        )}
      </div>
      {running ? (
        <div className="flex flex-col gap-2 rounded-xl border border-line bg-raised px-5 py-4">
          <div className="flex items-baseline justify-between gap-3 text-ui">
            <span className="min-w-0 font-medium [overflow-wrap:anywhere]">
              {titleOf(running.model)}
            </span>
            <span className="text-soft tabular-nums">{running.percent}%</span>
          </div>
          <ProgressBar
            label={`Measuring ${titleOf(running.model)}`}
            percent={running.percent}
            words={running.stage || undefined}
          />
          <p className="text-small text-soft">
            {running.stage || "Beginning"}. Leave the computer alone meanwhile: every other program
            takes something from the numbers.
          </p>
        </div>
      ) : shown ? (
        <Result of={shown} title={titleOf(shown.model)} />
      ) : (
        <p className="max-w-[68ch] text-ui text-soft">
          It takes about a minute, with this model alone in memory. Afterwards the list shows what
          was measured in place of an estimate.
        </p>
      )}
      {error && (
        <div role="alert" className="flex flex-wrap items-center gap-3 text-ui">
          <p className="min-w-0 flex-1">Earlier results could not be read. {error.message}</p>
          <Button onClick={() => refetch()}>Try again</Button>
        </div>
      )}
      {all && all.length > 0 && <Measurements all={all} titleOf={titleOf} onShow={show} />}
    </div>
  );
}
