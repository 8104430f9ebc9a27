// What waits for a decision, kept in step with the core: each change makes a new request, and only
// the core says when a yes is taken.
import { useCallback, useEffect, useRef, useState } from "react";
import {
  type ConsentChange,
  type ConsentCore,
  type ConsentView,
  CoreError,
} from "../../ipc/consent";

/** All that the person changed, as a request has it. */
export function changeOf({ parts }: ConsentView): ConsentChange {
  const pieces = parts.flatMap(({ pieces }) => pieces);
  return {
    leave_out: parts.filter(({ left_out }) => left_out).map(({ id }) => id),
    replace: pieces.flatMap(({ finding }) => (finding?.replaced ? [finding.number] : [])),
  };
}

const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b).join();
const same = (a: ConsentChange, b: ConsentChange) =>
  sorted(a.leave_out) === sorted(b.leave_out) && sorted(a.replace) === sorted(b.replace);

export interface Consent {
  /** `undefined` until the core has answered, `null` if nothing waits. */
  view: ConsentView | null | undefined;
  /** A yes is taken now. */
  armed: boolean;
  /** A decision is on its way to the core. */
  deciding: boolean;
  over: boolean;
  /** Why the last thing that was tried did not work. */
  error: string | null;
  decide: (yes: boolean, standing: boolean) => void;
  change: (how: (now: ConsentChange) => ConsentChange) => void;
}

export function useConsent(core: ConsentCore): Consent {
  const [view, setView] = useState<ConsentView | null>();
  const [armed, setArmed] = useState(false);
  const [deciding, setDeciding] = useState(false);
  const [over, setOver] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const current = useRef<ConsentView | null>(null);
  /** What the person wants by now, and what of it was sent to the core. */
  const wanted = useRef<{ now: ConsentChange; sent: ConsentChange } | null>(null);

  const fail = useCallback((thrown: unknown) => setError(CoreError.from(thrown).message), []);

  const sendChange = useCallback(() => {
    const change = wanted.current;
    if (!change || !current.current) return;
    change.sent = change.now;
    core.change(current.current.proposal, change.now).catch((thrown: unknown) => {
      wanted.current = null;
      fail(thrown);
    });
  }, [core, fail]);

  const show = useCallback(
    (request: ConsentView) => {
      current.current = request;
      setView(request);
      setArmed(false);
      setDeciding(false);
      setError(null);
      const change = wanted.current;
      // Something more was changed while the core made this one.
      if (change && !same(change.now, change.sent)) sendChange();
      else wanted.current = null;
    },
    [sendChange],
  );

  useEffect(() => {
    const stop = core.subscribe((event) => {
      switch (event.type) {
        case "show":
          show(event.request);
          break;
        case "approve":
          if (event.proposal === current.current?.proposal) setArmed(event.enabled);
          break;
        case "close":
          setOver(true);
          break;
      }
    });
    core.request().then((request) => {
      // What was told meanwhile is newer.
      if (current.current) return;
      if (request) show(request);
      else setView(null);
    }, fail);
    return stop;
  }, [core, show, fail]);

  const proposal = view?.proposal;
  useEffect(() => {
    if (!proposal) return;
    let frame = requestAnimationFrame(() => {
      // In the second frame the first one is on the screen.
      frame = requestAnimationFrame(() => {
        core.shown(proposal).catch(fail);
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [core, proposal, fail]);

  const decide = useCallback(
    (yes: boolean, standing: boolean) => {
      const request = current.current;
      if (!request) return;
      const { proposal, digest } = request;
      setDeciding(true);
      setError(null);
      core.decide({ proposal, digest, yes, standing: yes && standing }).catch((thrown: unknown) => {
        setDeciding(false);
        fail(thrown);
      });
    },
    [core, fail],
  );

  const change = useCallback(
    (how: (now: ConsentChange) => ConsentChange) => {
      const request = current.current;
      if (!request) return;
      const before = wanted.current;
      const next = how(before?.now ?? changeOf(request));
      if (before) {
        before.now = next;
        return;
      }
      wanted.current = { now: next, sent: next };
      setArmed(false);
      setError(null);
      sendChange();
    },
    [sendChange],
  );

  return { view, armed, deciding, over, error, decide, change };
}
