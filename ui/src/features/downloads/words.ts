// What is said about a download.
import { bytes, bytesOf, secondsLeft } from "../../components/format";
import type { DownloadView } from "../../ipc";

/** 0 to 100. */
export const percentOf = ({ received, total }: DownloadView): number =>
  total > 0 ? (100 * received) / total : 0;

/** How it goes, in a line. */
export function downloadWords(download: DownloadView): string {
  const { state, received, total, rate, seconds_left, host, message } = download;
  const soFar = total > 0 ? bytesOf(received, total) : bytes(received);
  switch (state) {
    case "queued":
      return received > 0 ? `Waits for its turn · ${soFar}` : "Waits for its turn";
    case "connecting":
      return `Asking ${host}…`;
    case "fetching":
      return [
        soFar,
        rate > 0 ? `${bytes(rate)}/s` : "",
        seconds_left === null ? "" : `${secondsLeft(seconds_left)} left`,
      ]
        .filter(Boolean)
        .join(" · ");
    case "verifying":
      return "All of it is here and is being checked";
    case "paused":
      return message || `Paused · ${soFar}`;
    case "failed":
      return message || `It stopped · ${soFar}`;
  }
}

/** What is lost when it is ended and is more than a moment's work, in bytes. */
export const MUCH = 50_000_000;
