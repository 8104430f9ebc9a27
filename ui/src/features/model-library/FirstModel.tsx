// A chat without a model, or with the stand-in alone: offers the one that suits this computer best.
import { lazy, Suspense, useState } from "react";
import { Button } from "../../components/Button";
import { bytes } from "../../components/format";
import { ProgressBar } from "../../components/ProgressBar";
import { NAMES } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";
import { DownloadControls } from "../downloads/DownloadControls";
import { useDownloads } from "../downloads/useDownloads";
import { downloadWords, hasFailed, percentOf } from "../downloads/words";
import { useCatalog } from "../models/useModels";
import { bestFit } from "./best";
import { languageWords } from "./languages";
import { honest, speedWords } from "./words";

const DownloadDialog = lazy(() => import("../downloads/DownloadDialog"));

export default function FirstModel() {
  const showPage = useSelection((selection) => selection.showPage);
  const catalog = useCatalog().data;
  const downloads = useDownloads();
  const [asked, setAsked] = useState(false);
  const best = catalog && bestFit(catalog);
  const coming = downloads[0];
  return (
    <div className="flex flex-col gap-3 rounded-xl border border-line bg-raised p-4 text-ui shadow-small">
      {coming ? (
        <>
          <div className="flex items-center gap-2">
            <p className="min-w-0 flex-1 font-medium [overflow-wrap:anywhere]">{coming.title}</p>
            {/* A question that stands is about this one, never about the next. */}
            <DownloadControls key={coming.id} download={coming} />
          </div>
          <ProgressBar
            label={`${coming.title} on its way`}
            percent={percentOf(coming)}
            words={downloadWords(coming)}
          />
          <p className={`tabular-nums ${hasFailed(coming) ? "text-danger" : "text-soft"}`}>
            {downloadWords(coming)}
          </p>
        </>
      ) : (
        best && (
          <div>
            <p className="text-small text-faint">Suits this computer best</p>
            <p className="text-base font-semibold">{best.title}</p>
            <p className="text-soft">{honest(best)}</p>
            <p className="text-small text-faint">
              {[
                languageWords(best.languages),
                best.licence.name,
                bytes(best.size),
                speedWords(best.speed),
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </div>
        )
      )}
      <div className="flex flex-wrap gap-2">
        {!coming && best && (
          <Button kind="primary" onClick={() => setAsked(true)}>
            Download…
          </Button>
        )}
        <Button onClick={() => showPage("models")}>{NAMES.allModels}</Button>
      </div>
      <Suspense>
        {asked && best && (
          <DownloadDialog
            id={best.id}
            title={best.title}
            fit={best.fit}
            onClose={() => setAsked(false)}
          />
        )}
      </Suspense>
    </div>
  );
}
