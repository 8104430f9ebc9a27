// The actions that begin with what was typed after `/`. The focus stays in the field: its arrow keys
// move the mark here, Enter or Tab takes it.
import type { ActionsView, ActionView } from "../../ipc";
import { QUICK } from "../../testing/landmarks";

export const ACTIONS_LIST = "quick-actions";
export const optionId = (name: string) => `quick-action-${name}`;

interface ActionListProps {
  view: ActionsView;
  found: readonly ActionView[];
  /** Index of the marked one. */
  marked: number;
  onChoose: (action: ActionView) => void;
}

export function ActionList({ view, found, marked, onChoose }: ActionListProps) {
  return (
    <div className="px-3 py-2">
      <div role="listbox" id={ACTIONS_LIST} aria-label={QUICK.actions}>
        {found.map((action, at) => (
          <div
            key={action.name}
            id={optionId(action.name)}
            role="option"
            aria-selected={at === marked}
            tabIndex={-1}
            className={`flex min-h-8 cursor-pointer items-baseline gap-3 rounded-lg px-2 py-1 text-ui ${at === marked ? "bg-accent-wash" : "hover:bg-hover"}`}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(action)}
            onKeyDown={() => {}}
          >
            <span className="flex-none font-medium">{action.title}</span>
            <span className="min-w-0 flex-1 truncate text-small text-soft">
              {action.description}
            </span>
            <span className="flex-none text-small text-faint">/{action.name}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-2 py-1 text-ui text-soft">No action begins so.</p>}
      {view.broken.map(({ file, error }) => (
        <p key={file} className="px-2 py-1 text-small text-danger [overflow-wrap:anywhere]">
          {file} cannot be used: {error}
        </p>
      ))}
      <p className="mt-1 px-2 text-small text-faint [overflow-wrap:anywhere]">
        Your own, or other words for these: files in {view.folder}
      </p>
    </div>
  );
}
