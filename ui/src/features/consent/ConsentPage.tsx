// The page of the consent window: what would leave, where it would go, and two buttons. Text only:
// nothing that is shown here is drawn as anything but itself.
import { useCallback, useEffect, useRef, useState } from "react";
import { Announcer } from "../../components/Announcer";
import { announce } from "../../components/announcer";
import { bytes, day, plural } from "../../components/format";
import { Kbd } from "../../components/Kbd";
import { PlaceBadge } from "../../components/PlaceBadge";
import type { ConsentCore, ConsentView } from "../../ipc/consent";
import { CONSENT } from "../../testing/landmarks";
import { Confidential } from "./Confidential";
import { Countdown } from "./Countdown";
import { ExactText } from "./ExactText";
import { PartCard } from "./PartCard";
import { useApproveButton } from "./useApproveButton";
import { type Consent, useConsent } from "./useConsent";
import { facts, findings, inGroups, question, whatLeaves } from "./words";

const WASHES = {
  this_computer: "bg-accent-wash",
  your_network: "bg-network-wash",
  cloud: "bg-cloud-wash",
} as const;

function Where({ view }: { view: ConsentView }) {
  const { place, host, model } = view.destination;
  const [before, after] = question(view);
  return (
    <header className={`border-b border-line px-6 pt-4 pb-3.5 ${WASHES[place]}`}>
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <h1 className="text-large leading-snug font-semibold">
          {before}
          <ExactText text={view.provider_title} />
          {after}
        </h1>
        <PlaceBadge place={place} />
      </div>
      <p
        data-testid="host"
        dir="ltr"
        className="mt-1 text-title leading-tight [overflow-wrap:anywhere]"
      >
        <span className="sr-only">Host: </span>
        <ExactText text={host} />
      </p>
      {/(^|\.)xn--/.test(host) && (
        <p className="mt-0.5 text-small text-danger">
          This name has letters that can look like others. Be sure that you know it.
        </p>
      )}
      {model !== null && (
        <p className="mt-0.5 text-ui [overflow-wrap:anywhere]">
          <span className="text-soft">Model </span>
          <ExactText text={model} />
        </p>
      )}
      <p className="mt-1 text-ui text-soft">{whatLeaves(view)}</p>
    </header>
  );
}

