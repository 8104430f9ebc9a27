// Above the messages: what the conversation is called, which model answers, where it answers.
import { PanelLeft } from "lucide-react";
import { lazy, Suspense } from "react";
import { IconButton } from "../../components/Button";
import { keyName } from "../../components/Kbd";
import type { ShownMessage } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { PlaceMenu } from "../larger/PlaceMenu";
import { useLarger } from "../larger/waiting";
import { ModelPicker } from "../models/ModelPicker";

// Most conversations never left.
const LeftParts = lazy(() => import("./LeftParts"));

interface ChatHeaderProps {
  title: string;
  messages: readonly ShownMessage[];
  model: string | null;
  pickerOpen: boolean;
  onPickerOpen: (open: boolean) => void;
  onChooseModel: (model: string) => void;
  onMakeDefault: (model: string) => void;
  onToggleSidebar: () => void;
  /** A larger model for the next question. */
  onLarger: () => void;
  onSettings: () => void;
  onLedger: () => void;
}

export function ChatHeader(props: ChatHeaderProps) {
  const larger = useLarger(({ chosen }) => chosen);
  const left = props.messages.filter(({ left_to }) => left_to.length > 0);
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
      {left.length > 0 && (
        <Suspense>
          <LeftParts left={left} of={props.messages.length} />
        </Suspense>
      )}
      <ModelPicker
        value={props.model}
        onChoose={props.onChooseModel}
        onMakeDefault={props.onMakeDefault}
        onLarger={props.onLarger}
        open={props.pickerOpen}
        onOpenChange={props.onPickerOpen}
      />
      <PlaceMenu larger={larger} onSettings={props.onSettings} onLedger={props.onLedger} />
    </header>
  );
}
