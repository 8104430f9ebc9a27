// A row of the page of models, whatever it is about: its name opens it, the rest is what matters
// before one does. It is an article and no item of a list, because only those in sight are drawn.
import { ChevronDown } from "lucide-react";
import { type ReactNode, useId } from "react";

interface RowFrameProps {
  /** Names the row for tests: `model/…` or `item/…`. */
  row: string;
  title: string;
  tags: ReactNode;
  /** One honest sentence. */
  about: string;
  /** Languages, licence, size. */
  facts: string;
  /** What the person has to know now. */
  notice?: ReactNode;
  meter: ReactNode;
  action: ReactNode;
  /** Cannot be used: its name steps back. */
  faded?: boolean;
  open: boolean;
  onToggle: () => void;
  details: () => ReactNode;
}

export function RowFrame(props: RowFrameProps) {
  const { row, title, tags, about, facts, notice, meter, action } = props;
  const { faded, open, onToggle, details } = props;
  const id = useId();
  return (
    <article
      data-row={row}
      aria-labelledby={`${id}-title`}
      className="@container relative border-t border-line"
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-2.5 py-3.5 @min-[44rem]:grid-cols-[minmax(0,1fr)_17rem_9.75rem] @min-[44rem]:items-start">
        <div className="flex min-w-0 flex-col gap-0.5">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h3 className="min-w-0 text-base leading-snug font-semibold">
              <button
                type="button"
                data-row-head=""
                aria-expanded={open}
                aria-controls={`${id}-details`}
                className={`inline-flex max-w-full items-center gap-1 rounded text-start after:absolute after:inset-x-0 after:top-0 after:h-full hover:underline ${open ? "after:hidden" : ""} ${faded ? "text-soft" : ""}`}
                onClick={onToggle}
              >
                <span
                  id={`${id}-title`}
                  dir="auto"
                  className={`min-w-0 [overflow-wrap:anywhere] ${open ? "" : "line-clamp-2"}`}
                >
                  {title}
                </span>
                <ChevronDown
                  className={`icon-small text-faint ${open ? "rotate-180" : ""}`}
                  aria-hidden="true"
                />
              </button>
            </h3>
            {tags}
          </div>
          {about && <p className="text-ui text-soft">{about}</p>}
          {facts && <p className="text-small text-faint">{facts}</p>}
          {notice}
        </div>
        <div className="min-w-0 @min-[44rem]:pt-2">{meter}</div>
        <div className="relative z-10 flex min-w-0 items-center gap-1 @min-[44rem]:justify-end">
          {action}
        </div>
      </div>
      {open && (
        <div id={`${id}-details`} className="pb-5">
          {details()}
        </div>
      )}
    </article>
  );
}
