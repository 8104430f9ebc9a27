// The core of the consent window in memory, for tests and for a plain browser tab: it arms after a
// second, makes a new proposal of each change, and remembers what was decided. Never part of the
// real build.
import type {
  ConsentChange,
  ConsentCore,
  ConsentDecision,
  ConsentEvent,
  ConsentView,
} from "./consent";
import { CoreError } from "./core";
import { type Watched, watched } from "./watched";

export interface FakeConsent extends ConsentCore, Watched<ConsentCore> {
  /** Tells the window something, as the core would. */
  tell(event: ConsentEvent): void;
}

const ARM_AFTER = 1_000;

/** `arms`: by itself after a second; otherwise the test tells. */
export function createFakeConsent(
  scene: ConsentView | null,
  { arms = true }: { arms?: boolean } = {},
): FakeConsent {
  const listeners = new Set<(event: ConsentEvent) => void>();
  let view = scene;
  let armed: string | null = null;
  let serial = 1;
  let counts: Record<string, number> = {};

  /** What stood where a placeholder may stand now. */
  const originals = new Map<number, string>();
  for (const { text, finding } of scene?.parts.flatMap(({ pieces }) => pieces) ?? []) {
    if (finding && !finding.replaced) originals.set(finding.number, text);
  }

  const tell = (event: ConsentEvent) => {
    if (event.type === "show") view = event.request;
    if (event.type === "approve") armed = event.enabled ? event.proposal : null;
    for (const listener of listeners) listener(structuredClone(event));
  };
  const placeholder = (kind: string) => {
    const label = kind.toUpperCase();
    counts = { ...counts, [label]: (counts[label] ?? 0) + 1 };
    return `[${label}_${counts[label]}]`;
  };
  const changed = (of: ConsentView, { leave_out, replace }: ConsentChange): ConsentView => {
    counts = {};
    const parts = of.parts.map((part) => ({
      ...part,
      left_out: leave_out.includes(part.id),
      pieces: part.pieces.map(({ text, finding }) => {
        if (!finding) return { text, finding };
        const replaced = replace.includes(finding.number);
        const plain = originals.get(finding.number) ?? text;
        return {
          text: replaced ? placeholder(finding.kind) : plain,
          finding: { ...finding, replaced },
        };
      }),
    }));
    serial += 1;
    const going = parts.filter(({ left_out }) => !left_out).flatMap(({ pieces }) => pieces);
    const size = going.reduce((sum, { text }) => sum + text.length, 180);
    return {
      ...of,
      proposal: `proposal-${serial}`,
      digest: of.digest.slice(0, -2) + serial.toString(16).padStart(2, "0"),
      parts,
      body_bytes: size,
      estimate: {
        ...of.estimate,
        fewest_tokens: Math.floor(size / 5),
        most_tokens: Math.ceil(size / 3),
      },
    };
  };

  const core: ConsentCore = {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    request: async () => structuredClone(view),
    shown: async (proposal) => {
      if (!arms) return;
      setTimeout(() => {
        if (view?.proposal === proposal) tell({ type: "approve", proposal, enabled: true });
      }, ARM_AFTER);
    },
    button: async () => {},
    change: async (proposal, change) => {
      if (!view || view.proposal !== proposal) {
        throw new CoreError("other", "This request was changed meanwhile.");
      }
      if (change.leave_out.length === view.parts.length) {
        throw new CoreError("other", "Something must be sent to get an answer. Leave one part in.");
      }
      armed = null;
      tell({ type: "show", request: changed(view, change) });
    },
    decide: async ({ yes, proposal }: ConsentDecision) => {
      if (yes && armed !== proposal) {
        throw new CoreError("other", "The window was touched a moment ago. Nothing was sent.");
      }
      tell({ type: "close" });
    },
  };

  return { ...watched(core), tell };
}
