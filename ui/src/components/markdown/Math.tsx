// Mathematics by KaTeX, loaded when the first formula appears. It is drawn with DOM calls and not
// as a string, because the window allows no inline styles in markup.
import { useEffect, useRef } from "react";

type Katex = typeof import("katex").default;
let loading: Promise<Katex> | null = null;

function loadKatex(): Promise<Katex> {
  loading ??= Promise.all([import("katex"), import("katex/dist/katex.min.css")]).then(
    ([katex]) => katex.default,
  );
  return loading;
}

export function Formula({ source, display }: { source: string; display: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let gone = false;
    loadKatex()
      .then((katex) => {
        if (gone || !place.current) return;
        katex.render(source, place.current, {
          displayMode: display,
          throwOnError: false,
          trust: false,
          strict: "ignore",
          maxExpand: 200,
          maxSize: 20,
        });
        // KaTeX gives some pictures their width as an attribute, which the policy ignores.
        for (const element of place.current.querySelectorAll<SVGElement>("svg[style]")) {
          element.style.cssText = element.getAttribute("style") ?? "";
        }
      })
      .catch(() => {});
    return () => {
      gone = true;
    };
  }, [source, display]);
  return (
    <span ref={place} className={display ? "formula formula-display" : "formula"}>
      {source}
    </span>
  );
}
