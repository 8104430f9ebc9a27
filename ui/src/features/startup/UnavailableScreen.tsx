// The history exists but cannot be opened now. Says why, that nothing was changed, and what helps.
import { useState } from "react";
import { Button } from "../../components/Button";
import { type HistoryProblem, type Startup, useCore } from "../../ipc";
import { KeepNothing } from "./KeepNothing";
import { Screen } from "./Screen";

const TITLES: Record<HistoryProblem, string> = {
  keyring_missing: "The keyring is not running",
  keyring_without_collection: "The keyring has no place for a key",
  keyring_locked: "The keyring is locked",
  keyring_dismissed: "The keyring’s question was closed",
  key_missing: "The key of your history is not in the keyring",
  newer_version: "A newer Sotto wrote this history",
  damaged: "The history cannot be read",
  read_only: "The history cannot be written",
  disk_full: "The disk is full",
  other: "The history cannot be opened",
};

interface UnavailableScreenProps {
  problem: HistoryProblem;
  message: string;
  onStartup: (startup: Startup) => void;
}

export function UnavailableScreen({ problem, message, onStartup }: UnavailableScreenProps) {
  const core = useCore();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const again = async () => {
    setBusy(true);
    setError(null);
    try {
      const startup = await core.retryHistory();
      if (startup.history.state === "unavailable") setError("It is still so.");
      onStartup(startup);
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Screen title={TITLES[problem]}>
      <p className="whitespace-pre-line">{message}</p>
      <p className="text-soft">
        Your conversations are where they were. Nothing was changed or created.
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Button kind="primary" disabled={busy} onClick={again} autoFocus>
          {busy ? "Trying…" : "Try again"}
        </Button>
        <p role="alert" className="text-ui text-danger">
          {error}
        </p>
      </div>
      <KeepNothing onStartup={onStartup} />
    </Screen>
  );
}
