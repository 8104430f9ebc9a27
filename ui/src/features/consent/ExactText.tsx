// A text exactly as it is, with what nobody would see made visible.
import { stretches } from "./visible";

export function ExactText({ text }: { text: string }) {
  return stretches(text).map(({ text, hidden }, at) =>
    hidden ? (
      <span
        key={at}
        data-hidden={hidden.code}
        title={hidden.name}
        className="mx-px rounded-sm border border-danger px-0.5 font-sans text-tiny whitespace-nowrap text-danger"
      >
        {hidden.code}
        <span className="sr-only"> {hidden.name} </span>
      </span>
    ) : (
      // Isolated, so that letters written from right to left do not move what stands beside them.
      <bdi key={at}>{text}</bdi>
    ),
  );
}
