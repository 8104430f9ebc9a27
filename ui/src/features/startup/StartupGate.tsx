// Decides between the window and a full page about the history. The window is shown at once: it
// gives way only when the history turns out not to be open.
import type { ReactNode } from "react";
import { Button } from "../../components/Button";
import { PassphraseScreen } from "./PassphraseScreen";
import { Screen } from "./Screen";
import { UnavailableScreen } from "./UnavailableScreen";
import type { useStartup } from "./useStartup";

interface StartupGateProps {
  state: ReturnType<typeof useStartup>;
  children: ReactNode;
}

export function StartupGate({ state, children }: StartupGateProps) {
  const { startup, error, again, take } = state;
  if (error) {
    return (
      <Screen title="Sotto could not start">
        <p>{error.message}</p>
        <Button kind="primary" className="self-start" onClick={() => again()}>
          Try again
        </Button>
      </Screen>
    );
  }
  const history = startup?.history;
  switch (history?.state) {
    case "needs_passphrase":
      return <PassphraseScreen isNew={history.new} reason={history.reason} onUnlocked={take} />;
    case "unavailable":
      return (
        <UnavailableScreen problem={history.problem} message={history.message} onStartup={take} />
      );
    default:
      return children;
  }
}
