// Chooses which larger model is asked, where there are several, or says why none can be.
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { PlaceBadge } from "../../components/PlaceBadge";
import { NAMES } from "../../testing/landmarks";
import { choicesOf, chosenFrom, whyNone } from "./choices";
import { useCloud } from "./useCloud";
import type { Chosen } from "./waiting";

interface LargerDialogProps {
  onChoose: (choice: Chosen) => void;
  onSettings: () => void;
  onClose: () => void;
  /** Takes the focus when the dialog is gone: what opened it may be gone too. */
  onReturn: () => void;
}

export default function LargerDialog(props: LargerDialogProps) {
  const { onChoose, onSettings, onClose, onReturn } = props;
  const cloud = useCloud();
  const choices = choicesOf(cloud);
  const providers = [...new Set(choices.map(({ provider }) => provider))];
  const settings = (
    <Button
      onClick={() => {
        onClose();
        onSettings();
      }}
    >
      {NAMES.openSettings}
    </Button>
  );
  return (
    <Dialog
      title={NAMES.larger}
      open
      onClose={onClose}
      onReturn={onReturn}
      description={
        choices.length > 0
          ? "In the next step you see exactly what would leave, and decide."
          : undefined
      }
    >
      {choices.length === 0 ? (
        <div className="flex flex-col items-start gap-3 px-6 pt-3 pb-6">
          <p>{whyNone(cloud)}</p>
          {settings}
        </div>
      ) : (
        <div className="flex flex-col gap-3 px-4 pt-3 pb-4">
          {providers.map((provider) => (
            <section key={provider.id} aria-labelledby={`provider-${provider.id}`}>
              <h3
                id={`provider-${provider.id}`}
                className="px-2 text-small font-semibold text-faint"
              >
                {provider.title}
              </h3>
              <ul>
                {choices
                  .filter((choice) => choice.provider === provider)
                  .map(({ model }) => (
                    <li key={model.name}>
                      <button
                        type="button"
                        className="flex min-h-9 w-full items-center gap-3 rounded-lg px-2 py-1 text-left hover:bg-hover focus-visible:-outline-offset-2"
                        onClick={() => {
                          onClose();
                          onChoose(chosenFrom({ provider, model }));
                        }}
                      >
                        <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                          {model.name}
                          {chosenFrom({ provider, model }).standing && (
                            <span className="text-small text-soft">
                              {" "}
                              · asked without a question
                            </span>
                          )}
                        </span>
                        <PlaceBadge place={model.place} />
                      </button>
                    </li>
                  ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </Dialog>
  );
}
