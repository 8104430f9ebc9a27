// A key, as this platform names it.
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** Whether the key that the platform uses for shortcuts is down. */
export function modifierIsDown(event: { ctrlKey: boolean; metaKey: boolean }): boolean {
  return MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

/** `Mod+K` as it is written here: `Ctrl K`, or `⌘K`. */
export function keyName(keys: string): string {
  return MAC
    ? keys.replace("Mod+", "⌘").replace("Shift+", "⇧")
    : keys.replace("Mod", "Ctrl").replaceAll("+", " ");
}

export function Kbd({ keys, hidden = false }: { keys: string; hidden?: boolean }) {
  return (
    <kbd
      aria-hidden={hidden || undefined}
      className="rounded-[0.3125rem] border border-b-2 border-line bg-raised px-1.5 py-px font-sans text-tiny leading-4 whitespace-nowrap text-soft"
    >
      {keyName(keys)}
    </kbd>
  );
}
