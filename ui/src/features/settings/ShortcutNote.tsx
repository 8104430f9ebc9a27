// What the settings say of the quick prompt's shortcut: whether it works, and what to do where not.
import { useQuery } from "@tanstack/react-query";
import { Kbd } from "../../components/Kbd";
import { type ShortcutView, useCore } from "../../ipc";

/** In one sentence. */
function why(shortcut: ShortcutView): string {
  switch (shortcut.state) {
    case "works":
      return "opens it over whatever you do, and puts it away again.";
    case "taken":
      return "does not open it: another program holds these keys.";
    case "unavailable":
      return `does not open it here. ${shortcut.reason}`;
  }
}

export function ShortcutNote() {
  const core = useCore();
  const { data: shortcut } = useQuery({
    queryKey: ["shortcut"],
    queryFn: () => core.shortcut(),
    // It is registered while the window opens.
    gcTime: 0,
  });
  if (!shortcut) return null;
  return (
    <div className="flex flex-col gap-1 border-t border-line px-6 py-5 text-ui">
      <h3 className="font-semibold">Quick prompt</h3>
      <p className="text-soft">
        <Kbd keys={shortcut.keys} /> {why(shortcut)}{" "}
        {shortcut.state !== "works" && (
          <>
            In your system’s settings, bind a key to the command{" "}
            <code className="rounded bg-panel px-1 py-px font-mono text-small text-ink">
              {shortcut.command}
            </code>
            .
          </>
        )}
      </p>
    </div>
  );
}
