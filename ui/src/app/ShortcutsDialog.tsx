// All keys of the window in one place.
import { Dialog } from "../components/Dialog";
import { Kbd } from "../components/Kbd";
import { NAMES } from "../testing/landmarks";
import { SHORTCUTS } from "./shortcuts";

export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={NAMES.shortcuts} open onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2 px-6 pt-3 pb-6 text-ui">
        {SHORTCUTS.map(({ keys, does }) => (
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
