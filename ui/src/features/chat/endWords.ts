// How an answer ended, for people who listen.
import type { Message } from "../../ipc";

/** As much of an answer as is read aloud when it ends. */
const READ_ALOUD = 600;

/** What is said when it is over. */
export function endWords({ state, text, failure }: Message): string {
  if (failure) return failure.message;
  if (state === "stopped") return "Stopped";
  const plain = text
    .replace(/[`*_#>|]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return `Answer: ${plain.length > READ_ALOUD ? `${plain.slice(0, READ_ALOUD)}… The whole answer is the last message.` : plain}`;
}
