// A field of a form with its label, what is to be known about it, and what is wrong with it.
import { type ReactNode, useId } from "react";

export const FIELD =
  "min-h-9 w-full rounded-lg border border-line-strong bg-raised px-2.5 py-1.5 text-ui";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  children: (ids: { id: string; "aria-describedby": string | undefined }) => ReactNode;
}

export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-small font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": hint ? `${id}-hint` : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-small text-soft [overflow-wrap:anywhere]">
          {hint}
        </p>
      )}
    </div>
  );
}
