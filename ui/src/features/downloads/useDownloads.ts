// The downloads that are not done, and what a person can do about one. Kept fresh by events.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { announce } from "../../components/announcer";
import { showError } from "../../components/toasts";
import { type DownloadView, useCore } from "../../ipc";
import { useSelection } from "../conversations/selection";
import { hasFailed } from "./words";

export const DOWNLOADS = ["downloads"] as const;

const NONE: readonly DownloadView[] = [];

export function useDownloads(): readonly DownloadView[] {
  const core = useCore();
  return useQuery({ queryKey: DOWNLOADS, queryFn: () => core.downloads() }).data ?? NONE;
}

/** What can be done about one that is there. What fails is shown. */
export function useDownloadActions() {
  const core = useCore();
  return useMemo(() => {
    const attempt = (work: (id: string) => Promise<void>) => (id: string) =>
      void work(id).catch(showError);
    return {
      pause: attempt((id) => core.pauseDownload(id)),
      resume: attempt((id) => core.resumeDownload(id)),
      cancel: attempt((id) => core.cancelDownload(id)),
    };
  }, [core]);
}

/** Tells what is not seen: one that failed, where the person looks at something else. */
export function tellDownloads(
  before: readonly DownloadView[] | undefined,
  now: readonly DownloadView[],
): void {
  for (const download of now) {
    const { id, title, state, message } = download;
    const was = before?.find((each) => each.id === id)?.state;
    if (was === undefined || was === state) continue;
    if (state === "verifying") announce(`${title} is being checked`);
    if (!hasFailed(download)) continue;
    const words = `${title} is not here yet. ${message}`;
    if (useSelection.getState().page === "models") announce(words);
    else showError(new Error(words), { label: "Show", run: showModels });
  }
}

const showModels = () => useSelection.getState().showPage("models");
