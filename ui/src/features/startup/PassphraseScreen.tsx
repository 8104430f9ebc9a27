// Where there is no keyring a passphrase protects the history. A new one is asked twice, and what
// losing it means is said before it is chosen.
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { CoreError, type Startup, useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { KeepNothing } from "./KeepNothing";
import { Screen } from "./Screen";

const SHORTEST = 8;

interface FieldProps {
  name: string;
  label: string;
  isNew: boolean;
  error?: string | null;
  focused?: boolean;
}

function Field({ name, label, isNew, error, focused }: FieldProps): ReactNode {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-ui font-medium">
        {label}
      </label>
      <input
        id={id}
        name={name}
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        // biome-ignore lint/a11y/noAutofocus: it is the one thing to do here
        autoFocus={focused}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        className="min-h-10 rounded-lg border border-line-strong bg-raised px-3"
      />
      {error && (
        <p id={`${id}-error`} role="alert" className="text-ui text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

interface PassphraseScreenProps {
  /** No history exists yet. */
  isNew: boolean;
  reason: string;
  onUnlocked: (startup: Startup) => void;
}

export function PassphraseScreen({ isNew, reason, onUnlocked }: PassphraseScreenProps) {
  const core = useCore();
  const form = useRef<HTMLFormElement>(null);
  const [error, setError] = useState<string | null>(null);
  const [againError, setAgainError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const passphrase = String(given.get("passphrase") ?? "");
    setError(null);
    setAgainError(null);
    if (passphrase === "") return setError("Type a passphrase.");
    if (isNew && [...passphrase].length < SHORTEST) {
      return setError(
        `Use at least ${SHORTEST} characters. Several words are easy to keep in mind.`,
      );
    }
    if (isNew && passphrase !== given.get("again"))
      return setAgainError("The two are not the same.");
    setBusy(true);
    try {
      onUnlocked(await core.unlock(passphrase));
    } catch (thrown) {
      const problem = CoreError.from(thrown);
      setError(
        problem.code === "wrong_passphrase"
          ? "This is not the passphrase of this history. Nothing was changed; try another."
          : problem.message,
      );
      form.current?.querySelector("input")?.select();
    } finally {
      setBusy(false);
    }
  };

  return (
    <Screen title={isNew ? "Choose a passphrase for your history" : "Unlock your history"}>
      <p className="text-soft">
        {reason}{" "}
        {isNew
          ? "A passphrase takes its place: it encrypts your conversations."
          : "Your passphrase opens it."}
      </p>
      {isNew && (
        <p className="rounded-r-lg border-l-[3px] border-cloud bg-cloud-wash px-4 py-3 text-ui">
          Nobody can recover it, and neither can Sotto. If it is lost, the conversations are lost.
          It is asked for once at each start.
        </p>
      )}
      <form ref={form} className="flex flex-col gap-4" onSubmit={submit} noValidate>
        <Field name="passphrase" label={NAMES.passphrase} isNew={isNew} error={error} focused />
        {isNew && <Field name="again" label={NAMES.passphraseAgain} isNew error={againError} />}
        <Button type="submit" kind="primary" disabled={busy} className="self-start">
          {busy ? "One moment…" : isNew ? "Create the history" : "Unlock"}
        </Button>
      </form>
      <KeepNothing onStartup={onUnlocked} />
    </Screen>
  );
}
