// Where the next question goes, always in sight, with the way to block everything at hand.
import { Ban, ChevronDown, ScrollText, Settings } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { Kbd } from "../../components/Kbd";
import { MenuContent } from "../../components/Menu";
import { PLACES } from "../../components/PlaceBadge";
import { NAMES } from "../../testing/landmarks";
import { useBlock, useCloud } from "./useCloud";
import type { Chosen } from "./waiting";

const EXPLAINED = {
  this_computer: "Questions are answered on this computer. Nothing leaves it without your yes.",
  your_network: "The next question goes to your network, if you say yes to what it holds.",
  cloud: "The next question goes to the cloud, if you say yes to what it holds.",
} as const;

interface PlaceMenuProps {
  /** The larger model for the next question. */
  larger: Chosen | null;
  onSettings: () => void;
  onLedger: () => void;
}

export function PlaceMenu({ larger, onSettings, onLedger }: PlaceMenuProps) {
  const place = larger?.place ?? "this_computer";
  const blocked = useCloud()?.blocked ?? false;
  const block = useBlock();
  const { icon: Icon, words, colour } = PLACES[place];
  const shown = blocked ? "Cloud blocked" : words;
  const look = blocked
    ? "border-danger bg-danger-wash text-danger"
    : `border-transparent ${colour}`;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={`${NAMES.place}: ${shown}`}
        className={`inline-flex min-h-8 items-center gap-1.5 rounded-lg border px-2 text-small font-semibold whitespace-nowrap hover:bg-hover ${look}`}
      >
        {blocked ? (
          <Ban className="icon-small" aria-hidden="true" />
        ) : (
          <Icon className="icon-small" aria-hidden="true" />
        )}
        <span className={blocked ? "" : "hidden @min-[40rem]/window:inline"}>{shown}</span>
        <ChevronDown className="icon-small opacity-70" aria-hidden="true" />
      </DropdownMenu.Trigger>
      <MenuContent className="w-[min(20rem,92vw)]" align="end">
        <DropdownMenu.Label className="px-2.5 pt-1.5 pb-2 text-small text-soft">
          {blocked
            ? "Nothing leaves this computer until you unblock it."
            : larger?.standing
              ? "The next question goes to your network, on your standing yes."
              : EXPLAINED[place]}
        </DropdownMenu.Label>
        <DropdownMenu.Item
          className={`menu-item ${blocked ? "" : "text-danger"}`}
          onSelect={() => block(!blocked)}
        >
          <Ban className="icon" aria-hidden="true" />
          <span className="flex-1">{blocked ? NAMES.unblock : NAMES.block}</span>
          <Kbd keys="Mod+Shift+X" hidden />
        </DropdownMenu.Item>
        <DropdownMenu.Separator className="my-1 border-t border-line" />
        <DropdownMenu.Item className="menu-item" onSelect={onLedger}>
          <ScrollText className="icon" aria-hidden="true" />
          <span className="flex-1">{NAMES.ledger}</span>
          <Kbd keys="Mod+Shift+L" hidden />
        </DropdownMenu.Item>
        <DropdownMenu.Item className="menu-item" onSelect={onSettings}>
          <Settings className="icon" aria-hidden="true" />
          <span className="flex-1">{NAMES.settings}</span>
          <Kbd keys="Mod+," hidden />
        </DropdownMenu.Item>
      </MenuContent>
    </DropdownMenu.Root>
  );
}
