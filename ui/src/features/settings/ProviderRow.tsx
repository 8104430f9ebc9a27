// One provider in the settings: where it is, whether a key is kept, and when opened its key, its
// models and a test. A key is never here: the core takes it from the clipboard.
import { ChevronDown } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Confirm";
import { CopyButton } from "../../components/CopyButton";
import { day, plural } from "../../components/format";
import { PlaceBadge } from "../../components/PlaceBadge";
import { showError, showNote } from "../../components/toasts";
import { CoreError, type ProviderView, useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { notSentWords } from "../larger/choices";
import { useChangeCloud } from "../larger/useCloud";
import { ProviderForm } from "./ProviderForm";

function keyWords({ key, built_in }: ProviderView): string {
  switch (key.state) {
    case "kept":
      return "A key is kept";
    case "none":
      return built_in ? "No key yet" : "No key";
    case "unknown":
      return "Key unknown";
  }
}

function Key({ provider }: { provider: ProviderView }) {
  const core = useCore();
  const change = useChangeCloud();
  const { id, title, key, key_page } = provider;
  const kept = key.state === "kept";
  const take = async () => {
    if (!(await change(() => core.takeKey(id)))) return;
    showNote(`The key of ${title} is kept in the keyring.`);
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button onClick={take}>
          {kept ? "Replace the key from the clipboard" : "Take the key from the clipboard"}
        </Button>
        <p className="min-w-0 flex-1 basis-64 text-small text-soft">
          {kept
            ? "A key is kept in the keyring. It is never shown, and only read when you agreed to send."
            : "Copy the key where you made it, then press this. It goes straight into the keyring: no window ever holds it."}
        </p>
      </div>
      {key.state === "unknown" && <p className="text-small text-danger">{key.message}</p>}
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        {key_page !== "" && (
          <p className="flex flex-wrap items-center text-small text-soft">
            <span className="[overflow-wrap:anywhere]">Keys are made at {key_page}</span>
            <CopyButton text={key_page} label={`Copy the address for keys of ${title}`} />
          </p>
        )}
        {kept && (
          <Confirm
            label="Remove key"
            question={`Remove the key of ${title}? It cannot be brought back.`}
            yes="Remove it"
            onYes={() => change(() => core.removeKey(id))}
          />
        )}
      </div>
    </div>
  );
}

function Test({ provider }: { provider: ProviderView }) {
  const core = useCore();
  const change = useChangeCloud();
  const [waiting, setWaiting] = useState(false);
  const [result, setResult] = useState<{ words: string; failed: boolean } | null>(null);
  const test = async () => {
    setWaiting(true);
    setResult(null);
    try {
      const answer = await core.testProvider(provider.id);
      if (answer.outcome === "works") {
        await change(async () => answer.cloud);
        const now = answer.cloud.providers.find(({ id }) => id === provider.id);
        const models = plural(now?.models.length ?? 0, "model");
        setResult({ words: `It answered, and offers ${models}.`, failed: false });
      } else if (answer.outcome === "failed") {
        setResult({ words: answer.message, failed: true });
      } else {
        setResult({ words: notSentWords(answer.why), failed: false });
      }
    } catch (error) {
      setResult({ words: CoreError.from(error).message, failed: true });
    } finally {
      setWaiting(false);
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      {waiting ? (
        <Button onClick={() => core.withdrawLarger().catch(showError)}>{NAMES.takeBack}</Button>
      ) : (
        <Button onClick={test}>Test</Button>
      )}
      <p
        role={result?.failed ? "alert" : "status"}
        className={`min-w-0 flex-1 basis-56 text-small ${result?.failed ? "text-danger" : "text-soft"}`}
      >
        {waiting
          ? "Waiting for your yes in the other window."
          : (result?.words ??
            "Asks for its models, with your key and nothing else. You are asked first.")}
      </p>
    </div>
  );
}

export function ProviderRow({ provider }: { provider: ProviderView }) {
  const core = useCore();
  const change = useChangeCloud();
  const [open, setOpen] = useState(false);
  const id = useId();
  const { title, address, place, built_in, retention, models } = provider;
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        className="flex w-full items-center gap-x-4 rounded-xl px-4 py-2.5 text-left hover:bg-hover"
        onClick={() => setOpen(!open)}
      >
        <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-0.5">
          <span className="min-w-0 flex-1 basis-48">
            <span className="block text-ui font-medium">{title}</span>
            <span className="block text-small text-faint [overflow-wrap:anywhere]">{address}</span>
          </span>
          <span className="text-small text-soft">
            {keyWords(provider)}
            {models.length > 0 && ` · ${plural(models.length, "model")}`}
          </span>
          <PlaceBadge place={place} />
        </span>
        <ChevronDown
          className={`icon-small text-faint ${open ? "rotate-180" : ""}`}
          aria-hidden="true"
        />
      </button>
      {open && (
        <div id={id} className="flex flex-col gap-5 border-t border-line px-4 pt-3.5 pb-4">
          <Key provider={provider} />
          <Test provider={provider} />
          <ProviderForm provider={provider} />
          <p className="text-small text-soft [overflow-wrap:anywhere]">
            {retention
              ? `${retention.text} Source: ${retention.source}, as of ${day(retention.checked)}.`
              : "How long it keeps what it is sent is unknown."}
          </p>
          {!built_in && (
            <div>
              <Confirm
                label={`Remove ${title}`}
                question={`Remove ${title} and its key? It cannot be brought back.`}
                yes="Remove it"
                onYes={() => change(() => core.removeProvider(provider.id))}
              />
            </div>
          )}
        </div>
      )}
    </li>
  );
}
