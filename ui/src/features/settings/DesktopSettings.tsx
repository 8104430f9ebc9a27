// The settings about the desktop: starting with the session, and what closing the window means.
import { FIELD, Field } from "../../components/Field";
import { Switch } from "../../components/Switch";
import { useCore, type WhenClosed } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useDesktop, useTry } from "../desktop/useDesktop";

const CLOSED: readonly [WhenClosed, string][] = [
  ["ask", "Ask me"],
  ["stay", "Keep Sotto in the tray"],
  ["end", "End Sotto"],
];

const TRAY_HINTS = {
  there: "In the tray Sotto uses next to nothing while nobody asks it.",
  missing: "This desktop shows no tray icons, so closing the window ends Sotto.",
  unknown: "Whether this desktop has a tray is not known yet.",
} as const;

export function DesktopSettings() {
  const core = useCore();
  const desktop = useDesktop();
  const attempt = useTry();
  if (!desktop) return null;
  const { session_start: start, tray, when_closed } = desktop;
  return (
    <section className="flex flex-col gap-4 border-t border-line px-6 py-5">
      <h3 className="text-ui font-semibold">In the desktop</h3>
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p className="text-ui font-medium">{NAMES.sessionStart}</p>
          <p className="text-ui text-soft">
            {start.state === "unavailable"
              ? start.reason
              : start.state === "on"
                ? "On: Sotto starts when you log in, without a window where there is a tray, and without a model in memory."
                : "Off: Sotto starts when you start it."}
          </p>
        </div>
        <Switch
          label={NAMES.sessionStart}
          checked={start.state === "on"}
          disabled={start.state === "unavailable"}
          onChange={(on) => attempt(() => core.setSessionStart(on))}
        />
      </div>
      <Field label={NAMES.whenClosed} hint={TRAY_HINTS[tray]}>
        {(ids) => (
          <select
            {...ids}
            value={when_closed}
            disabled={tray === "missing"}
            className={`${FIELD} max-w-80`}
            onChange={({ target }) => attempt(() => core.setWhenClosed(target.value as WhenClosed))}
          >
            {CLOSED.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
    </section>
  );
}
