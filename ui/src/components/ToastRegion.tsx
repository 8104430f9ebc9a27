// Where passing messages stand. They wait while somebody points at them or is in them, and F6
// reaches them.
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { NAMES } from "../testing/landmarks";
import { Button, IconButton } from "./Button";
import { type Toast, useToasts } from "./toasts";

function ToastCard({ toast, waiting }: { toast: Toast; waiting: boolean }) {
  const close = useToasts((toasts) => toasts.close);
  useEffect(() => {
    if (toast.lasts === null || waiting) return;
    const timer = setTimeout(() => close(toast.id), toast.lasts);
    return () => clearTimeout(timer);
  }, [toast, waiting, close]);
  return (
    <div
      role={toast.kind === "error" ? "alert" : "status"}
      className={`flex items-center gap-2 rounded-xl border bg-raised py-2 pr-2 pl-4 text-ui shadow-large ${toast.kind === "error" ? "border-danger" : "border-line"}`}
    >
      <p className="min-w-0 flex-1">{toast.text}</p>
      {toast.action && (
        <Button
          onClick={() => {
            close(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton label="Close" icon={<X className="icon" />} onClick={() => close(toast.id)} />
    </div>
  );
}

export function ToastRegion() {
  const shown = useToasts((toasts) => toasts.shown);
  const [waiting, setWaiting] = useState(false);
  return (
    <section
      aria-label={NAMES.notices}
      data-region={shown.length > 0 ? "notices" : undefined}
      tabIndex={-1}
      onPointerEnter={() => setWaiting(true)}
      onPointerLeave={() => setWaiting(false)}
      onFocus={() => setWaiting(true)}
      onBlur={() => setWaiting(false)}
      className="fixed top-16 right-4 z-50 flex w-[min(26rem,calc(100vw-2rem))] flex-col gap-2 empty:hidden"
    >
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} waiting={waiting} />
      ))}
    </section>
  );
}
