// Above the rows: what they are looked through for, and which kinds are shown.
import { Search } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { Button } from "../../components/Button";
import { FIELD } from "../../components/Field";
import { MODELS_PAGE } from "../../testing/landmarks";
import type { Shown } from "./rows";

const SHOWN: readonly [Shown, string][] = [
  ["all", "All"],
  ["here", MODELS_PAGE.here],
  ["fetchable", MODELS_PAGE.fetchable],
];

const PRESSED =
  "!border-accent !bg-accent-wash forced-colors:outline-2 forced-colors:outline-[Highlight]";

interface FilterBarProps {
  field: RefObject<HTMLInputElement | null>;
  typed: string;
  shown: Shown;
  onType: (typed: string) => void;
  onShow: (shown: Shown) => void;
  /** From the field to the rows. */
  onDown: () => void;
  /** What else can be done here. */
  children: ReactNode;
}

export function FilterBar(props: FilterBarProps) {
  const { field, typed, shown, onType, onShow, onDown, children } = props;
  return (
    <div className="flex flex-wrap items-center gap-2 pt-5">
      <div className="relative min-w-0 flex-1 basis-60">
        <Search
          className="icon-small absolute start-3 top-1/2 -translate-y-1/2 text-faint"
          aria-hidden="true"
        />
        <input
          ref={field}
          type="search"
          aria-label={MODELS_PAGE.find}
          placeholder="Name, language, licence, use"
          value={typed}
          className={`${FIELD} !ps-8.5`}
          onChange={({ target }) => onType(target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape" && typed !== "") {
              event.preventDefault();
              onType("");
            }
            if (event.key === "ArrowDown") {
              event.preventDefault();
              onDown();
            }
          }}
        />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a form around it */}
      <div role="group" aria-label={MODELS_PAGE.show} className="flex flex-wrap gap-1">
        {SHOWN.map(([value, name]) => (
          <Button
            key={value}
            aria-pressed={shown === value}
            className={shown === value ? PRESSED : ""}
            onClick={() => onShow(value)}
          >
            {name}
          </Button>
        ))}
      </div>
      {children}
    </div>
  );
}
