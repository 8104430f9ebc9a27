// What the consent window says, apart from what it shows.
import { bytes, count, day, dollars, plural } from "../../components/format";
import type { ConsentFinding, ConsentPart, ConsentView, Role } from "../../ipc/consent";

export const ROLES: Readonly<Record<Role, string>> = {
  system: "Instructions",
  user: "You",
  assistant: "Earlier answer",
};

/** The question above everything else, with the provider's name left open. */
export function question({ purpose, destination, parts }: ConsentView): [string, string] {
  switch (purpose) {
    case "answer":
      return [parts.length > 0 ? "Send this to " : "Ask ", "?"];
    case "model_list":
      return ["Ask ", " which models it has?"];
    case "key_test":
      return ["Try your key at ", "?"];
    case "download":
      return [`Fetch ${destination.model ?? "a file"} from `, "?"];
    case "update_check":
      return ["Ask ", " for a newer Sotto?"];
  }
}

/** What leaves, in a sentence. */
export function whatLeaves({ purpose, with_key }: ConsentView): string {
  switch (purpose) {
    case "answer":
      return with_key
        ? "Exactly the text below and your key for it leave this computer, once. Nothing is sent until you say so."
        : "Exactly the text below leaves this computer, once. Nothing is sent until you say so.";
    case "model_list":
    case "key_test":
      return with_key
        ? "Nothing of yours is sent: no text, only your key."
        : "Nothing of yours is sent: no text and no key.";
    case "download":
    case "update_check":
      return "Nothing of yours is sent: no text and no key.";
  }
}

export interface Fact {
  name: string;
  value: string;
  more: string;
}

/** How much goes and what it costs: the numbers that decide. */
export function facts({ parts, body_bytes, estimate, prices_as_of }: ConsentView): Fact[] {
  // A request without text that costs nothing needs no numbers.
  if (parts.length === 0 && estimate.most_cost === 0) return [];
  const { fewest_tokens: fewest, most_tokens: most, most_cost: cost } = estimate;
  const going = parts.filter(({ left_out }) => !left_out).length;
  const all: Fact[] = [];
  if (parts.length > 0) {
    const value =
      going === parts.length
        ? plural(going, "part")
        : `${count(going)} of ${plural(parts.length, "part")}`;
    all.push({ name: "What", value, more: `${bytes(body_bytes)} in all` });
    all.push({
      name: "Tokens",
      value: fewest === most ? count(most) : `${count(fewest)}–${count(most)}`,
      more: "estimated, without the answer",
    });
  }
  all.push(
    cost === null
      ? { name: "Cost", value: "Unknown", more: "Sotto knows no price for this" }
      : {
          name: "Cost",
          value: cost === 0 ? "Nothing" : `At most ${dollars(cost)}`,
          more: `prices of ${day(prices_as_of)}`,
        },
  );
  return all;
}

export interface Found extends ConsentFinding {
  text: string;
  /** Its number for the person. */
  shown: number;
  /** The part that it stands in, from 1. */
  part: number;
}

/** The number that each finding has for the person: its place among all, whatever is left out. */
export function numbered(parts: readonly ConsentPart[]): ReadonlyMap<number, number> {
  const pieces = parts.flatMap(({ pieces }) => pieces);
  const numbers = pieces.flatMap(({ finding }) => (finding ? [finding.number] : []));
  return new Map(numbers.map((number, at) => [number, at + 1]));
}

/** What looks confidential in the parts that go, in order. */
export function findings(parts: readonly ConsentPart[]): Found[] {
  const shown = numbered(parts);
  return parts.flatMap(({ left_out, pieces }, at) =>
    left_out
      ? []
      : pieces.flatMap(({ text, finding }) =>
          finding
            ? [{ ...finding, text, shown: shown.get(finding.number) ?? 0, part: at + 1 }]
            : [],
        ),
  );
}

export const CERTAINTY = { certain: "", likely: "likely", possible: "possibly" } as const;

/** Minutes and seconds that are left: `1:58`. */
export function clock(milliseconds: number): string {
  const left = Math.max(0, Math.ceil(milliseconds / 1_000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

/** A hash in groups that can be compared by eye. */
export const inGroups = (hash: string) => hash.match(/.{1,4}/g)?.join(" ") ?? hash;
