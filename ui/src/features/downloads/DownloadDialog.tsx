// What is fetched, from where and under which licence, before the press that is the yes. Until
// then no byte has left this computer.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDownToLine, ShieldCheck, ShieldQuestion } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { Dialog } from "../../components/Dialog";
import { bytes, bytesOf } from "../../components/format";
import { showError } from "../../components/toasts";
import { type CatalogItem, type DownloadOffer, useCore } from "../../ipc";
import { DOWNLOAD } from "../../testing/landmarks";

/** Bytes of the disk that should stay free for everything else. */
const SPARE = 2_000_000_000;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="pt-0.5 text-small text-faint">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Licence({ licence: { name, link, terms } }: Pick<DownloadOffer, "licence">) {
  return (
    <>
      <span>{name || "Not said"}</span>
      {link && (
        <span className="flex items-start gap-1 text-small text-soft">
          <span className="min-w-0 pt-1 select-text">{link}</span>
          <CopyButton text={link} label="Copy the licence’s address" />
        </span>
      )}
      {terms && (
        <p className="mt-1 rounded-e-lg border-s-[3px] border-cloud bg-cloud-wash px-3 py-2">
          {terms}
        </p>
      )}
    </>
  );
}

function Offer({ offer, fit }: { offer: DownloadOffer; fit: CatalogItem["fit"] | undefined }) {
  const { host, further_hosts, file, size, received, free, verified } = offer;
  const tight = size !== null && free !== null && size - received + SPARE > free;
  const Sign = verified ? ShieldCheck : ShieldQuestion;
  return (
    <>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-2.5 text-ui">
        <Fact name="From">
          <span className="font-medium">{host}</span>
          {further_hosts.length > 0 && (
            <span className="block text-small text-soft">
              which may pass it on to {further_hosts.join(", ")}
            </span>
          )}
        </Fact>
        <Fact name="File">{file}</Fact>
        <Fact name="Size">
          {size === null ? "The hub says it when it is asked." : bytes(size)}
          {size !== null && received > 0 && ` · ${bytesOf(received, size)} are here already`}
          {free !== null && (
            <span className={`block text-small ${tight ? "text-danger" : "text-soft"}`}>
              {bytes(free)} free on the disk{tight && ": that is tight"}
            </span>
          )}
        </Fact>
        {(fit?.fit === "too_large" || fit?.fit === "over_limit") && (
          <Fact name="Memory">
            <span className="text-cloud">
              {fit.fit === "too_large"
                ? "This computer has too little memory to run it."
                : "It runs only with a higher limit for models."}
            </span>
          </Fact>
        )}
        <Fact name="Licence">
          <Licence licence={offer.licence} />
        </Fact>
      </dl>
      <p className="flex items-start gap-2 text-ui text-soft">
        <Sign
          className={`icon mt-0.5 ${verified ? "text-accent" : "text-cloud"}`}
          aria-hidden="true"
        />
        <span className="min-w-0 flex-1">
          {verified
            ? "Fetched, run and hashed by us: what comes must be that file, bit for bit, or it is not kept."
            : "Listed, not tried by us: that it is the right file, only the hub vouches for. What comes is checked against what the hub says."}
        </span>
      </p>
    </>
  );
}

interface DownloadDialogProps {
  /** Of the catalogue. */
  id: string;
  title: string;
  /** Whether it would fit, where that is known. */
  fit?: CatalogItem["fit"];
  onClose: () => void;
}

export default function DownloadDialog({ id, title, fit, onClose }: DownloadDialogProps) {
  const core = useCore();
  const [pressed, setPressed] = useState(false);
  const queries = useQueryClient();
  const key = ["offer", id];
  const {
    data: offer,
    error,
    refetch,
  } = useQuery({
    queryKey: key,
    queryFn: () => core.previewDownload(id),
    // Free space and what is here already change.
    gcTime: 0,
  });
  const unknown = offer?.size === null;
  /** What only the hub knows. Until this press it was not asked for anything. */
  const ask = async () => {
    setPressed(true);
    try {
      queries.setQueryData<DownloadOffer>(key, await core.offerDownload(id));
    } catch (thrown) {
      showError(thrown);
    }
    setPressed(false);
  };
  const download = async () => {
    setPressed(true);
    try {
      await core.download(id);
      onClose();
    } catch (thrown) {
      showError(thrown);
      setPressed(false);
    }
  };
  return (
    <Dialog title={`${DOWNLOAD.dialog} ${title}`} open onClose={onClose}>
      <div className="flex flex-col gap-4 px-6 pt-3 pb-5" aria-busy={!offer && !error}>
        {error && (
          <div role="alert" className="flex flex-wrap items-center gap-3 text-ui">
            <p className="min-w-0 flex-1 basis-56">{error.message}</p>
            <Button onClick={() => refetch()}>Try again</Button>
          </div>
        )}
        {!offer && !error && <p className="text-ui text-soft">Looking…</p>}
        {offer && <Offer offer={offer} fit={fit} />}
        {offer?.obstacle && (
          <p
            role="alert"
            className="rounded-e-lg border-s-[3px] border-danger bg-danger-wash px-4 py-3 text-ui"
          >
            {offer.obstacle}
          </p>
        )}
        <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line pt-4">
          {offer && !offer.obstacle && (
            <p className="min-w-0 basis-full text-small text-faint">
              {unknown
                ? `Nobody was asked yet. ${offer.host} is asked now how large the file is and what its hash is; nothing is fetched before you have seen that.`
                : "Your press is the yes. That this file was asked for, and from whom, is noted in “What left this computer”."}
            </p>
          )}
          <Button onClick={onClose}>{offer?.obstacle ? "Close" : "Cancel"}</Button>
          {offer && !offer.obstacle && unknown && (
            <Button kind="primary" disabled={pressed} onClick={ask}>
              {DOWNLOAD.ask} {offer.host}
            </Button>
          )}
          {offer && !offer.obstacle && !unknown && (
            <Button kind="primary" disabled={pressed} onClick={download}>
              <ArrowDownToLine className="icon" aria-hidden="true" />
              {offer.received > 0 ? DOWNLOAD.goOn : DOWNLOAD.yes}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
