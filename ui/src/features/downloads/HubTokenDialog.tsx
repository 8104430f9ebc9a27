// The token for models that the hub gives only to people it knows. It is never here: the core
// takes it from the clipboard, as it does providers' keys, for the hub that is asked now.
import { useQuery } from "@tanstack/react-query";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Confirm";
import { CopyButton } from "../../components/CopyButton";
import { Dialog } from "../../components/Dialog";
import { showNote } from "../../components/toasts";
import { type HubView, useCore } from "../../ipc";
import { DOWNLOAD } from "../../testing/landmarks";
import { useTry } from "../desktop/useDesktop";

/** Where tokens are made, for people, by the host of the hub. Of a mirror nobody knows it. */
const PAGES: Readonly<Record<string, string>> = {
  "huggingface.co": "https://huggingface.co/settings/tokens",
};

function keptWords({ token }: HubView, host: string): string {
  switch (token.state) {
    case "kept":
      return `A token for ${host} is kept.`;
    case "none":
      return `No token for ${host} is kept.`;
    case "unknown":
      return token.message;
  }
}

function Token({ hub, onClose }: { hub: HubView; onClose: () => void }) {
  const core = useCore();
  const attempt = useTry();
  const { host } = new URL(hub.endpoint);
  const page = PAGES[host];
  const kept = hub.token.state === "kept";
  const keep = async () => {
    if (!(await attempt(() => core.keepHubToken()))) return;
    showNote(`The token for ${host} is kept in the keyring.`);
    onClose();
  };
  const remove = async () => {
    if (!(await attempt(() => core.removeHubToken()))) return;
    showNote(`No token for ${host} is kept.`);
    onClose();
  };
  return (
    <>
      <p className="text-soft [overflow-wrap:anywhere]">
        Some models are given only to people who agreed to their terms on the hub, which is{" "}
        <span className="font-medium text-ink">{host}</span> now
        {hub.from_environment && " (the environment names it in HF_ENDPOINT)"}. Agree there, make a
        token that may read, copy it, then press the button. It goes straight into the keyring: no
        window ever holds it, and it is sent only to {host}, with a download that you said yes to.
      </p>
      {page && (
        <p className="flex flex-wrap items-center text-small text-soft">
          <span className="[overflow-wrap:anywhere]">Tokens are made at {page}</span>
          <CopyButton text={page} label="Copy the address for tokens" />
        </p>
      )}
      <p className={hub.token.state === "unknown" ? "text-danger" : ""}>{keptWords(hub, host)}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Button kind="primary" onClick={keep}>
          {kept ? "Replace the token from the clipboard" : "Take the token from the clipboard"}
        </Button>
        {kept && (
          <Confirm
            label="Remove the token"
            question={`Remove the token for ${host}? It cannot be brought back.`}
            yes="Remove it"
            onYes={remove}
          />
        )}
      </div>
    </>
  );
}

export default function HubTokenDialog({ onClose }: { onClose: () => void }) {
  const core = useCore();
  const {
    data: hub,
    error,
    refetch,
  } = useQuery({
    queryKey: ["hub"],
    queryFn: () => core.modelHub(),
    // Another hub may be chosen in a terminal meanwhile.
    gcTime: 0,
  });
  return (
    <Dialog title={DOWNLOAD.token} open onClose={onClose}>
      <div className="flex flex-col gap-4 px-6 pt-2 pb-5 text-ui" aria-busy={!hub && !error}>
        {error && (
          <div role="alert" className="flex flex-wrap items-center gap-3">
            <p className="min-w-0 flex-1 basis-56">{error.message}</p>
            <Button onClick={() => refetch()}>Try again</Button>
          </div>
        )}
        {!hub && !error && <p className="text-soft">Looking…</p>}
        {hub && !error && <Token hub={hub} onClose={onClose} />}
      </div>
    </Dialog>
  );
}
