// Code with its language, a copy button and colours. While it is being written only its last
// lines are highlighted again; when it is whole, all of it once.
import { memo, useEffect, useMemo, useState } from "react";
import { CopyButton } from "../CopyButton";
import { highlight, isReady, knownLanguage, loadLanguage, type Token } from "./highlight";

const LINES_IN_A_CHUNK = 40;
/** Longer code stays plain: colours are not worth a frozen window. */
const LONGEST_HIGHLIGHTED = 200_000;

function useLanguage(name: string): string | null {
  const language = knownLanguage(name);
  const [, loaded] = useState(false);
  useEffect(() => {
    let gone = false;
    if (language && !isReady(language)) {
      loadLanguage(language).then((done) => {
        if (!gone) loaded(done);
      });
    }
    return () => {
      gone = true;
    };
  }, [language]);
  return language && isReady(language) ? language : null;
}

function draw(tokens: Token[]) {
  return tokens.map(({ text, kind }, at) =>
    kind === "" ? (
      text
    ) : (
      <span key={at} className={kind}>
        {text}
      </span>
    ),
  );
}

const Chunk = memo(function Chunk({ code, language }: { code: string; language: string | null }) {
  return <span className="block">{language ? draw(highlight(code, language)) : code}</span>;
});

/** Cuts code after every so many lines. */
export function cutIntoChunks(code: string): string[] {
  const chunks: string[] = [];
  let from = 0;
  let lines = 0;
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) {
    if (++lines % LINES_IN_A_CHUNK === 0) {
      chunks.push(code.slice(from, at + 1));
      from = at + 1;
    }
  }
  if (from < code.length) chunks.push(code.slice(from));
  return chunks;
}

const WholeCode = memo(function WholeCode({ code, language }: { code: string; language: string }) {
  return useMemo(() => draw(highlight(code, language)), [code, language]);
});

interface CodeBlockProps {
  code: string;
  /** As the author wrote it; empty if it was not said. */
  language: string;
  /** More of it may come. */
  open: boolean;
}

export function CodeBlock({ code, language: name, open }: CodeBlockProps) {
  const language = useLanguage(name);
  const whole = !open && language !== null && code.length <= LONGEST_HIGHLIGHTED;
  const label = name || "text";
  return (
    <figure className="code-block" aria-label={`Code, ${label}`}>
      <figcaption className="code-top">
        <span>{label}</span>
        <CopyButton text={code} label="Copy code" shown="Copy" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>
          {whole ? (
            <WholeCode code={code} language={language} />
          ) : (
            cutIntoChunks(code).map((chunk, at) => (
              <Chunk key={at} code={chunk} language={language} />
            ))
          )}
        </code>
      </pre>
    </figure>
  );
}
