// One row of the ledger, in words.
import {
  CircleHelp,
  CircleSlash,
  Cloud,
  type LucideIcon,
  Network,
  SlidersHorizontal,
} from "lucide-react";
import { bytes } from "../../components/format";
import type { LedgerRequest, LedgerRow } from "../../ipc";
import { fate, OUTCOMES, purposeWords, when } from "./words";

interface RowProps {
  row: LedgerRow;
  now: number;
  /** The provider's name for people. */
  provider: string;
  onOpen: (conversation: string) => void;
}

const OUTCOME_SIGNS = {
  sent: { icon: Cloud, colour: "text-cloud" },
  maybe: { icon: CircleHelp, colour: "text-danger" },
  not_sent: { icon: CircleSlash, colour: "text-faint" },
} as const;

function Sign({ row }: { row: LedgerRow }) {
  let { icon: Icon, colour }: { icon: LucideIcon; colour: string } = {
    icon: row.kind === "change" ? SlidersHorizontal : Cloud,
    colour: "text-faint",
  };
  if (row.kind === "request") {
    ({ icon: Icon, colour } = OUTCOME_SIGNS[OUTCOMES[row.state]]);
    if (row.state === "sent" && row.place === "your_network") {
      Icon = Network;
      colour = "text-network";
    }
  }
  return <Icon className={`icon mt-0.5 ${colour}`} aria-hidden="true" />;
}

function Request({
  row,
  provider,
  onOpen,
}: { row: LedgerRequest } & Omit<RowProps, "row" | "now">) {
  const { model, host, conversation, conversation_title } = row;
  return (
    <>
      <p className="[overflow-wrap:anywhere]">
        <span className="font-medium">{purposeWords(row)}</span>
        {" · "}
        {provider}
        {model !== null && ` / ${model}`}
        {" · "}
        {host}
      </p>
      <p className="text-small text-soft">{fate(row)}</p>
      {conversation !== null && conversation_title !== "" && (
        <button
          type="button"
          className="max-w-full truncate text-small text-faint underline underline-offset-2 hover:text-ink"
          onClick={() => onOpen(conversation)}
        >
          {conversation_title}
        </button>
      )}
    </>
  );
}

export function Row(props: RowProps) {
  const { row, now } = props;
  return (
    <li className="flex gap-3 py-2 text-ui">
      <Sign row={row} />
      <div className="flex min-w-0 flex-1 flex-wrap gap-x-4">
        <time
          dateTime={new Date(row.at).toISOString()}
          className="w-36 flex-none pt-0.5 text-small text-soft tabular-nums"
        >
          {when(row.at, now)}
        </time>
        <div className="flex min-w-0 flex-1 basis-72 flex-col items-start">
          {row.kind === "request" && <Request {...props} row={row} />}
          {row.kind === "connection" && (
            <p className="[overflow-wrap:anywhere]">
              Further connection of the request before · {row.host} ·{" "}
              {row.succeeded ? `received ${bytes(row.received_bytes)}` : "failed"}
            </p>
          )}
          {row.kind === "change" && <p>{row.text}</p>}
        </div>
      </div>
    </li>
  );
}
