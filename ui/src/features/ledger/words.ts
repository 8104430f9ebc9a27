// What a row of the ledger says to a person. Pure.
import { bytes, dollars, plural } from "../../components/format";
import type { LedgerCheck, LedgerRequest, LedgerRow, LedgerState, MonthTotal } from "../../ipc";

export type Filter = "all" | "sent" | "maybe" | "not_sent";

export const FILTERS: readonly [Filter, string][] = [
  ["all", "All"],
  ["sent", "Sent"],
  ["maybe", "May have been sent"],
  ["not_sent", "Not sent"],
];

/** Whether it left, as far as anybody can tell. */
export const OUTCOMES: Readonly<Record<LedgerState, Exclude<Filter, "all">>> = {
  waiting: "not_sent",
  on_its_way: "maybe",
  sent: "sent",
  failed: "not_sent",
  may_have_been_sent: "maybe",
  denied: "not_sent",
  revoked: "not_sent",
};

/** The rows that a filter and a provider leave; changes of what may be asked are in all of them. */
export function filtered(
  rows: readonly LedgerRow[],
  filter: Filter,
  provider: string | null,
): LedgerRow[] {
  if (filter === "all" && provider === null) return [...rows];
  return rows.filter((row) => {
    if (row.kind !== "request")
      return row.kind === "connection" && provider === null && filter === "sent";
    return (
      (filter === "all" || OUTCOMES[row.state] === filter) &&
      (provider === null || row.provider === provider)
    );
  });
}

/** Who stands in the ledger, by name. */
export function providersIn(rows: readonly LedgerRow[]): string[] {
  const named = rows.flatMap((row) => (row.kind === "request" ? [row.provider] : []));
  return [...new Set(named)].sort();
}

const PURPOSES: Readonly<Record<LedgerRequest["purpose"], string>> = {
  answer: "Answer",
  model_list: "List of models",
  key_test: "Test of a key",
  download: "Download",
  update_check: "Check for updates",
};

export const purposeWords = ({ purpose }: LedgerRequest) => PURPOSES[purpose];

/** How far it came, and on whose yes. */
function stateWords({ state, standing }: LedgerRequest): string {
  switch (state) {
    case "waiting":
      return "Waits for your decision";
    case "on_its_way":
      return "On its way";
    case "sent":
      return standing ? "on your standing yes" : "you said yes";
    case "failed":
      return "Failed before anything left";
    case "may_have_been_sent":
      return "May have been sent; not sent again";
    case "denied":
      return "Not sent: you said no, or did not decide";
    case "revoked":
      return "Not sent: taken back";
  }
}

/** Sizes and money of what left or may have. */
function numbers(row: LedgerRequest): string[] {
  const { body_bytes, received_bytes, cost, left_out, place, purpose } = row;
  const maybe = OUTCOMES[row.state] === "maybe" ? "at most " : "";
  const sizes = [
    body_bytes > 0 ? `sent ${maybe}${bytes(body_bytes)}` : "",
    received_bytes > 0 ? `received ${bytes(received_bytes)}` : "",
  ].filter(Boolean);
  const words = sizes.length > 0 ? [sizes.join(", ")] : [];
  if (cost !== null && cost > 0) words.push(dollars(cost));
  else if (cost === null && purpose === "answer" && place === "cloud") words.push("cost unknown");
  if (left_out > 0) words.push(`${plural(left_out, "part")} left out`);
  return words;
}

/** What became of a request, in a line: what left and on whose yes, or why nothing did. */
export function fate(row: LedgerRequest): string {
  const words = fateWords(row);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function fateWords(row: LedgerRequest): string {
  const state = stateWords(row);
  const trouble = row.trouble === "" ? [] : [row.trouble];
  switch (OUTCOMES[row.state]) {
    case "sent":
      return [...numbers(row), state, ...trouble].join(" · ");
    case "maybe":
      return [state, ...numbers(row), ...trouble].join(" · ");
    case "not_sent":
      return [state, ...trouble].join(" · ");
  }
}

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const MONTH = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });

/** `Yesterday 14:02`, by this computer's calendar. */
export function when(at: number, now: number): string {
  const date = DATE.format(at);
  const today = new Date(now);
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  const name =
    date === DATE.format(now) ? "Today" : date === DATE.format(yesterday) ? "Yesterday" : date;
  return `${name} ${TIME.format(at)}`;
}

export const monthName = (month: string) => MONTH.format(new Date(`${month}-01`));

/** What a month with one provider cost: `$0.031`, `$1.24 and more`, `unknown`. */
export function costWords({ cost, requests, unknown_cost }: MonthTotal): string {
  if (unknown_cost === 0) return dollars(cost);
  return unknown_cost >= requests ? "unknown" : `${dollars(cost)} and more`;
}

export function checkWords(check: LedgerCheck): string {
  switch (check.check) {
    case "whole":
      return check.sealed_in_keyring
        ? "Complete and unchanged"
        : "Unchanged, as far as its own links tell: no keyring knows its end";
    case "damaged":
      return `Damaged. ${check.message}`;
    case "unchecked":
      return `Not checked. ${check.message}`;
  }
}
