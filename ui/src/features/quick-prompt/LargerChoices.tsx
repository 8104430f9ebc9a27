// Which larger model answers, where several can be asked. What would leave is shown after that.
import { PlaceBadge } from "../../components/PlaceBadge";
import { QUICK } from "../../testing/landmarks";
import { chosenFrom, type LargerChoice } from "../larger/choices";
import type { Choice } from "../larger/waiting";

interface LargerChoicesProps {
  choices: readonly LargerChoice[];
  onChoose: (choice: Choice) => void;
}

export function LargerChoices({ choices, onChoose }: LargerChoicesProps) {
  return (
    <fieldset className="mt-3 border-t border-line pt-3">
      <legend className="sr-only">{QUICK.which}</legend>
      <p className="text-small text-soft">
        {QUICK.which} In the next step you see exactly what would leave, and decide.
      </p>
      <ul className="mt-1 -ml-2">
        {choices.map((choice, at) => (
          <li key={`${choice.provider.id} ${choice.model.name}`}>
            <button
              type="button"
              // biome-ignore lint/a11y/noAutofocus: it was asked for by a key, and is chosen by one
              autoFocus={at === 0}
              className="flex min-h-8 w-full items-center gap-3 rounded-lg px-2 py-0.5 text-left text-ui hover:bg-hover focus-visible:-outline-offset-2"
              onClick={() => onChoose(chosenFrom(choice))}
            >
              <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                {choice.model.name}
                <span className="text-small text-faint"> · {choice.provider.title}</span>
              </span>
              <PlaceBadge place={choice.model.place} />
            </button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
