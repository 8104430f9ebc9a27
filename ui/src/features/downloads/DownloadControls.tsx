// Pause, go on, end: the buttons of a download, wherever it is shown.
import { Pause, Play, RotateCw, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { bytes } from "../../components/format";
import type { DownloadView } from "../../ipc";
import { DOWNLOAD } from "../../testing/landmarks";
import { useDownloadActions } from "./useDownloads";
import { isWhole, MUCH } from "./words";

const UNDER_WAY: readonly DownloadView["state"][] = [
  "queued",
  "connecting",
  "fetching",
  "verifying",
];

interface DownloadControlsProps {
  download: DownloadView;
  /** A failed one says so on its button. */
  spelledOut?: boolean;
}

export function DownloadControls({ download, spelledOut = false }: DownloadControlsProps) {
  const { pause, resume, cancel } = useDownloadActions();
  const [asking, setAsking] = useState(false);
  const { id, title, state, received, elsewhere } = download;
  // What another Sotto fetches is stopped there, and cannot be fetched here meanwhile.
  if (elsewhere) return null;
  // The last check is not interrupted.
  const canStop = !isWhole(download);
  const icon = "icon-small";
  return (
    <span className="inline-flex flex-none items-center">
      {UNDER_WAY.includes(state) && canStop && (
        <IconButton
          label={`${DOWNLOAD.pause} ${title}`}
          title={DOWNLOAD.pause}
          icon={<Pause className={icon} aria-hidden="true" />}
          onClick={() => pause(id)}
        />
      )}
      {state === "paused" && (
        <IconButton
          label={`${DOWNLOAD.resume} ${title}`}
          title={DOWNLOAD.resume}
          icon={<Play className={icon} aria-hidden="true" />}
          onClick={() => resume(id)}
        />
      )}
      {state === "failed" &&
        (spelledOut ? (
          <Button aria-label={`${DOWNLOAD.again}: ${title}`} onClick={() => resume(id)}>
            {DOWNLOAD.again}
          </Button>
        ) : (
          <IconButton
            label={`${DOWNLOAD.again}: ${title}`}
            title={DOWNLOAD.again}
            icon={<RotateCw className={icon} aria-hidden="true" />}
            onClick={() => resume(id)}
          />
        ))}
      {canStop && (
        <IconButton
          label={`${DOWNLOAD.cancel} ${title}`}
          title={DOWNLOAD.cancel}
          icon={<X className={icon} aria-hidden="true" />}
          onClick={() => (received >= MUCH ? setAsking(true) : cancel(id))}
        />
      )}
      {asking && (
        <ConfirmDialog
          title={`Stop fetching ${title}?`}
          yes="Stop and delete it"
          no="Keep it"
          onYes={() => cancel(id)}
          onClose={() => setAsking(false)}
        >
          <p>
            {bytes(received)} are here and would be deleted. Paused, they stay, and it goes on from
            there.
          </p>
        </ConfirmDialog>
      )}
    </span>
  );
}
