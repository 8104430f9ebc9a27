// Asks once more before what cannot be taken back, where there is more to say than fits beside a
// button. The focus begins at what changes nothing.
import type { ReactNode } from "react";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

interface ConfirmDialogProps {
  title: string;
  /** What the yes says; without it there is only something to be read. */
  yes?: string;
  /** What the no says. */
  no: string;
  onYes?: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function ConfirmDialog({ title, yes, no, onYes, onClose, children }: ConfirmDialogProps) {
  return (
    <Dialog title={title} open onClose={onClose}>
      <div className="flex flex-col gap-5 px-6 pt-2 pb-5 text-ui">
        <div className="flex flex-col gap-2 [overflow-wrap:anywhere] text-soft">{children}</div>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{no}</Button>
          {yes && (
            <Button
              className="!border-danger !text-danger"
              onClick={() => {
                onClose();
                onYes?.();
              }}
            >
              {yes}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
