// What looks confidential in what would be sent: each find with its number, and placeholders in
// their place, one by one or all at once.
import { useState } from "react";
import { Button } from "../../components/Button";
import { plural } from "../../components/format";
import { ExactText } from "./ExactText";
import { CERTAINTY, type Found } from "./words";

/** As many are listed before the rest is asked for. */
const LISTED = 5;

interface ConfidentialProps {
  found: readonly Found[];
  /** What the scan cannot find, in plain sentences. */
  cannotFind: string;
  /** Puts placeholders in their place, or takes them away. */
  onReplace: (findings: readonly Found[], replace: boolean) => void;
}

function Row({ finding, onReplace }: { finding: Found; onReplace: (replace: boolean) => void }) {
  const { text, name, certainty, replaced, part, shown: number } = finding;
  return (
    <li className="flex min-h-8 flex-wrap items-center gap-x-2.5 text-small">
      <span className="w-5 flex-none text-right font-semibold tabular-nums">{number}</span>
      <span className="flex-none">
        {name}
        {CERTAINTY[certainty] && <span className="text-soft">, {CERTAINTY[certainty]}</span>}
      </span>
      <span className="min-w-0 flex-1 basis-32 truncate font-mono text-soft" dir="auto">
        <ExactText text={text.slice(0, 80)} />
      </span>
      <span className="flex-none text-faint">part {part}</span>
      <Button
        kind="ghost"
        aria-label={`${replaced ? "Put back" : "Replace"} ${number}, ${name}`}
        onClick={() => onReplace(!replaced)}
      >
        {replaced ? "Put back" : "Replace"}
      </Button>
    </li>
  );
}

export function Confidential({ found, cannotFind, onReplace }: ConfidentialProps) {
  const [all, setAll] = useState(false);
  const left = found.filter(({ replaced }) => !replaced);
  const replaced = found.filter((each) => each.replaced);
  const listed = all ? found : found.slice(0, LISTED);
  return (
    <section
      aria-labelledby="confidential"
      className={`rounded-xl border px-3.5 py-2 ${left.length > 0 ? "border-cloud" : "border-line"}`}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 id="confidential" className="min-w-0 flex-1 basis-56 text-ui font-semibold">
          {found.length === 0
            ? "Nothing was found that looks confidential"
            : left.length > 0
              ? `${plural(left.length, "place")} in the text ${left.length === 1 ? "looks" : "look"} confidential`
              : `${plural(replaced.length, "placeholder stands", "placeholders stand")} in the text`}
        </h2>
        {left.length > 0 && (
          <Button onClick={() => onReplace(left, true)}>
            {left.length === 1 ? "Replace it" : "Replace all"}
          </Button>
        )}
        {replaced.length > 0 && (
          <Button onClick={() => onReplace(replaced, false)}>
            {replaced.length === 1 ? "Put it back" : "Put all back"}
          </Button>
        )}
      </div>
      <ul className="mt-1 empty:hidden">
        {listed.map((finding) => (
          <Row
            key={finding.number}
            finding={finding}
            onReplace={(replace) => onReplace([finding], replace)}
          />
        ))}
      </ul>
      {listed.length < found.length && (
        <Button kind="ghost" className="mt-1 -ml-1.5" onClick={() => setAll(true)}>
          Show all {found.length}
        </Button>
      )}
      <p className="mt-1 text-small text-soft">
        {replaced.length > 0 && "Placeholders in the answer are filled in again on this computer. "}
        {cannotFind}
      </p>
    </section>
  );
}
