// A button for what cannot be taken back: it asks once more, in its own place.
import { useEffect, useRef, useState } from "react";
import { Button } from "./Button";

interface ConfirmProps {
  /** What stands on the button. */
  label: string;
  question: string;
  /** What the yes says. */
  yes: string;
  onYes: () => void;
}

export function Confirm({ label, question, yes, onYes }: ConfirmProps) {
  const [asking, setAsking] = useState(false);
  const keep = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  useEffect(() => {
    // The focus goes to what changes nothing, and back to where it was.
    if (asking) keep.current?.focus();
    else if (asked.current) first.current?.focus();
    asked.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <Button ref={first} className="!text-danger" onClick={() => setAsking(true)}>
        {label}
      </Button>
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a form around it
    <div role="group" aria-label={question} className="flex flex-wrap items-center gap-2">
      <span className="text-ui">{question}</span>
      <Button
        className="!border-danger !text-danger"
        onClick={() => {
          setAsking(false);
          onYes();
        }}
      >
        {yes}
      </Button>
      <Button ref={keep} onClick={() => setAsking(false)}>
        Keep it
      </Button>
    </div>
  );
}
