// All keys of the window in one place, and those that work everywhere.
import { Dialog } from "../components/Dialog";
import { Kbd } from "../components/Kbd";
import { SHORTCUT_NAMES, useShortcuts } from "../features/desktop/useShortcuts";
import { NAMES } from "../testing/landmarks";
import { SHORTCUTS } from "./shortcuts";

export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const everywhere = useShortcuts()?.shortcuts.filter(({ state }) => state === "works") ?? [];
  const all = [
    ...SHORTCUTS,
    ...everywhere.map(({ keys, name }) => ({
      keys,
      does: `${SHORTCUT_NAMES[name]}, from any window`,
    })),
  ];
  return (
    <Dialog title={NAMES.shortcuts} open onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2 px-6 pt-3 pb-6 text-ui">
        {all.map(({ keys, does }) => (
          <div key={keys} className="contents">
            <dt>
              <Kbd keys={keys} />
            </dt>
            <dd className="text-soft">{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
