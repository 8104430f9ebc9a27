// Where words go or came from. Always an icon and words, never colour alone.
import { Cloud, Lock, Network } from "lucide-react";

export const PLACES = {
  this_computer: { icon: Lock, words: "On this computer", colour: "text-accent" },
  your_network: { icon: Network, words: "On your network", colour: "text-network" },
  cloud: { icon: Cloud, words: "In the cloud", colour: "text-cloud" },
} as const;

export function PlaceBadge({ place }: { place: keyof typeof PLACES }) {
  const { icon: Icon, words, colour } = PLACES[place];
  return (
    <span
      className={`inline-flex items-center gap-1.5 text-small font-semibold whitespace-nowrap ${colour}`}
    >
      <Icon className="icon-small" aria-hidden="true" />
      {words}
    </span>
  );
}
