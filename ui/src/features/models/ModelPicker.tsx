// The menu of models: what each is good and bad at, whether it is in memory, why one cannot run.
import { Boxes, Check, ChevronDown, Cloud, FolderOpen } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useMemo } from "react";
import { bytes, count } from "../../components/format";
import { MenuContent } from "../../components/Menu";
import { showError } from "../../components/toasts";
import { type Fit, type ModelsView, type ModelView, useCore } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";
import { chooseLarger, useLarger } from "../larger/waiting";
import { MemoryItems } from "./MemoryItems";
import { modelTitle, useModels } from "./useModels";

/** What has to be known before one chooses it. */
const FIT_WORDS: Readonly<Record<Fit, string>> = {
  fits_well: "",
  smaller_context: "with a smaller context",
  over_limit: "over your limit",
  too_large: "too large for this computer",
};

function stateWords(model: ModelView): string {
  switch (model.state.state) {
    case "available":
      return FIT_WORDS[model.fit?.fit ?? "fits_well"];
    case "loading":
      return `loading, ${model.state.percent}%`;
    case "loaded":
      return "in memory";
    case "unusable":
      return "cannot be used";
  }
}

function ModelEntry({ model, chosen }: { model: ModelView; chosen: boolean }) {
  const unusable = model.state.state === "unusable";
  const facts = [bytes(model.size), model.parameters, model.quantization, model.licence].filter(
    Boolean,
  );
  return (
    <DropdownMenu.RadioItem
      value={model.name}
      aria-disabled={unusable || undefined}
      className="menu-item items-start py-2"
      onSelect={(event) => {
        if (unusable) event.preventDefault();
      }}
    >
      <span className="mt-1 flex size-4 flex-none">
        {chosen && <Check className="icon text-accent" aria-hidden="true" />}
      </span>
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className={`font-medium ${unusable ? "text-soft" : ""}`}>{model.title}</span>
          <span className={`text-small ${unusable ? "text-danger" : "text-accent"}`}>
            {stateWords(model)}
          </span>
        </span>
        <span className="text-small text-faint">{facts.join(" · ")}</span>
        {model.good_at && <span className="text-small text-soft">Good at: {model.good_at}</span>}
        {model.weak_at && <span className="text-small text-soft">Weak at: {model.weak_at}</span>}
        {model.state.state === "unusable" && (
          <span className="text-small text-soft">{model.state.reason}</span>
        )}
      </span>
    </DropdownMenu.RadioItem>
  );
}

/** More than these nobody reads through in a menu: the page of models finds them. */
const MOST = 40;

/** Those that can answer, the one that does in any case. */
function inMenu(models: ModelsView | undefined, value: string | null) {
  const all = models?.models.filter(({ kind }) => kind === "chat") ?? [];
  const answering = all.filter(({ name }, at) => at < MOST || name === value);
  return { answering, more: all.length - answering.length };
}

interface ModelPickerProps {
  /** The model that answers here; `null` while none is known. */
  value: string | null;
  onChoose: (model: string) => void;
  /** Makes the model the one that answers in new conversations. */
  onMakeDefault: (model: string) => void;
  /** Chooses a larger model for the next question. */
  onLarger: () => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function ModelPicker({
  value,
  onChoose,
  onMakeDefault,
  onLarger,
  open,
  onOpenChange,
}: ModelPickerProps) {
  const core = useCore();
  const models = useModels();
  const { answering, more } = useMemo(() => inMenu(models, value), [models, value]);
  const showPage = useSelection((selection) => selection.showPage);
  const larger = useLarger(({ chosen }) => chosen);
  const local = models ? modelTitle(models, value) : "…";
  const title = larger ? `${larger.model}, once` : local;
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger
        aria-label={`${NAMES.modelPicker}: ${title}`}
        className="inline-flex min-h-8 max-w-56 items-center gap-1.5 rounded-lg border border-line bg-raised px-2.5 text-ui hover:border-line-strong"
      >
        <span className="truncate">{title}</span>
        <ChevronDown className="icon-small text-faint" aria-hidden="true" />
      </DropdownMenu.Trigger>
      <MenuContent className="w-[min(26rem,92vw)]" align="end">
        <DropdownMenu.RadioGroup
          value={larger ? "" : (value ?? "")}
          onValueChange={(model) => {
            chooseLarger(null);
            if (model !== value) onChoose(model);
          }}
        >
          {answering.map((model) => (
            <ModelEntry key={model.name} model={model} chosen={!larger && model.name === value} />
          ))}
        </DropdownMenu.RadioGroup>
        {models && answering.length === 0 && (
          <p className="px-3 py-2 text-soft">There is no model on this computer yet.</p>
        )}
        <DropdownMenu.Separator className="my-1 border-t border-line" />
        <DropdownMenu.Item className="menu-item" onSelect={() => showPage("models")}>
          <Boxes className="icon" aria-hidden="true" />
          <span className="flex min-w-0 flex-1 flex-col">
            {NAMES.allModels}
            <span className="text-small text-faint">
              {more > 0 && `${count(more)} more are here. `}
              Download others, set how they answer, measure them.
            </span>
          </span>
        </DropdownMenu.Item>
        <DropdownMenu.Item className="menu-item" onSelect={onLarger}>
          <Cloud className="icon" aria-hidden="true" />
          <span className="flex min-w-0 flex-1 flex-col">
            {NAMES.larger}…
            <span className="text-small text-faint">
              For the next question only. You see first what would leave.
            </span>
          </span>
        </DropdownMenu.Item>
        {value !== null && models && models.default !== value && (
          <DropdownMenu.Item className="menu-item" onSelect={() => onMakeDefault(value)}>
            <span className="size-4" />
            Use {local} for new conversations
          </DropdownMenu.Item>
        )}
        <MemoryItems value={larger ? null : value} />
        <DropdownMenu.Separator className="my-1 border-t border-line" />
        <DropdownMenu.Item
          className="menu-item"
          onSelect={() => core.openModelsFolder().catch(showError)}
        >
          <FolderOpen className="icon" aria-hidden="true" />
          <span className="flex min-w-0 flex-1 flex-col">
            Open models folder
            <span className="text-small text-faint">A GGUF file put there is found by itself.</span>
          </span>
        </DropdownMenu.Item>
      </MenuContent>
    </DropdownMenu.Root>
  );
}
