// What is on its way, at the foot of the left side: seen from the chat, and a way to the models.
import { ProgressBar } from "../../components/ProgressBar";
import type { DownloadView } from "../../ipc";
import { DOWNLOAD } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";
import { DownloadControls } from "./DownloadControls";
import { downloadWords, hasFailed, percentOf } from "./words";

/** The one that says most: what comes now, then what needs the person, then what waits. */
const ORDER: readonly DownloadView["state"][] = [
  "fetching",
  "verifying",
  "connecting",
  "failed",
  "paused",
  "queued",
];

export function first(downloads: readonly DownloadView[]): DownloadView | undefined {
  return [...downloads].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))[0];
}

/** How many others there are, in a few words: `1 failed, 2 more`. */
export function othersWords(downloads: readonly DownloadView[]): string {
  const failed = downloads.filter(hasFailed).length;
  const rest = downloads.length - failed;
  return [failed > 0 && `${failed} failed`, rest > 0 && `${rest} more`].filter(Boolean).join(", ");
}

export default function DownloadStrip({ downloads }: { downloads: readonly DownloadView[] }) {
  const showPage = useSelection((selection) => selection.showPage);
  const shown = first(downloads);
  if (!shown) return null;
  const words = downloadWords(shown);
  const others = othersWords(downloads.filter(({ id }) => id !== shown.id));
  return (
    <section
      aria-label={DOWNLOAD.strip}
      className="flex flex-none flex-col gap-1 border-t border-line px-2 pt-2.5 pb-0.5"
    >
      <div className="flex items-center gap-1">
        <button
          type="button"
          className="min-w-0 flex-1 truncate rounded text-start text-small font-medium hover:underline"
          title={shown.title}
          onClick={() => showPage("models")}
        >
          {shown.title}
        </button>
        {/* A question that stands is about this one, never about the next. */}
        <DownloadControls key={shown.id} download={shown} />
      </div>
      <ProgressBar label={`${shown.title} on its way`} percent={percentOf(shown)} words={words} />
      <p
        className={`line-clamp-2 text-small tabular-nums ${hasFailed(shown) ? "text-danger" : "text-soft"}`}
        title={shown.message ? words : undefined}
      >
        {words}
      </p>
      {others && <p className="text-small text-faint">{others}</p>}
    </section>
  );
}
