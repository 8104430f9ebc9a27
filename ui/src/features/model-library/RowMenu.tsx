// What else can be done with a model on this computer.
import { Check, Copy, Ellipsis, FolderOpen, Gauge, SlidersHorizontal, Trash2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { announce } from "../../components/announcer";
import { IconButton } from "../../components/Button";
import { copyText } from "../../components/clipboard";
import { MenuContent } from "../../components/Menu";
import { showError } from "../../components/toasts";
import { type ModelView, useCore } from "../../ipc";
import { MODELS_PAGE } from "../../testing/landmarks";
import type { PageActions } from "./actions";

interface RowMenuProps {
  model: ModelView;
  isDefault: boolean;
  actions: PageActions;
}

export function RowMenu({ model, isDefault, actions }: RowMenuProps) {
  const core = useCore();
  const answers = model.kind === "chat" && model.state.state !== "unusable";
  const copy = async () => {
    const done = await copyText(model.files.join("\n"));
    announce(done ? "Copied" : "The clipboard could not be used");
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton
          label={`${MODELS_PAGE.more} ${model.title}`}
          title="More"
          icon={<Ellipsis className="icon" aria-hidden="true" />}
        />
      </DropdownMenu.Trigger>
      <MenuContent align="end" className="min-w-56">
        {answers && !isDefault && (
          <DropdownMenu.Item className="menu-item" onSelect={() => actions.makeDefault(model.name)}>
            <Check className="icon" aria-hidden="true" />
            {MODELS_PAGE.makeDefault}
          </DropdownMenu.Item>
        )}
        {answers && (
          <DropdownMenu.Item className="menu-item" onSelect={() => actions.settings(model)}>
            <SlidersHorizontal className="icon" aria-hidden="true" />
            {MODELS_PAGE.settings}
          </DropdownMenu.Item>
        )}
        {answers && (
          <DropdownMenu.Item className="menu-item" onSelect={() => actions.measure(model.name)}>
            <Gauge className="icon" aria-hidden="true" />
            {MODELS_PAGE.measureThis}
          </DropdownMenu.Item>
        )}
        {answers && <DropdownMenu.Separator className="my-1 border-t border-line" />}
        <DropdownMenu.Item className="menu-item" onSelect={copy}>
          <Copy className="icon" aria-hidden="true" />
          {MODELS_PAGE.copyPath}
        </DropdownMenu.Item>
        {model.owner === "sotto" && (
          <DropdownMenu.Item
            className="menu-item"
            onSelect={() => core.openModelsFolder().catch(showError)}
          >
            <FolderOpen className="icon" aria-hidden="true" />
            {MODELS_PAGE.folder}
          </DropdownMenu.Item>
        )}
        <DropdownMenu.Item className="menu-item text-danger" onSelect={() => actions.remove(model)}>
          <Trash2 className="icon" aria-hidden="true" />
          {MODELS_PAGE.remove}
        </DropdownMenu.Item>
      </MenuContent>
    </DropdownMenu.Root>
  );
}
