// Under an answer: where it was written, by what, how fast, and what can be done with it.
import { ChevronDown, Cloud, RefreshCw } from "lucide-react";
import { DropdownMenu, Popover } from "radix-ui";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { MenuContent } from "../../components/Menu";
import { PlaceBadge } from "../../components/PlaceBadge";
import type { AnswerStatistics, ModelsView, ShownMessage } from "../../ipc";
import { ACTIONS } from "../../testing/landmarks";
import { answererOf } from "../larger/choices";
import { useCloud } from "../larger/useCloud";
import { useLarger } from "../larger/waiting";
import { modelTitle } from "../models/useModels";
import { Alternatives } from "./Alternatives";
import { LeftMark } from "./LeftMark";
import { costAndSpeed, inFull, shortly } from "./statistics";

function Numbers({ statistics }: { statistics: AnswerStatistics }) {
  return (
    <dl className="grid grid-cols-[auto_auto] gap-x-6 gap-y-1 text-small">
      {inFull(statistics).map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-soft">{name}</dt>
          <dd className="text-right tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Details({ statistics, shown }: { statistics: AnswerStatistics; shown: string }) {
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={`${ACTIONS.details}: ${shown}`}
        className="-mx-1 min-h-7 rounded-md px-1 tabular-nums hover:bg-hover hover:text-ink"
      >
        {shown}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover p-4" aria-label={ACTIONS.details} collisionPadding={12}>
          <Numbers statistics={statistics} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface AgainProps {
  models: ModelsView | undefined;
  current: string | null;
  /** The answer came from elsewhere; again means on this computer. */
  elsewhere: boolean;
  disabled: boolean;
  onAgain: (model: string | null) => void;
}

function Again({ models, current, elsewhere, disabled, onAgain }: AgainProps) {
  const others =
    models?.models.filter(({ name, state }) => state.state !== "unusable" && name !== current) ??
    [];
  return (
    <span className="inline-flex items-center">
      <Button kind="ghost" disabled={disabled} onClick={() => onAgain(null)}>
        <RefreshCw className="icon-small" aria-hidden="true" />
        {elsewhere ? ACTIONS.againHere : ACTIONS.again}
      </Button>
      {others.length > 0 && (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger asChild>
            <Button
              kind="ghost"
              aria-label={ACTIONS.againWith}
              title={ACTIONS.againWith}
              disabled={disabled}
              className="-ml-1 px-1"
            >
              <ChevronDown className="icon-small" aria-hidden="true" />
            </Button>
          </DropdownMenu.Trigger>
          <MenuContent className="min-w-48">
            <DropdownMenu.Label className="px-2.5 py-1 text-small text-faint">
              Again with
            </DropdownMenu.Label>
            {others.map(({ name, title }) => (
              <DropdownMenu.Item key={name} className="menu-item" onSelect={() => onAgain(name)}>
                {title}
              </DropdownMenu.Item>
            ))}
          </MenuContent>
        </DropdownMenu.Root>
      )}
    </span>
  );
}

/** Who wrote it, for answers from elsewhere. */
function Answerer({ message }: { message: ShownMessage }) {
  const { provider, model } = answererOf(message, useCloud());
  return (
    <span className="min-w-0 truncate">
      {provider} · {model}
    </span>
  );
}

interface AnswerFootProps {
  message: ShownMessage;
  models: ModelsView | undefined;
  busy: boolean;
  onAgain: (model: string | null) => void;
  onLarger: () => void;
  onWalk: (to: string) => void;
}

export function AnswerFoot(props: AnswerFootProps) {
  const { message, models, busy, onAgain, onLarger, onWalk } = props;
  const { statistics } = message;
  const elsewhere = message.place !== "this_computer";
  const waiting = useLarger((larger) => larger.waiting !== null);
  // The note about what went wrong offers it already, in words that fit.
  const offered = message.failure !== null || message.state === "interrupted";
  return (
    <footer className="mt-2 -ml-1 flex flex-wrap items-center gap-x-1.5 gap-y-0.5 pl-1 text-small text-faint">
      <span className="mr-1.5 inline-flex">
        <PlaceBadge place={message.place} />
      </span>
      {elsewhere ? (
        <Answerer message={message} />
      ) : (
        <span className="min-w-0 truncate">{modelTitle(models, message.model)}</span>
      )}
      {statistics && (
        <>
          <span aria-hidden="true">·</span>
          <Details
            statistics={statistics}
            shown={message.place === "cloud" ? costAndSpeed(statistics) : shortly(statistics)}
          />
        </>
      )}
      {message.text !== "" && <CopyButton text={message.text} label={ACTIONS.copy} shown="Copy" />}
      {!offered && (
        <>
          <Again
            models={models}
            current={message.model}
            elsewhere={elsewhere}
            disabled={busy}
            onAgain={onAgain}
          />
          <Button kind="ghost" disabled={busy || waiting} onClick={onLarger}>
            <Cloud className="icon-small" aria-hidden="true" />
            {ACTIONS.larger}
          </Button>
        </>
      )}
      <Alternatives message={message} disabled={busy} onWalk={onWalk} />
      <LeftMark hosts={message.left_to} />
    </footer>
  );
}
