// What left this computer, and what was asked for and did not: row by row, by month, and whether
// the record is what was written.
import { useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { FIELD } from "../../components/Field";
import { bytes, count, day, plural } from "../../components/format";
import { showError, showNote } from "../../components/toasts";
import { type CloudView, type LedgerCheck, type MonthTotal, useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useCloud } from "../larger/useCloud";
import { Row } from "./Row";
import {
  checkWords,
  costWords,
  FILTERS,
  type Filter,
  filtered,
  monthName,
  providersIn,
} from "./words";

/** As many rows are drawn before more are asked for. */
const PAGE = 100;

const titleOf = (cloud: CloudView | undefined, provider: string) =>
  cloud?.providers.find(({ id }) => id === provider)?.title ?? provider;

function Check({ check }: { check: LedgerCheck }) {
  const whole = check.check === "whole";
  const Icon = whole ? ShieldCheck : ShieldAlert;
  const look =
    check.check === "damaged"
      ? "rounded-r-lg border-l-[3px] border-danger bg-danger-wash px-3 py-2 text-ink"
      : "text-soft";
  return (
    <p
      role={check.check === "damaged" ? "alert" : undefined}
      className={`flex items-start gap-2 text-ui ${look}`}
    >
      <Icon className={`icon mt-0.5 ${whole ? "text-accent" : "text-danger"}`} aria-hidden="true" />
      <span className="min-w-0 flex-1">
        {checkWords(check)}
        {whole && (
          <span className="text-faint"> · {plural(check.entries, "entry", "entries")}</span>
        )}
      </span>
    </p>
  );
}

function Months({
  months,
  cloud,
}: {
  months: readonly MonthTotal[];
  cloud: CloudView | undefined;
}) {
  if (months.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is no part of the page, only wider than it
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <div role="group" aria-label="Totals" tabIndex={0} className="overflow-x-auto">
      <table className="w-full text-small tabular-nums">
        <caption className="sr-only">Totals by month and provider</caption>
        <thead className="text-left text-faint">
          <tr>
            <th scope="col" className="py-1 pr-4 font-semibold">
              Month
            </th>
            <th scope="col" className="py-1 pr-4 font-semibold">
              Provider
            </th>
            <th scope="col" className="py-1 pr-4 text-right font-semibold">
              Requests
            </th>
            <th scope="col" className="py-1 pr-4 text-right font-semibold">
              Sent
            </th>
            <th scope="col" className="py-1 pr-4 text-right font-semibold">
              Tokens
            </th>
            <th scope="col" className="py-1 text-right font-semibold">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {months.map((total, at) => (
            <tr key={`${total.month} ${total.provider}`} className="border-t border-line">
              <th scope="row" className="py-1 pr-4 text-left font-normal whitespace-nowrap">
                {months[at - 1]?.month === total.month ? (
                  <span className="sr-only">{monthName(total.month)}</span>
                ) : (
                  monthName(total.month)
                )}
              </th>
              <td className="py-1 pr-4">{titleOf(cloud, total.provider)}</td>
              <td className="py-1 pr-4 text-right">{count(total.requests)}</td>
              <td className="py-1 pr-4 text-right whitespace-nowrap">{bytes(total.sent_bytes)}</td>
              <td className="py-1 pr-4 text-right">{count(total.tokens)}</td>
              <td className="py-1 text-right whitespace-nowrap">{costWords(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface LedgerDialogProps {
  onOpenConversation: (id: string) => void;
  onClose: () => void;
}

export default function LedgerDialog({ onOpenConversation, onClose }: LedgerDialogProps) {
  const core = useCore();
  const cloud = useCloud();
  const [filter, setFilter] = useState<Filter>("all");
  const [provider, setProvider] = useState<string | null>(null);
  const [most, setMost] = useState(PAGE);
  const { data, error, refetch } = useQuery({
    queryKey: ["ledger"],
    queryFn: () => core.ledger(),
    // It grows with each request: what was read before is old.
    gcTime: 0,
  });
  const rows = data ? filtered(data.rows, filter, provider) : [];
  const providers = data ? providersIn(data.rows) : [];
  const now = Date.now();
  const exportAll = async () => {
    try {
      showNote(`Written to ${await core.exportLedger()}`);
    } catch (thrown) {
      showError(thrown);
    }
  };
  return (
    <Dialog title={NAMES.ledger} open wide onClose={onClose}>
      <div className="flex flex-col gap-4 px-6 pt-4 pb-6">
        {error && (
          <div role="alert" className="flex flex-wrap items-center gap-3">
            <p className="min-w-0 flex-1">The ledger could not be read. {error.message}</p>
            <Button onClick={() => refetch()}>Try again</Button>
          </div>
        )}
        {data && <Check check={data.check} />}
        {data?.rows.length === 0 && (
          <p className="max-w-[60ch] py-4 text-soft">
            Nothing has left this computer, and nothing was asked to. The first time something is,
            it stands here: when, where to, how much, and what you decided. Never what it said.
          </p>
        )}
        {data && data.rows.length > 0 && (
          <>
            <Months months={data.months} cloud={cloud} />
            <div className="flex flex-wrap items-center gap-2">
              {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a form around it */}
              <div role="group" aria-label="Show" className="flex flex-wrap gap-1">
                {FILTERS.map(([value, words]) => (
                  <Button
                    key={value}
                    aria-pressed={filter === value}
                    className={filter === value ? "!border-accent !bg-accent-wash" : ""}
                    onClick={() => setFilter(value)}
                  >
                    {words}
                  </Button>
                ))}
              </div>
              <select
                aria-label="Provider"
                value={provider ?? ""}
                className={`${FIELD} !w-auto`}
                onChange={(event) => setProvider(event.currentTarget.value || null)}
              >
                <option value="">Every provider</option>
                {providers.map((id) => (
                  <option key={id} value={id}>
                    {titleOf(cloud, id)}
                  </option>
                ))}
              </select>
              <span className="flex-1" />
              <Button onClick={exportAll}>Export</Button>
            </div>
            {rows.length === 0 ? (
              <p className="py-2 text-soft">Nothing of this kind.</p>
            ) : (
              <ul className="flex flex-col divide-y divide-line border-y border-line">
                {rows.slice(0, most).map((row, at) => (
                  <Row
                    key={at}
                    row={row}
                    now={now}
                    provider={row.kind === "request" ? titleOf(cloud, row.provider) : ""}
                    onOpen={(id) => {
                      onClose();
                      onOpenConversation(id);
                    }}
                  />
                ))}
              </ul>
            )}
            {rows.length > most && (
              <Button className="self-start" onClick={() => setMost(most + PAGE)}>
                Show more ({count(rows.length - most)} older)
              </Button>
            )}
            <p className="text-small text-faint">
              Costs with the prices of {day(data.prices_as_of)}.
            </p>
          </>
        )}
      </div>
    </Dialog>
  );
}
