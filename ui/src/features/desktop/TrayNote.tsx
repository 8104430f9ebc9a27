// Explains once that this desktop has no tray, and what that means.
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useDesktop, useTry } from "./useDesktop";

export function TrayNote() {
  const core = useCore();
  const desktop = useDesktop();
  const attempt = useTry();
  if (desktop?.tray !== "missing" || desktop.tray_note_dismissed) return null;
  return (
    <Banner
      kind="note"
      action={
        <Button onClick={() => attempt(() => core.dismissTrayNote())}>
          {NAMES.dismissTrayNote}
        </Button>
      }
    >
      This desktop shows no tray icons, so closing this window ends Sotto. All that the tray would
      offer is here, under the model’s name and in the search. On GNOME the extension “AppIndicator
      and KStatusNotifierItem Support” adds a tray.
    </Banner>
  );
}
