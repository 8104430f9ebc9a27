// Asks, the first time that the window is closed, whether that is the end.
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useTry } from "./useDesktop";

export default function ClosingDialog({ onClose }: { onClose: () => void }) {
  const core = useCore();
  const attempt = useTry();
  const choose = async (chosen: "end" | "stay") => {
    if (!(await attempt(() => core.setWhenClosed(chosen)))) return;
    onClose();
    await attempt(() => core.closeWindow());
  };
  const putOff = async () => {
    // Known before the question goes: otherwise the next close would take it for standing still.
    await attempt(() => core.setWhenClosed("ask"));
    onClose();
  };
  return (
    <Dialog
      title={NAMES.closing}
      open
      onClose={putOff}
      description="In the tray Sotto is at hand without its window, and uses next to nothing while nobody asks it. The settings change this later."
    >
      <div className="flex flex-wrap justify-end gap-2 px-6 pt-4 pb-5">
        <Button onClick={() => choose("stay")}>{NAMES.stayInTray}</Button>
        <Button
          kind="primary"
          // Enter ends, as closing does everywhere else.
          autoFocus
          onClick={() => choose("end")}
        >
          {NAMES.endHere}
        </Button>
      </div>
    </Dialog>
  );
}
