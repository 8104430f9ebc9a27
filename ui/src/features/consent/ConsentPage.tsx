// The page of the consent window: what would leave, where it would go, and two buttons. Text only:
// nothing that is shown here is drawn as anything but itself.
import { useCallback, useEffect, useRef, useState } from "react";
import { Announcer } from "../../components/Announcer";
import { announce } from "../../components/announcer";
import { bytes, day, plural } from "../../components/format";
import { PlaceBadge } from "../../components/PlaceBadge";
import type { ConsentCore, ConsentView } from "../../ipc/consent";
import { CONSENT } from "../../testing/landmarks";
import { Confidential } from "./Confidential";
import { Decision } from "./Decision";
import { ExactText } from "./ExactText";
import { PartCard } from "./PartCard";
import { useConsent } from "./useConsent";
import { facts, findings, inGroups, numbered, question, whatLeaves } from "./words";

const WASHES = {
  this_computer: "bg-accent-wash",
  your_network: "bg-network-wash",
  cloud: "bg-cloud-wash",
} as const;

/** Whether the connection crosses a network in the clear. One within this computer crosses none. */
function isReadableOnTheWay(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(127\.|\[::1\]$|localhost$|.*\.localhost$)/.test(hostname);
}

function Where({ view }: { view: ConsentView }) {
  const { place, url, host, model } = view.destination;
  const { port, pathname, search } = new URL(url);
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
      <div className="mt-1 flex flex-wrap items-baseline gap-x-4">
        <p
          data-testid="host"
          dir="ltr"
          className="text-title leading-tight [overflow-wrap:anywhere]"
        >
          <span className="sr-only">Host: </span>
          <ExactText text={port === "" ? host : `${host}:${port}`} />
          <span className="text-small text-soft">
            <ExactText text={`${pathname}${search}`} />
          </span>
        </p>
        {model !== null && (
          <p className="text-ui [overflow-wrap:anywhere]">
            <span className="text-soft">Model </span>
            <ExactText text={model} />
          </p>
        )}
      </div>
      {/(^|\.)xn--/.test(host) && (
        <p className="mt-0.5 text-small text-danger">
          This name has letters that can look like others. Be sure that you know it.
        </p>
      )}
      {isReadableOnTheWay(url) && (
        <p className="mt-0.5 text-small text-danger">
          Not encrypted: whoever is in this network could read it, and another computer could have
          this address.
        </p>
      )}
      <p className="mt-1 text-ui text-soft">{whatLeaves(view)}</p>
    </header>
  );
}

function Facts({ view }: { view: ConsentView }) {
  const shown = facts(view);
  if (shown.length === 0) return null;
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

/** What happens to it there. */
function Kept({ retention }: Pick<ConsentView, "retention">) {
  return (
    <p className="border-t border-line px-6 py-2 text-small text-soft [overflow-wrap:anywhere]">
      {retention ? (
        <>
          {retention.text}{" "}
          <span className="text-faint">
            Source: {retention.source}, as of {day(retention.checked)}.
          </span>
        </>
      ) : (
        "How long it is kept there is unknown."
      )}
    </p>
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
  const numbers = numbered(view.parts);
  return (
    <main className="consent">
      <Where view={view} />
      <Facts view={view} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <section aria-label={CONSENT.text} tabIndex={0} className="consent-text px-6 py-3.5">
        {view.parts.length > 0 ? (
          <>
            <Confidential
              found={findings(view.parts)}
              cannotFind={view.cannot_find}
              onReplace={onReplace}
            />
            <h2 className="sr-only">What would be sent, in order</h2>
          </>
        ) : (
          <p className="text-soft">There is no text in this request.</p>
        )}
        {view.parts.map((part, at) => (
          <PartCard
            key={part.id}
            part={part}
            position={at + 1}
            numbers={numbers}
            open={opened.includes(part.id)}
            onOpen={() => setOpened([...opened, part.id])}
            onLeaveOut={(leave) => leaveOut(part.id, leave)}
          />
        ))}
        <Hash view={view} />
      </section>
      <Kept retention={view.retention} />
      <Decision core={core} consent={consent} view={view} />
      <Announcer />
    </main>
  );
}
