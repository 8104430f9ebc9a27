// One measurement: what a person feels, and how near it is to what the memory allows.
import type { ReactNode } from "react";
import { bytes, plural } from "../../components/format";
import type { Measurement } from "../../ipc";
import { BENCH } from "../../testing/landmarks";
import { LimitBar } from "./LimitBar";
import { firstToken, limitSentence, memoryAgainst, perSecond, reached } from "./words";

function Figure({
  name,
  value,
  unit,
  more,
}: Record<"name" | "value" | "unit", string> & { more: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-small font-medium text-soft">{name}</dt>
      <dd>
        <span className="text-large font-semibold tabular-nums">{value}</span>{" "}
        <span className="text-ui">{unit}</span>
        <span className="block text-small text-soft">{more}</span>
      </dd>
    </div>
  );
}

export function Result({ of, title }: { of: Measurement; title: string }) {
  const part = reached(of);
  return (
    <section
      aria-label={BENCH.result}
      className="flex flex-col gap-5 rounded-xl border border-line bg-raised px-5 py-4"
    >
      <h2 className="text-base font-semibold [overflow-wrap:anywhere]">
        {title}
        <span className="font-normal text-soft">
          {" "}
          on {of.backend}, {plural(of.threads, "thread")}
        </span>
      </h2>
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(10rem,1fr))] gap-x-6 gap-y-4">
        <Figure
          name="Writing an answer"
          value={perSecond(of.decode)}
          unit="tokens/s"
          more="decode"
        />
        <Figure
          name="Reading a prompt"
          value={perSecond(of.prefill)}
          unit="tokens/s"
          more="prefill"
        />
        <Figure
          name="First token"
          value={firstToken(of).replace(/ s$/, "")}
          unit="s"
          more="after a short question"
        />
        <Figure
          name="Memory"
          value={bytes(of.memory).split(" ")[0] ?? ""}
          unit={bytes(of.memory).split(" ")[1] ?? ""}
          more={memoryAgainst(of) || "at most"}
        />
      </dl>
      <div className="flex flex-col gap-1.5">
        {part !== null && (
          <>
            <LimitBar percent={part} />
            <p className="flex flex-wrap justify-between gap-x-4 text-small tabular-nums">
              <span className="font-medium">
                {perSecond(of.decode)} tokens/s, {part.toFixed(0)}%
              </span>
              <span className="text-soft">at most {perSecond(of.limit)} tokens/s</span>
            </p>
          </>
        )}
        <p className="max-w-[70ch] text-ui text-soft">{limitSentence(of)}</p>
      </div>
    </section>
  );
}
