// A model that could be here, or is on its way, as a row.
import { memo, type ReactNode } from "react";
import { Button } from "../../components/Button";
import { bytes } from "../../components/format";
import { ProgressBar } from "../../components/ProgressBar";
import { Tag } from "../../components/Tag";
import type { CatalogItem, DownloadView, HardwareView } from "../../ipc";
import { MODELS_PAGE } from "../../testing/landmarks";
import { DownloadControls } from "../downloads/DownloadControls";
import { downloadWords, hasFailed, percentOf, progressWords } from "../downloads/words";
import type { PageActions } from "./actions";
import { ItemDetails } from "./Details";
import { LanguageTag } from "./LanguageTag";
import { languageWords } from "./languages";
import { MemoryMeter } from "./MemoryMeter";
import { RowFrame } from "./RowFrame";
import { FIT_TAGS, honest, parameterWords } from "./words";

/** How far it is. */
function Progress({ download }: { download: DownloadView }) {
  const words = downloadWords(download);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <ProgressBar
        label={`${download.title} on its way`}
        percent={percentOf(download)}
        words={words}
      />
      <p className="text-small text-soft tabular-nums">
        {hasFailed(download) ? `Stopped · ${progressWords(download)}` : words}
      </p>
    </div>
  );
}

function Action({ item, actions }: { item: CatalogItem; actions: PageActions }) {
  const { title, fit } = item;
  switch (fit.fit) {
    case "over_limit":
      return (
        <Button
          aria-label={`${MODELS_PAGE.raise} for ${title}`}
          onClick={() => actions.raiseLimit(item)}
        >
          {MODELS_PAGE.raise}
        </Button>
      );
    case "too_large":
      return (
        <Button
          kind="ghost"
          aria-label={`${MODELS_PAGE.downloadAnyway} ${title}`}
          onClick={() => actions.download(item)}
        >
          {MODELS_PAGE.downloadAnyway}
        </Button>
      );
    default:
      return (
        <Button
          aria-label={`${MODELS_PAGE.download} ${title}`}
          onClick={() => actions.download(item)}
        >
          {MODELS_PAGE.download}
        </Button>
      );
  }
}

/** In line with the buttons of rows that have a menu, too. */
const ActionPlace = ({ children }: { children: ReactNode }) => (
  <span className="inline-flex @min-[44rem]:me-9">{children}</span>
);

/** What went wrong has no room beside the name. */
function Failure({ download }: { download: DownloadView | undefined }) {
  if (!download || !hasFailed(download)) return null;
  return <p className="text-ui text-danger">{download.message}</p>;
}

interface ItemRowProps {
  item: CatalogItem;
  download: DownloadView | undefined;
  /** The one that Sotto would take. */
  best: boolean;
  hardware: HardwareView | undefined;
  actions: PageActions;
  open: boolean;
  onToggle: (row: string) => void;
}

export const ItemRow = memo(function ItemRow(props: ItemRowProps) {
  const { item, download, best, hardware, actions, open, onToggle } = props;
  const row = `item/${item.id}`;
  const tag = FIT_TAGS[item.fit.fit];
  const facts = [
    languageWords(item.languages),
    item.licence.name,
    parameterWords(item.parameters),
    item.verified ? bytes(item.size) : `about ${bytes(item.size)}, not tried by us`,
  ];
  return (
    <RowFrame
      row={row}
      title={item.title}
      tags={
        <>
          <Tag look={tag.look}>{best ? "Suits this computer best" : tag.words}</Tag>
          <LanguageTag languages={item.languages} />
          {item.licence.terms && <Tag look="caution">Own terms</Tag>}
        </>
      }
      about={honest(item)}
      facts={facts.filter(Boolean).join(" · ")}
      notice={<Failure download={download} />}
      meter={
        download ? (
          <Progress download={download} />
        ) : (
          <MemoryMeter fit={item.fit} speed={item.speed} />
        )
      }
      action={
        <ActionPlace>
          {download ? (
            <DownloadControls download={download} spelledOut />
          ) : (
            <Action item={item} actions={actions} />
          )}
        </ActionPlace>
      }
      open={open}
      onToggle={() => onToggle(row)}
      details={() => <ItemDetails item={item} hardware={hardware} />}
    />
  );
});

/** Something of the hub that is not in the catalogue, on its way. */
export function ForeignRow({ download }: { download: DownloadView }) {
  return (
    <article
      aria-label={download.title}
      data-row={`download/${download.id}`}
      className="@container border-t border-line"
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-2.5 py-3.5 @min-[44rem]:grid-cols-[minmax(0,1fr)_17rem_9.75rem]">
        <div className="min-w-0">
          <h3 className="text-base leading-snug font-semibold [overflow-wrap:anywhere]">
            {download.title}
          </h3>
          <p className="text-small text-faint [overflow-wrap:anywhere]">{download.file}</p>
          <Failure download={download} />
        </div>
        <Progress download={download} />
        <div className="flex @min-[44rem]:justify-end">
          <ActionPlace>
            <DownloadControls download={download} spelledOut />
          </ActionPlace>
        </div>
      </div>
    </article>
  );
}
