// The settings: whether larger models may be asked, who runs them, which servers are asked without
// a question, the person's own confidential words, and Sotto's place in the desktop.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { FIELD, Field } from "../../components/Field";
import { Switch } from "../../components/Switch";
import { showNote } from "../../components/toasts";
import { type CloudView, useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useBlock, useChangeCloud, useCloud } from "../larger/useCloud";
import { DesktopSettings } from "./DesktopSettings";
import { lines } from "./lines";
import { NewProvider } from "./ProviderForm";
import { ProviderRow } from "./ProviderRow";
import { ShortcutSettings } from "./ShortcutSettings";

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3 border-t border-line px-6 py-5">
      <h3 className="text-ui font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function CloudSwitch({ cloud }: { cloud: CloudView }) {
  const core = useCore();
  const change = useChangeCloud();
  const block = useBlock();
  const label = "Larger models in the cloud";
  return (
    <div className="flex flex-col gap-3 px-6 py-5">
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p className="text-ui font-semibold">{label}</p>
          <p className="text-ui text-soft">
            {cloud.on
              ? "On: you can ask one for a single question. Each time you see exactly what would leave, and it leaves only with your yes."
              : "Off: no question can go to the cloud. Turned on, nothing is sent by itself either: you are asked each time, with the exact text."}
          </p>
        </div>
        <Switch
          label={label}
          checked={cloud.on}
          disabled={cloud.unavailable !== ""}
          onChange={(on) => change(() => core.turnCloud(on))}
        />
      </div>
      {cloud.unavailable !== "" && (
        <p className="rounded-r-lg border-l-[3px] border-line-strong bg-panel px-4 py-3 text-ui">
          {cloud.unavailable}
        </p>
      )}
      {cloud.blocked && (
        <div className="flex flex-wrap items-center gap-3 rounded-r-lg border-l-[3px] border-danger bg-danger-wash px-4 py-3 text-ui">
          <p className="min-w-0 flex-1 basis-64">
            The cloud is blocked. Nothing leaves this computer, not even a test.
          </p>
          <Button onClick={() => block(false)}>{NAMES.unblock}</Button>
        </div>
      )}
    </div>
  );
}

function Providers({ cloud }: { cloud: CloudView }) {
  const [adding, setAdding] = useState(false);
  return (
    <Section title="Providers and servers">
      <ul className="flex flex-col divide-y divide-line rounded-xl border border-line">
        {cloud.providers.map((provider) => (
          <ProviderRow key={provider.id} provider={provider} />
        ))}
      </ul>
      {adding ? (
        <NewProvider onDone={() => setAdding(false)} />
      ) : (
        <div className="flex flex-wrap items-center gap-3">
          <Button onClick={() => setAdding(true)}>Add a provider or server</Button>
          <p className="min-w-0 flex-1 basis-64 text-small text-soft">
            Also a server of your own: vLLM, llama-server or Ollama on another machine.
          </p>
        </div>
      )}
    </Section>
  );
}

function StandingYeses({ cloud }: { cloud: CloudView }) {
  const core = useCore();
  const change = useChangeCloud();
  const standing = cloud.providers.filter(({ standing_yes }) => standing_yes !== null);
  return (
    <Section title="Asked without a question">
      {standing.length === 0 ? (
        <p className="text-ui text-soft">
          None. A server in your network can be put here when you say yes to it; the cloud never.
        </p>
      ) : (
        <ul className="flex flex-col gap-2">
          {standing.map(({ id, title, standing_yes }) => (
            <li key={id} className="flex flex-wrap items-center gap-3 text-ui">
              <span className="min-w-0 flex-1 basis-56">
                {title}
                <span className="block text-small text-soft [overflow-wrap:anywhere]">
                  {standing_yes}
                </span>
              </span>
              <Button
                aria-label={`Withdraw the standing yes for ${title}`}
                onClick={() => change(() => core.withdrawStandingYes(standing_yes ?? ""))}
              >
                Withdraw
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function OwnWords({ cloud }: { cloud: CloudView }) {
  const core = useCore();
  const change = useChangeCloud();
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = lines(new FormData(event.currentTarget).get("words"));
    if (await change(() => core.setOwnWords(words))) showNote("Kept.");
  };
  return (
    <Section title="Your confidential words">
      <form className="flex flex-col items-start gap-3" onSubmit={save}>
        <div className="w-full">
          <Field
            label="Words, one on each line"
            hint="Names, projects, customers: each is marked wherever it stands in what would leave, and can be replaced by a placeholder."
          >
            {(ids) => (
              <textarea
                {...ids}
                name="words"
                rows={3}
                spellCheck={false}
                defaultValue={cloud.own_words.join("\n")}
                className={FIELD}
              />
            )}
          </Field>
        </div>
        <Button type="submit">Keep these words</Button>
      </form>
    </Section>
  );
}

interface SettingsDialogProps {
  onLedger: () => void;
  onClose: () => void;
}

export default function SettingsDialog({ onLedger, onClose }: SettingsDialogProps) {
  const cloud = useCloud();
  return (
    <Dialog title={NAMES.settings} open wide onClose={onClose}>
      {cloud && (
        <>
          <CloudSwitch cloud={cloud} />
          <Providers cloud={cloud} />
          <StandingYeses cloud={cloud} />
          <OwnWords cloud={cloud} />
          <ShortcutSettings />
          <DesktopSettings />
          <div className="flex flex-wrap items-center gap-3 border-t border-line px-6 py-4">
            <p className="min-w-0 flex-1 basis-64 text-ui text-soft">
              Everything that left, and what was asked for and did not, is written down.
            </p>
            <Button onClick={onLedger}>{NAMES.ledger}</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