function Facts({ view }: { view: ConsentView }) {
  const shown = facts(view);
  return (
    <dl className="flex flex-wrap border-b border-line">
      {shown.map(({ name, value, more }) => (
        <div key={name} className="flex-1 basis-40 border-r border-line px-6 py-2 last:border-r-0">
          <dt className="text-small text-soft">{name}</dt>
          <dd className="text-ui leading-snug font-semibold">
            {value}
            <span className="block text-small font-normal text-soft">{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What happens to it there, and what the scan does not see. */
function Notes({ view }: { view: ConsentView }) {
  const { retention, cannot_find, parts } = view;
  return (
    <div className="flex flex-col gap-1 border-t border-line px-6 py-2.5 text-small text-soft">
      <p>
        {retention ? (
          <>
            {retention.text}{" "}
            <span className="text-faint">
              Source: {retention.source}, read on {day(retention.checked)}.
            </span>
          </>
        ) : (
          "How long it is kept there is unknown."
        )}
      </p>
      {parts.length > 0 && cannot_find !== "" && <p>{cannot_find}</p>}
    </div>
  );
}

function Hash({ view }: { view: ConsentView }) {
  const { destination, digest, body_bytes } = view;
  return (
    <details className="text-small text-soft">
      <summary className="w-fit rounded-md px-1">
        Hash <span className="font-mono">{inGroups(digest.slice(0, 8))}…</span>
      </summary>
      <div className="mt-1 flex flex-col gap-1 px-1">
        <p className="font-mono [overflow-wrap:anywhere]" data-testid="digest">
          {inGroups(digest)}
        </p>
        <p className="[overflow-wrap:anywhere]">
          A yes is bound to it: {destination.method} {destination.url}, {bytes(body_bytes)}, byte
          for byte. Anything else is not sent.
        </p>
      </div>
    </details>
  );
}

interface DecisionProps {
  core: ConsentCore;
  consent: Consent;
  view: ConsentView;
}

function Decision({ core, consent, view }: DecisionProps) {
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
          aria-label={CONSENT.deny}
          className="inline-flex min-h-10 items-center gap-2 rounded-lg border border-transparent bg-ink px-4 text-ui font-semibold text-paper"
          // A key that is held since before the window came is no answer.
          onKeyDown={(event) => event.repeat && event.preventDefault()}
          onClick={() => decide(false, false)}
        >
          {CONSENT.deny}
          <Kbd keys="Esc" hidden />
        </button>
        <p id="approve-waits" className="min-w-0 flex-1 basis-40 text-small text-soft">
          {!ready && (
            <span className="block">
              {deciding
                ? "One moment…"
                : `“${CONSENT.approve}” waits until this window was in front, at rest, for a second.`}
            </span>
          )}
          <Countdown
            key={view.proposal}
            milliseconds={view.decide_within_milliseconds}
            onSay={announce}
          />
        </p>
        <button
          ref={approve}
          type="button"
          aria-disabled={!ready}
          aria-describedby="approve-waits"
          className="min-h-10 rounded-lg border border-line-strong bg-raised px-4 text-ui font-semibold aria-disabled:border-line aria-disabled:bg-transparent aria-disabled:text-faint"
          onClick={() => ready && decide(true, standing)}
        >
          {CONSENT.approve}
        </button>
      </div>
    </footer>
  );
}

export function ConsentPage({ core }: { core: ConsentCore }) {
  const consent = useConsent(core);
  const { view, over, error, change } = consent;
  const [opened, setOpened] = useState<readonly number[]>([]);
  const first = useRef<string | null>(null);

  useEffect(() => {
    if (!view) return;
    const [before, after] = question(view);
    document.title = `${before}${view.provider_title}${after}`;
    const again = first.current !== null && first.current !== view.proposal;
    first.current ??= view.proposal;
    if (!again) return;
    const going = view.parts.filter(({ left_out }) => !left_out).length;
    announce(`Changed: ${plural(going, "part")}, ${bytes(view.body_bytes)}. Decide anew.`);
  }, [view]);

  const leaveOut = useCallback(
    (part: number, leave: boolean) =>
      change(({ leave_out, replace }) => ({
        leave_out: leave ? [...leave_out, part] : leave_out.filter((each) => each !== part),
        replace,
      })),
    [change],
  );
  const onReplace = useCallback(
    (found: readonly { number: number }[], replaced: boolean) => {
      const numbers = new Set(found.map(({ number }) => number));
      change(({ leave_out, replace }) => {
        const others = replace.filter((number) => !numbers.has(number));
        return { leave_out, replace: replaced ? [...others, ...numbers] : others };
      });
    },
    [change],
  );

  if (over || !view) {
    return (
      <main className="p-8">
        <h1 className="sr-only">Sotto asks</h1>
        {error ? (
          <p role="alert">{error}</p>
        ) : (
          <p className="text-soft">
            {over ? "Decided." : view === null ? "Nothing waits for a decision." : ""}
          </p>
        )}
      </main>
    );
  }
  return (
    <main className="consent">
      <Where view={view} />
      <Facts view={view} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <section aria-label={CONSENT.text} tabIndex={0} className="consent-text px-6 py-3.5">
        <Confidential found={findings(view.parts)} onReplace={onReplace} />
        {view.parts.length > 0 ? (
          <h2 className="sr-only">What would be sent, in order</h2>
        ) : (
          <p className="text-soft">There is no text in this request.</p>
        )}
        {view.parts.map((part, at) => (
          <PartCard
            key={part.id}
            part={part}
            position={at + 1}
            open={opened.includes(part.id)}
            onOpen={() => setOpened([...opened, part.id])}
            onLeaveOut={(leave) => leaveOut(part.id, leave)}
          />
        ))}
        <Hash view={view} />
      </section>
      <Notes view={view} />
      <Decision core={core} consent={consent} view={view} />
      <Announcer />
    </main>
  );
}
