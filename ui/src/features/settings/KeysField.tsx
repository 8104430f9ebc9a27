// A field that takes a combination of keys by being pressed, for everybody: it says what it waits for
// and what it got, Esc leaves it as it was, and Tab goes on.
import { type KeyboardEvent, useRef, useState } from "react";
import { announce } from "../../components/announcer";
import { Kbd } from "../../components/Kbd";
import type { Keys } from "../../ipc";

const MODIFIERS = ["Control", "Alt", "Shift", "Meta", "Super", "OS", "AltGraph", "CapsLock"];

/** The modifiers that are held, for people; empty for none. */
function held({ ctrlKey, altKey, shiftKey, metaKey }: KeyboardEvent): string {
  const names = [ctrlKey && "Ctrl", altKey && "Alt", shiftKey && "Shift", metaKey && "Super"];
  return names
    .filter(Boolean)
    .map((name) => `${name}+`)
    .join("");
}

interface KeysFieldProps {
  /** What they do. */
  label: string;
  /** Those that it has; empty for none. */
  keys: string;
  describedBy: string;
  onKeys: (keys: Keys) => void;
}

export function KeysField({ label, keys, describedBy, onKeys }: KeysFieldProps) {
  /** What is held so far, while it waits for keys. */
  const [waiting, setWaiting] = useState<string | null>(null);
  /** The keys that go up next were taken: the button does not count as pressed by them. */
  const taken = useRef(false);
  const begin = () => {
    setWaiting("");
    announce("Press the keys. Esc leaves them as they are.");
  };
  const take = (event: KeyboardEvent) => {
    if (waiting === null) return;
    const modified = held(event) !== "";
    if (event.key === "Tab" && !event.ctrlKey && !event.altKey && !event.metaKey) return;
    // Nothing else in the window hears of them.
    event.preventDefault();
    event.stopPropagation();
    taken.current = true;
    if (event.repeat) return;
    if (event.key === "Escape" && !modified) {
      setWaiting(null);
      announce("The keys are as they were.");
      return;
    }
    if (MODIFIERS.includes(event.key)) {
      setWaiting(held(event));
      return;
    }
    setWaiting(null);
    const { ctrlKey: control, altKey: alt, shiftKey: shift, metaKey: logo, code } = event;
    onKeys({ control, alt, shift, logo, code });
  };
  return (
    <button
      type="button"
      aria-label={waiting === null ? `${label}: ${keys || "no keys"}` : `${label}: press the keys`}
      aria-describedby={describedBy}
      data-takes-keys={waiting === null ? undefined : ""}
      className={`min-h-9 min-w-48 rounded-lg border bg-raised px-2.5 py-1.5 text-left text-ui ${waiting === null ? "border-line-strong" : "border-accent"}`}
      onClick={begin}
      onKeyDown={take}
      onKeyUp={(event) => {
        if (taken.current) event.preventDefault();
        if (!MODIFIERS.includes(event.key)) taken.current = false;
        if (waiting !== null) setWaiting(held(event));
      }}
      onBlur={() => setWaiting(null)}
    >
      {waiting !== null ? (
        <span className="text-soft">{waiting || "Press the keys…"}</span>
      ) : keys ? (
        <Kbd keys={keys} />
      ) : (
        <span className="text-soft">No keys</span>
      )}
    </button>
  );
}
