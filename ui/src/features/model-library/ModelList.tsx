// The rows of the page of models. Of very many only those in sight are in the page.
import { type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { Virtualizer } from "virtua";
import { count } from "../../components/format";
import type { HardwareView, LoadedView, ModelView } from "../../ipc";
import type { PageActions } from "./actions";
import { ForeignRow, ItemRow } from "./ItemRow";
import { ModelRow } from "./ModelRow";
import type { Group, Row } from "./rows";

/** So many rows cost nothing, and a page that holds all of its rows is read more easily. */
const ALL_DRAWN = 60;

interface ModelListProps {
  groups: readonly Group[];
  /** The model that answers unless another is chosen. */
  standard: string | null;
  /** The id of what Sotto would take of the catalogue. */
  best: string | undefined;
  hardware: HardwareView | undefined;
  loaded: readonly LoadedView[];
  adapters: readonly ModelView[];
  actions: PageActions;
  /** The row that is open. */
  open: string | null;
  onToggle: (row: string) => void;
  /** What scrolls. */
  scroller: RefObject<HTMLElement | null>;
}

function Heading({ group }: { group: Group }) {
  return (
    <div className="pt-7 pb-2">
      <h2 className="text-ui font-semibold">
        {group.name} <span className="font-normal text-faint">{count(group.rows.length)}</span>
      </h2>
      {group.about && <p className="text-small text-soft">{group.about}</p>}
    </div>
  );
}

export function ModelList(props: ModelListProps) {
  const { groups, standard, best, hardware, loaded, adapters, actions, open, onToggle } = props;
  const start = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);

  // How far down the page the list begins: what is above it grows with larger text.
  useLayoutEffect(() => {
    const scroller = props.scroller.current;
    if (!start.current || !scroller) return;
    const above =
      start.current.getBoundingClientRect().top -
      scroller.getBoundingClientRect().top +
      scroller.scrollTop;
    setMargin((now) => (Math.abs(now - above) < 1 ? now : above));
  });

  const drawn = (row: Row) => {
    const shared = { hardware, actions, onToggle, open: open === row.key };
    switch (row.kind) {
      case "model":
        return (
          <ModelRow
            key={row.key}
            {...shared}
            model={row.model}
            isDefault={row.model.name === standard}
            loaded={loaded.find(({ name }) => name === row.model.name)}
            adapters={adapters}
          />
        );
      case "item":
        return (
          <ItemRow
            key={row.key}
            {...shared}
            item={row.item}
            download={row.download}
            best={row.item.id === best}
          />
        );
      case "foreign":
        return <ForeignRow key={row.key} download={row.download} />;
    }
  };

  if (total <= ALL_DRAWN) {
    return groups.map((group) => (
      <section key={group.name} aria-label={group.name}>
        <Heading group={group} />
        {group.rows.map(drawn)}
      </section>
    ));
  }
  const flat: ReactNode[] = groups.flatMap((group) => [
    <Heading key={group.name} group={group} />,
    ...group.rows.map(drawn),
  ]);
  return (
    <div ref={start}>
      <Virtualizer scrollRef={props.scroller} startMargin={margin} bufferSize={800}>
        {flat}
      </Virtualizer>
    </div>
  );
}
