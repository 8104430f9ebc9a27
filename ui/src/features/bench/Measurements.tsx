// What was measured on this computer: the newest of each model side by side, or all of them.
import { useState } from "react";
import { Button } from "../../components/Button";
import { bytes } from "../../components/format";
import type { Measurement } from "../../ipc";
import { BENCH } from "../../testing/landmarks";
import { LimitBar } from "./LimitBar";
import { firstToken, newest, perSecond, reached, whenMeasured } from "./words";

const COLUMNS = ["When", "Prefill", "Decode", "Of the limit", "First token", "Memory", "Ran on"];

interface MeasurementsProps {
  all: readonly Measurement[];
  titleOf: (model: string) => string;
  onShow: (measurement: Measurement) => void;
}

export function Measurements({ all, titleOf, onShow }: MeasurementsProps) {
  const [every, setEvery] = useState(false);
  const compared = newest(all);
  const rows = every ? all : compared;
  const now = Date.now();
  const cell = "py-2 ps-4 text-end whitespace-nowrap";
  return (
    <section aria-label={BENCH.earlier} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="flex-1 text-ui font-semibold">{BENCH.earlier}</h2>
        {all.length > compared.length && (
          <Button kind="ghost" aria-pressed={every} onClick={() => setEvery(!every)}>
            {every ? "The newest of each model" : `All ${all.length} results`}
          </Button>
        )}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: it is no part of the page, only wider than it */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <div role="group" aria-label="Results" tabIndex={0} className="overflow-x-auto">
        <table className="w-full text-ui tabular-nums">
          <caption className="sr-only">
            Speeds in tokens a second, {every ? "newest first" : "the fastest first"}
          </caption>
          <thead className="text-small text-faint">
            <tr>
              <th scope="col" className="py-1 text-start font-semibold">
                Model
              </th>
              {COLUMNS.map((name) => (
                <th
                  key={name}
                  scope="col"
                  className="py-1 ps-4 text-end font-semibold whitespace-nowrap"
                >
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((each) => {
              const part = reached(each);
              return (
                <tr key={`${each.model} ${each.at}`} className="border-t border-line">
                  <th scope="row" className="min-w-40 py-2 text-start font-normal">
                    <button
                      type="button"
                      className="rounded text-start [overflow-wrap:anywhere] hover:underline"
                      onClick={() => onShow(each)}
                    >
                      {titleOf(each.model)}
                    </button>
                  </th>
                  <td className={`${cell} text-soft`}>
                    <time dateTime={new Date(each.at).toISOString()}>
                      {whenMeasured(each.at, now)}
                    </time>
                  </td>
                  <td className={cell}>{perSecond(each.prefill)}</td>
                  <td className={`${cell} font-medium`}>{perSecond(each.decode)}</td>
                  <td className={cell}>
                    {part === null ? (
                      "–"
                    ) : (
                      <span className="inline-flex items-center gap-2 align-middle">
                        <span className="inline-block w-14">
                          <LimitBar percent={part} slim />
                        </span>
                        <span className="w-10">{part.toFixed(0)}%</span>
                      </span>
                    )}
                  </td>
                  <td className={cell}>{firstToken(each)}</td>
                  <td className={cell}>{bytes(each.memory)}</td>
                  <td className={`${cell} text-soft`}>{each.backend}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="text-small text-faint">
        In tokens a second. A limit is what this computer’s memory allows a model of that size.
      </p>
    </section>
  );
}
