// The shortcuts in the settings: their keys, changed by pressing others, and checked at once; what the
// desktop granted where it gives them; and what to bind where nobody does.
import { useId, useState } from "react";
import { announce } from "../../components/announcer";
import { Button } from "../../components/Button";
import { Kbd } from "../../components/Kbd";
import { CoreError, type ShortcutChoice, type ShortcutView, useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useTry } from "../desktop/useDesktop";
import { SHORTCUT_NAMES, useShortcuts } from "../desktop/useShortcuts";
import { KeysField } from "./KeysField";

function Command({ command }: { command: string }) {
  return (
    <code className="rounded bg-panel px-1 py-px font-mono text-small text-ink">{command}</code>
  );
}

/** What to bind where a shortcut does nothing. */
function Bind({ shortcuts }: { shortcuts: ShortcutView[] }) {
  return (
    <p className="text-ui text-soft">
      In your system’s settings you can bind keys to{" "}
      {shortcuts.map(({ name, command }, at) => (
        <span key={name}>
          {at > 0 && " and "}
          <Command command={command} />
        </span>
      ))}
      .
    </p>
  );
}

/** What is to be known about the keys that it has. */
function hint(shortcut: ShortcutView): string {
  switch (shortcut.state) {
    case "unavailable":
      return shortcut.reason;
    case "off":
      return "Off.";
    default:
      return "";
  }
}

/** A shortcut whose keys are chosen here. */
function Chosen({ shortcut }: { shortcut: ShortcutView }) {
  const core = useCore();
  const [refused, setRefused] = useState("");
  const id = useId();
  const does = SHORTCUT_NAMES[shortcut.name];
  const choose = async (choice: ShortcutChoice) => {
    setRefused("");
    try {
      await core.chooseShortcut(shortcut.name, choice);
      const now = (await core.shortcuts()).shortcuts.find(({ name }) => name === shortcut.name);
      announce(`${does}: ${now?.keys || "no keys"}.`);
    } catch (error) {
      setRefused(CoreError.from(error).message);
    }
  };
  return (
    <div className="flex flex-col gap-1">
      <p className="text-small font-medium">{does}</p>
      <div className="flex flex-wrap items-center gap-2">
        <KeysField
          label={does}
          keys={shortcut.keys}
          describedBy={id}
          onKeys={(keys) => choose({ choice: "keys", keys })}
        />
        <Button
          kind="ghost"
          aria-label={`${NAMES.defaultKeys}: ${does}`}
          disabled={shortcut.choice.choice === "default" && shortcut.state === "works"}
          onClick={() => choose({ choice: "default" })}
        >
          Default
        </Button>
        <Button
          kind="ghost"
          aria-label={`${NAMES.noKeys}: ${does}`}
          disabled={shortcut.state === "off"}
          onClick={() => choose({ choice: "off" })}
        >
          Off
        </Button>
      </div>
      <p id={id} className="text-small text-soft">
        {hint(shortcut)}
      </p>
      {refused !== "" && (
        <p role="alert" className="text-small text-danger">
          {refused}{" "}
          {shortcut.state === "works" && (
            <>
              <Kbd keys={shortcut.keys} /> goes on as before.
            </>
          )}
        </p>
      )}
    </div>
  );
}

/** A shortcut whose keys the desktop gives. */
function Given({ shortcut }: { shortcut: ShortcutView }) {
  return (
    <p className="text-ui">
      {SHORTCUT_NAMES[shortcut.name]}:{" "}
      {shortcut.state === "works" ? (
        <Kbd keys={shortcut.keys} />
      ) : (
        <span className="text-soft">the desktop gave it no keys, or does not say which.</span>
      )}
    </p>
  );
}

export function ShortcutSettings() {
  const core = useCore();
  const attempt = useTry();
  const view = useShortcuts();
  if (!view) return null;
  const { given, shortcuts } = view;
  const idle = shortcuts.filter(({ state }) => state === "unavailable" || state === "no_keys");
  const ask = () => attempt(() => core.askDesktopForShortcuts());
  return (
    <section className="flex flex-col gap-3 border-t border-line px-6 py-5">
      <h3 className="text-ui font-semibold">Quick prompt, from any window</h3>
      {given.by === "not_yet" && <p className="text-ui text-soft">The keys are asked for…</p>}
      {given.by === "system" && shortcuts.map((each) => <Chosen key={each.name} shortcut={each} />)}
      {given.by === "desktop" && (
        <>
          {shortcuts.map((each) => (
            <Given key={each.name} shortcut={each} />
          ))}
          {given.shows_settings ? (
            <Button className="self-start" onClick={ask}>
              {NAMES.desktopKeys}
            </Button>
          ) : (
            <p className="text-ui text-soft">
              The desktop gives these keys: you change them in its own settings, under keyboard or
              shortcuts.
            </p>
          )}
        </>
      )}
      {given.by === "nobody" && (
        <div className="flex flex-wrap items-center gap-3">
          <p className="min-w-0 flex-1 basis-64 text-ui text-soft">
            No keys open it here. {given.reason}
          </p>
          {given.ask_again && <Button onClick={ask}>{NAMES.askDesktop}</Button>}
        </div>
      )}
      {given.by !== "not_yet" && idle.length > 0 && <Bind shortcuts={idle} />}
    </section>
  );
}
