// The consent window's own door to the core: six commands and one channel, and nothing else.
import { Channel } from "@tauri-apps/api/core";
import {
  type ApproveButton,
  type ConsentChange,
  type ConsentDecision,
  type ConsentEvent,
  type ConsentView,
  commands,
} from "./bindings.gen";
import { data, done } from "./reply";

export type {
  ApproveButton,
  Certainty,
  ConsentChange,
  ConsentDecision,
  ConsentEvent,
  ConsentFinding,
  ConsentPart,
  ConsentView,
  Role,
} from "./bindings.gen";
export { CoreError } from "./core";

export interface ConsentCore {
  /** Hears what the core tells this window, until the returned function is called. */
  subscribe(listener: (event: ConsentEvent) => void): () => void;
  /** What waits for a decision; `null` if nothing does. */
  request(): Promise<ConsentView | null>;
  /** It is painted. */
  shown(proposal: string): Promise<void>;
  /** Where Approve is now, in parts of the page, and whether it has the focus. */
  button(where: ApproveButton): Promise<void>;
  /** Resolves when the change is made; what it made comes as an event. */
  change(proposal: string, change: ConsentChange): Promise<void>;
  decide(decision: ConsentDecision): Promise<void>;
}

function tauriConsent(): ConsentCore {
  return {
    subscribe(listener) {
      const channel = new Channel<ConsentEvent>();
      channel.onmessage = listener;
      done(commands.consentSubscribe(channel)).catch((error: unknown) => console.error(error));
      return () => {
        channel.onmessage = () => {};
      };
    },
    request: () => data(commands.consentRequest()),
    shown: (proposal) => done(commands.consentShown(proposal)),
    button: (where) => done(commands.consentButton(where)),
    change: (proposal, change) => done(commands.consentChange(proposal, change)),
    decide: (decision) => done(commands.consentDecide(decision)),
  };
}

/** The core of this window; in a plain browser one in memory, as in `connect`. */
export async function connectConsent(): Promise<ConsentCore> {
  if ("__TAURI_INTERNALS__" in window) return tauriConsent();
  if (import.meta.env.DEV || import.meta.env.MODE === "fake") {
    const { createFakeConsent } = await import("./fake-consent");
    const { consentScene } = await import("./fake-consent-scenes");
    return createFakeConsent(
      consentScene(new URLSearchParams(location.search).get("scene") ?? "answer"),
    );
  }
  throw new Error("This page is Sotto's consent window and works only inside Sotto.");
}
