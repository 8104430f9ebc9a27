// What is said about a download.
import { bytes, bytesOf, secondsLeft } from "../../components/format";
import type { DownloadView } from "../../ipc";

/** 0 to 100. */
export const percentOf = ({ received, total }: DownloadView): number =>
  total > 0 ? (100 * received) / total : 0;

/** It stopped with an error, and nobody else fetches the file either. */
export const hasFailed = ({ state, elsewhere }: DownloadView): boolean =>
  state === "failed" && !elsewhere;

/** All bytes are here, and are hashed once more before they are a model. */
export const isWhole = ({ state, received, total }: DownloadView): boolean =>
  state === "verifying" && received === total;

/** How much of it is here. How long it is may be unknown. */
export const progressWords = ({ received, total }: DownloadView): string =>
  total > 0 ? bytesOf(received, total) : bytes(received);

/** How it goes, in a line. */
export function downloadWords(download: DownloadView): string {
  const { state, received, rate, seconds_left, elsewhere, host, message } = download;
  const soFar = progressWords(download);
  if (elsewhere) return inLine("Another Sotto fetches this file", received > 0 && soFar);
  switch (state) {
    case "queued":
      return inLine(message || "Waits for its turn", received > 0 && soFar);
    case "connecting":
      return message ? inLine(received > 0 && soFar, message) : `Asking ${host}…`;
    case "fetching":
      return inLine(
        soFar,
        rate > 0 && `${bytes(rate)}/s`,
        seconds_left !== null && `${secondsLeft(seconds_left)} left`,
        message,
      );
    case "verifying":
      return isWhole(download)
        ? "All of it is here and is being checked"
        : inLine("What is here is being checked", received > 0 && soFar);
    case "paused":
      return message || `Paused · ${soFar}`;
    case "failed":
      return message || `It stopped · ${soFar}`;
  }
}

const inLine = (...parts: (string | false)[]): string => parts.filter(Boolean).join(" · ");

/** What is lost when it is ended and is more than a moment's work, in bytes. */
export const MUCH = 50_000_000;
