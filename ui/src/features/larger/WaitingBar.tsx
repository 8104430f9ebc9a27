// Above the composer while the person decides in the consent window.
import { Button } from "../../components/Button";
import { showError } from "../../components/toasts";
import { useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";

export function WaitingBar() {
  const core = useCore();
  return (
    <div
      role="status"
      className="mb-2.5 flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line pb-2.5 text-ui"
    >
      <span className="breathing size-2 flex-none rounded-full bg-cloud" aria-hidden="true" />
      <span className="min-w-0 flex-1 basis-48">
        Waiting for your yes in the other window. Nothing has left this computer.
      </span>
      <Button onClick={() => core.withdrawLarger().catch(showError)}>{NAMES.takeBack}</Button>
    </div>
  );
}
