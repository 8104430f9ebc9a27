// The way on where the history cannot be had: Sotto answers and keeps nothing, and says so.
import { useState } from "react";
import { Button } from "../../components/Button";
import { showError } from "../../components/toasts";
import { type Startup, useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";

export function KeepNothing({ onStartup }: { onStartup: (startup: Startup) => void }) {
  const core = useCore();
  const [busy, setBusy] = useState(false);
  const goOn = async () => {
    setBusy(true);
    try {
      onStartup(await core.keepNothing());
    } catch (error) {
      showError(error);
      setBusy(false);
    }
  };
  return (
    <p className="border-t border-line pt-4 text-ui text-soft">
      <Button disabled={busy} onClick={goOn} className="mr-3">
        {NAMES.keepNothing}
      </Button>
      What you ask then is forgotten when Sotto ends.
    </p>
  );
}
