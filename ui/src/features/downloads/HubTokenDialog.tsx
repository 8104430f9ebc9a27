// The token for models that the hub gives only to people it knows. It is never here: the core
// takes it from the clipboard, as it does providers' keys.
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Confirm";
import { CopyButton } from "../../components/CopyButton";
import { Dialog } from "../../components/Dialog";
import { showNote } from "../../components/toasts";
import { useCore } from "../../ipc";
import { DOWNLOAD } from "../../testing/landmarks";
import { useTry } from "../desktop/useDesktop";

const PAGE = "https://huggingface.co/settings/tokens";

export default function HubTokenDialog({ onClose }: { onClose: () => void }) {
  const core = useCore();
  const attempt = useTry();
  const keep = async () => {
    if (!(await attempt(() => core.keepHubToken()))) return;
    showNote("The hub’s token is kept in the keyring.");
    onClose();
  };
  const remove = async () => {
    if (!(await attempt(() => core.removeHubToken()))) return;
    showNote("No token for the hub is kept.");
    onClose();
  };
  return (
    <Dialog title={DOWNLOAD.token} open onClose={onClose}>
      <div className="flex flex-col gap-4 px-6 pt-2 pb-5 text-ui">
        <p className="text-soft">
          Some models are given only to people who agreed to their terms on the hub. Agree there,
          make a token that may read, copy it, then press the button. It goes straight into the
          keyring: no window ever holds it, and it is sent only to the hub, with a download that you
          said yes to.
        </p>
        <p className="flex flex-wrap items-center text-small text-soft">
          <span className="[overflow-wrap:anywhere]">Tokens are made at {PAGE}</span>
          <CopyButton text={PAGE} label="Copy the address for tokens" />
        </p>
        <div className="flex flex-wrap items-center gap-2">
          <Button kind="primary" onClick={keep}>
            Take the token from the clipboard
          </Button>
          <Confirm
            label="Remove the token"
            question="Remove the hub’s token? It cannot be brought back."
            yes="Remove it"
            onYes={remove}
          />
        </div>
      </div>
    </Dialog>
  );
}
