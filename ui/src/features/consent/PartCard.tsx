// One part of what would be sent: whose words, the exact text with what looks confidential marked,
// and the way to leave it out. A long text is folded, and says how much of it is not in sight.
import { Button } from "../../components/Button";
import { count, plural } from "../../components/format";
import type { ConsentFinding, ConsentPart } from "../../ipc/consent";
import { ExactText } from "./ExactText";
import { CERTAINTY, ROLES } from "./words";

/** Longer parts are folded. */
export const FOLD_ABOVE = 4_000;
/** How much of a folded part is seen, in characters. */
const FOLDED_TO = 1_200;

/** The first pieces, up to so many characters. */
function cutAt(pieces: ConsentPart["pieces"], most: number): ConsentPart["pieces"] {
  const cut: ConsentPart["pieces"] = [];
  let room = most;
  for (const piece of pieces) {
    if (room <= 0) break;
    // What looks confidential is shown whole or not at all.
    if (piece.finding && piece.text.length > room) break;
    cut.push({ ...piece, text: piece.text.slice(0, room) });
    room -= piece.text.length;
  }
  return cut;
}

interface MarkedProps {
  text: string;
  finding: ConsentFinding;
  /** Its number for the person. */
  number: number | undefined;
}

function Marked({ text, finding, number }: MarkedProps) {
  const { name, replaced, certainty } = finding;
  const sure = replaced ? "" : CERTAINTY[certainty];
  return (
    <mark
      data-finding={finding.number}
      className={
        replaced
          ? "rounded-sm border border-dashed border-network bg-transparent px-0.5 text-network"
          : "rounded-sm bg-mark px-0.5 text-ink forced-colors:bg-[Mark] forced-colors:text-[MarkText]"
      }
    >
      <ExactText text={text} />
      <span className="ml-1 font-sans text-tiny font-semibold select-none">
        <span className="sr-only">, </span>
        {[number, sure, name].filter(Boolean).join(" ")}
      </span>
    </mark>
  );
}

interface PartCardProps {
  part: ConsentPart;
  /** Its place among all parts, from 1. */
  position: number;
  /** The findings' numbers for the person. */
  numbers: ReadonlyMap<number, number>;
  open: boolean;
  onOpen: () => void;
  onLeaveOut: (leaveOut: boolean) => void;
}

export function PartCard({ part, position, numbers, open, onOpen, onLeaveOut }: PartCardProps) {
  const { pieces, left_out } = part;
  const characters = pieces.reduce((sum, { text }) => sum + text.length, 0);
  const folded = !open && characters > FOLD_ABOVE;
  const shown = folded ? cutAt(pieces, FOLDED_TO) : pieces;
  const marked = (among: ConsentPart["pieces"]) => among.filter(({ finding }) => finding).length;
  const outOfSight = marked(pieces) - marked(shown);
  const role = ROLES[part.role];
  return (
    <section
      aria-labelledby={`part-${part.id}`}
      data-part={part.id}
      data-left-out={left_out || undefined}
      className={`rounded-xl border border-line ${left_out ? "border-dashed" : "bg-raised"}`}
    >
      <div className="flex flex-wrap items-center gap-x-3 py-1 pr-1.5 pl-3.5 text-small text-soft">
        <h3 id={`part-${part.id}`} className="min-w-0 flex-1">
          <span className="font-semibold text-ink">
            {position}. {role}
          </span>
          {" · "}
          {left_out ? "stays here" : plural(characters, "character")}
        </h3>
        <Button
          kind="ghost"
          aria-label={`${left_out ? "Put back" : "Leave out"} part ${position}, ${role}`}
          onClick={() => onLeaveOut(!left_out)}
        >
          {left_out ? "Put back" : "Leave out"}
        </Button>
      </div>
      {!left_out && (
        <div className="border-t border-line px-3.5 py-2.5">
          <div
            dir="auto"
            data-testid="part-text"
            className="font-mono text-ui leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]"
          >
            {shown.map(({ text, finding }, at) =>
              finding ? (
                <Marked
                  key={at}
                  text={text}
                  finding={finding}
                  number={numbers.get(finding.number)}
                />
              ) : (
                <ExactText key={at} text={text} />
              ),
            )}
            {folded && "…"}
          </div>
          {folded && (
            <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-small text-soft">
              <Button onClick={onOpen}>Show all {count(characters)} characters</Button>
              <span>
                The rest is sent too
                {outOfSight > 0 &&
                  `, and ${plural(outOfSight, "marked place is", "marked places are")} in it`}
                .
              </span>
            </p>
          )}
        </div>
      )}
    </section>
  );
}
