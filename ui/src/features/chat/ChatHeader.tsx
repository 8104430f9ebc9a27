// Above the messages: what the conversation is called, which model answers, where it answers.
import { PanelLeft } from "lucide-react";
import { IconButton } from "../../components/Button";
import { keyName } from "../../components/Kbd";
import { PlaceBadge } from "../../components/PlaceBadge";
import { NAMES } from "../../testing/landmarks";
import { ModelPicker } from "../models/ModelPicker";

interface ChatHeaderProps {
  title: string;
  model: string | null;
  pickerOpen: boolean;
  onPickerOpen: (open: boolean) => void;
  onChooseModel: (model: string) => void;
  onMakeDefault: (model: string) => void;
  onToggleSidebar: () => void;
}

export function ChatHeader(props: ChatHeaderProps) {
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3.5 gap-y-1 border-b border-line px-4 py-2">
      <IconButton
        label={NAMES.sidebarToggle}
        title={`${NAMES.sidebarToggle} (${keyName("Mod+B")})`}
        icon={<PanelLeft className="icon" aria-hidden="true" />}
        onClick={props.onToggleSidebar}
      />
      <h1 className="min-w-0 flex-1 basis-40 truncate text-base font-semibold" title={props.title}>
        {props.title}
      </h1>
      <ModelPicker
        value={props.model}
        onChoose={props.onChooseModel}
        onMakeDefault={props.onMakeDefault}
        open={props.pickerOpen}
        onOpenChange={props.onPickerOpen}
      />
      <span className="hidden @min-[40rem]/window:inline-flex">
        <PlaceBadge place="this_computer" />
      </span>
    </header>
  );
}
