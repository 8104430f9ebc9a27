// Which messages of a conversation were sent away, as a list in its header.
import { Cloud } from "lucide-react";
import { Popover } from "radix-ui";
import { count } from "../../components/format";
import type { ShownMessage } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";

/** As much of a message as tells which one it is. */
const EXCERPT = 80;

interface LeftPartsProps {
  /** The messages that were sent. */
  left: readonly ShownMessage[];
  /** How many messages there are. */
  of: number;
}

export default function LeftParts({ left, of }: LeftPartsProps) {
  const show = useSelection((selection) => selection.show);
  const words = `${count(left.length)} of ${count(of)} sent`;
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={`${NAMES.left}: ${words}`}
        title={NAMES.left}
        className="inline-flex min-h-8 items-center gap-1.5 rounded-lg border border-transparent px-2 text-small whitespace-nowrap text-soft hover:bg-hover hover:text-ink"
      >
        <Cloud className="icon-small" aria-hidden="true" />
        {words}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label={NAMES.left}
          align="end"
          collisionPadding={12}
          className="popover w-[min(26rem,92vw)] p-1.5"
        >
          <ul>
            {left.map(({ id, role, text, conversation, left_to }) => (
              <li key={id}>
                <Popover.Close
                  className="flex w-full flex-col rounded-lg px-2.5 py-1.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
                  onClick={() => show(conversation, id)}
                >
                  <span className="w-full truncate">
                    {role === "user" ? "You: " : "Answer: "}
                    {text.slice(0, EXCERPT)}
                  </span>
                  <span className="text-small text-faint [overflow-wrap:anywhere]">
                    sent to {left_to.join(", ")}
                  </span>
                </Popover.Close>
              </li>
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
