// The entries of the model's menu about memory: what the tray offers, for whoever has no tray.
import { HardDriveDownload, HardDriveUpload, Pause, Play } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { NAMES } from "../../testing/landmarks";
import { modelTitle, useMemory, useModels, useRuntime } from "./useModels";

/** `value`: the model that answers here. */
export function MemoryItems({ value }: { value: string | null }) {
  const models = useModels();
  const held = useRuntime()?.model ?? null;
  const { paused, load, unload, pause, resume } = useMemory();
  return (
    <>
      {value !== null && held !== value && (
        <DropdownMenu.Item className="menu-item" onSelect={() => load(value)}>
          <HardDriveUpload className="icon" aria-hidden="true" />
          {NAMES.load}
        </DropdownMenu.Item>
      )}
      {held !== null && (
        <DropdownMenu.Item className="menu-item" onSelect={() => unload(held)}>
          <HardDriveDownload className="icon" aria-hidden="true" />
          {NAMES.unload} {modelTitle(models, held)}
        </DropdownMenu.Item>
      )}
      <DropdownMenu.Item className="menu-item" onSelect={paused ? resume : pause}>
        {paused ? (
          <Play className="icon" aria-hidden="true" />
        ) : (
          <Pause className="icon" aria-hidden="true" />
        )}
        <span className="flex min-w-0 flex-1 flex-col">
          {paused ? NAMES.resume : NAMES.pause}
          <span className="text-small text-faint">
            {paused
              ? "A question resumes it, too."
              : "No model in memory until you ask or resume. Stops what is being answered here."}
          </span>
        </span>
      </DropdownMenu.Item>
    </>
  );
}
