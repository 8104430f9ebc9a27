// The two buttons of the consent window. Don't send has the focus and works at once; Send once works
// when the core says so, and says why it waits.
import { useEffect, useRef, useState } from "react";
import { announce } from "../../components/announcer";
import { Kbd } from "../../components/Kbd";
import type { ConsentCore, ConsentView } from "../../ipc/consent";
import { CONSENT } from "../../testing/landmarks";
import { Countdown } from "./Countdown";
import { useApproveButton } from "./useApproveButton";
import type { Consent } from "./useConsent";

/** How Approve looks when it can be pressed. */
const READY = {
  this_computer: "border-accent text-accent",
  your_network: "border-network text-network",
  cloud: "border-cloud text-cloud",
} as const;

interface DecisionProps {
  core: ConsentCore;
  consent: Consent;
  view: ConsentView;
}

export function Decision({ core, consent, view }: DecisionProps) {
  const { armed, deciding, error, decide } = consent;
  const approve = useRef<HTMLButtonElement>(null);
  const deny = useRef<HTMLButtonElement>(null);
  const [standing, setStanding] = useState(false);
  useApproveButton(core, approve);

  // Another request, another decision: it begins at Deny.
  useEffect(() => {
    if (view.proposal) deny.current?.focus({ preventScroll: true });
  }, [view.proposal]);

  useEffect(() => {
    if (armed) announce(`${CONSENT.approve} can be pressed now.`);
  }, [armed]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.isComposing && !event.repeat) decide(false, false);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [decide]);

  const ready = armed && !deciding;
  return (
    <footer className="border-t border-line bg-paper px-6 pt-2.5 pb-4">
      {error && (
        <p
          role="alert"
          className="mb-2 rounded-r-lg border-l-[3px] border-danger bg-danger-wash px-3 py-2 text-ui"
        >
          {error}
        </p>
      )}
      {view.standing_possible && (
        <label className="mb-1.5 flex w-fit items-center gap-2.5 text-ui">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={standing}
            onChange={(event) => setStanding(event.currentTarget.checked)}
          />
          <span>
            {CONSENT.standing}
            <span className="block text-small text-soft">
              The settings list it, and it can be taken back there.
            </span>
          </span>
        </label>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <button
          ref={deny}
          type="button"
          className="inline-flex min-h-10 items-center gap-2 rounded-lg border border-transparent bg-ink px-4 text-ui font-semibold text-paper"
          // A key that is held since before the window came is no answer.
          onKeyDown={(event) => event.repeat && event.preventDefault()}
          onClick={() => decide(false, false)}
        >
          {CONSENT.deny}
          <Kbd keys="Esc" hidden />
        </button>
        <p id="approve-waits" className="min-w-0 flex-1 basis-40 text-small text-soft">
          <Countdown
            key={view.proposal}
            milliseconds={view.decide_within_milliseconds}
            onSay={announce}
          />
          {/* It keeps its room: Approve must not move when it wakes. */}
          <span className={`block ${armed || deciding ? "invisible" : ""}`}>
            “{CONSENT.approve}” can be pressed after a second in front and at rest.
          </span>
        </p>
        <button
          ref={approve}
          type="button"
          aria-disabled={!ready}
          aria-describedby="approve-waits"
          className={`min-h-10 rounded-lg border bg-raised px-4 text-ui font-semibold aria-disabled:border-line aria-disabled:bg-transparent aria-disabled:text-faint ${READY[view.destination.place]}`}
          onClick={() => ready && decide(true, standing)}
        >
          {CONSENT.approve}
        </button>
      </div>
    </footer>
  );
}
