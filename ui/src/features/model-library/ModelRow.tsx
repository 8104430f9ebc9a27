// A model on this computer, as a row.
import { memo } from "react";
import { Button } from "../../components/Button";
import { bytes } from "../../components/format";
import { ProgressBar } from "../../components/ProgressBar";
import { Tag } from "../../components/Tag";
import type { HardwareView, LoadedView, ModelView } from "../../ipc";
import { MODELS_PAGE } from "../../testing/landmarks";
import type { PageActions } from "./actions";
import { ModelDetails } from "./Details";
import { LanguageTag } from "./LanguageTag";
import { languageWords } from "./languages";
import { MemoryMeter } from "./MemoryMeter";
import { RowFrame } from "./RowFrame";
import { RowMenu } from "./RowMenu";
import { aboutModel, FIT_TAGS, needed, OWNERS } from "./words";

function Tags({ model, isDefault }: { model: ModelView; isDefault: boolean }) {
  const { state, role, fit, owner, kind } = model;
  const loaded = state.state === "loaded";
  const tag = fit && FIT_TAGS[fit.fit];
  // What is in memory shows that it fits; what cannot run at all need not.
  const fitSaid = tag && !loaded && state.state !== "unusable" && kind === "chat";
  return (
    <>
      {isDefault && <Tag look="good">Default</Tag>}
      {loaded && <Tag look="good">In memory</Tag>}
      {role === "stand_in" && <Tag look="caution">Stand-in</Tag>}
      {state.state === "unusable" && <Tag look="bad">Cannot be used</Tag>}
      {fitSaid && <Tag look={tag.look}>{tag.words}</Tag>}
      <LanguageTag languages={model.languages} />
      {OWNERS[owner].tag && <Tag>{OWNERS[owner].tag}</Tag>}
    </>
  );
}

function Action({ model, actions }: { model: ModelView; actions: PageActions }) {
  const { state, fit, name, title, kind } = model;
  if (kind !== "chat" || state.state === "unusable") return null;
  if (state.state === "loading") {
    return (
      <div className="flex w-28 flex-col gap-1.5">
        <ProgressBar label={`Loading ${title}`} percent={state.percent} />
        <p className="text-small text-soft tabular-nums">Loading, {state.percent}%</p>
      </div>
    );
  }
  if (state.state === "loaded") {
    return (
      <Button aria-label={`${MODELS_PAGE.unload} ${title}`} onClick={() => actions.unload(name)}>
        {MODELS_PAGE.unload}
      </Button>
    );
  }
  if (fit?.fit === "over_limit") {
    return (
      <Button
        aria-label={`${MODELS_PAGE.raise} for ${title}`}
        onClick={() => actions.raiseLimit({ title, fit })}
      >
        {MODELS_PAGE.raise}
      </Button>
    );
  }
  if (fit?.fit === "too_large") {
    return <p className="text-small text-soft">Needs {bytes(needed(fit))}</p>;
  }
  return (
    <Button aria-label={`${MODELS_PAGE.load} ${title}`} onClick={() => actions.load(name)}>
      {MODELS_PAGE.load}
    </Button>
  );
}

interface ModelRowProps {
  model: ModelView;
  isDefault: boolean;
  hardware: HardwareView | undefined;
  loaded: LoadedView | undefined;
  adapters: readonly ModelView[];
  actions: PageActions;
  open: boolean;
  onToggle: (row: string) => void;
}

export const ModelRow = memo(function ModelRow(props: ModelRowProps) {
  const { model, isDefault, hardware, loaded, adapters, actions, open, onToggle } = props;
  const row = `model/${model.name}`;
  const answers = model.kind === "chat" && model.state.state !== "unusable";
  const facts = [
    languageWords(model.languages),
    model.licence,
    model.parameters,
    bytes(model.size),
  ].filter(Boolean);
  return (
    <RowFrame
      row={row}
      title={model.title}
      faded={model.state.state === "unusable"}
      tags={<Tags model={model} isDefault={isDefault} />}
      about={aboutModel(model)}
      facts={facts.join(" · ")}
      notice={loaded?.note && <p className="text-ui text-cloud">{loaded.note}</p>}
      meter={model.fit && answers && <MemoryMeter fit={model.fit} speed={model.speed} />}
      action={
        <>
          <Action model={model} actions={actions} />
          <RowMenu model={model} isDefault={isDefault} actions={actions} />
        </>
      }
      open={open}
      onToggle={() => onToggle(row)}
      details={() => (
        <ModelDetails
          model={model}
          hardware={hardware}
          loaded={loaded}
          adapters={adapters}
          foot={
            answers && (
              <div className="flex flex-wrap gap-2">
                <Button onClick={() => actions.settings(model)}>{MODELS_PAGE.settings}</Button>
                <Button onClick={() => actions.measure(model.name)}>
                  {MODELS_PAGE.measureThis}
                </Button>
              </div>
            )
          }
        />
      )}
    />
  );
});
