// What models run on here, in numbers that a person can use.
import type { ReactNode } from "react";
import { Button } from "../../components/Button";
import { bytes, plural } from "../../components/format";
import type { HardwareView } from "../../ipc";
import { MODELS_PAGE } from "../../testing/landmarks";

function Fact({ name, more }: { name: ReactNode; more: ReactNode }) {
  return (
    <div className="min-w-0">
      <p className="font-semibold">{name}</p>
      <p className="text-soft [overflow-wrap:anywhere]">{more}</p>
    </div>
  );
}

/** What says most about a processor first: each stands for those after it of its kind. */
const TELLING = [/^AMX/i, /^AVX.?512/i, /^AVX2/i, /^AVX/i, /^SVE/i, /^NEON/i, /^SSE/i];

/** The one feature that says most; empty where none is known. */
export function featureWords(features: readonly string[]): string {
  for (const kind of TELLING) {
    const [shortest] = features
      .filter((each) => kind.test(each))
      .sort((a, b) => a.length - b.length);
    if (shortest) return shortest;
  }
  return features[0] ?? "";
}

interface HardwareStripProps {
  hardware: HardwareView;
  onChangeLimit: () => void;
}

export function HardwareStrip({ hardware, onChangeLimit }: HardwareStripProps) {
  const { memory, available, threads, cpu_features, bandwidth, graphics, note } = hardware;
  const features = featureWords(cpu_features);
  return (
    <section
      aria-label={MODELS_PAGE.hardware}
      className="flex flex-wrap items-start gap-x-7 gap-y-3 rounded-xl border border-line bg-panel px-4 py-3 text-ui"
    >
      <Fact name={`${bytes(memory)} memory`} more={`${bytes(available)} free`} />
      <Fact
        name={
          <span title={cpu_features.join(", ")}>
            {[plural(threads, "thread"), features].filter(Boolean).join(", ")}
          </span>
        }
        more={bandwidth === null ? "Bandwidth not measured yet" : `${bytes(bandwidth)}/s measured`}
      />
      {graphics.length === 0 ? (
        <Fact name="No GPU" more={note || "found by the runtime"} />
      ) : (
        graphics.map((card) => (
          <Fact
            key={card.name}
            name={card.name}
            more={`${bytes(card.available)} of ${bytes(card.memory)} free, ${card.backend}${note && `. ${note}`}`}
          />
        ))
      )}
      <div className="ms-auto">
        <p className="text-soft">{MODELS_PAGE.limit}</p>
        <p className="flex items-center gap-2">
          <span className="font-semibold">{bytes(hardware.limit)}</span>
          <Button
            kind="ghost"
            className="!font-semibold"
            aria-label={`${MODELS_PAGE.changeLimit}: ${MODELS_PAGE.limit}`}
            onClick={onChangeLimit}
          >
            {MODELS_PAGE.changeLimit}
          </Button>
        </p>
      </div>
    </section>
  );
}
