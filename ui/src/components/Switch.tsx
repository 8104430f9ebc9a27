// Something that is on or off, at once and without a further button.
interface SwitchProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, checked, disabled, onChange }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-label={label}
      aria-checked={checked}
      disabled={disabled}
      className={`inline-flex h-6 w-11 flex-none items-center rounded-full border p-0.5 disabled:opacity-55 ${checked ? "justify-end border-accent bg-accent" : "justify-start border-line-strong bg-panel"}`}
      onClick={() => onChange(!checked)}
    >
      <span
        className={`size-4.5 rounded-full forced-colors:bg-[ButtonText] ${checked ? "bg-accent-ink" : "bg-line-strong"}`}
      />
    </button>
  );
}
