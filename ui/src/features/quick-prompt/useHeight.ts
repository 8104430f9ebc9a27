// Asks for a window that is as high as what stands in it. While an answer grows the window grows in
// steps, because each new size of a window costs a frame.
import { type RefObject, useCallback, useEffect, useRef } from "react";
import { useCore } from "../../ipc";

/** Pixels that the window grows by while an answer is written. */
const STEP = 72;
/** The window's edge, above and below. */
const EDGE = 2;

/**
 * Measures the elements with `data-measured` in `page`; `parts` changes when others stand there. Returns
 * a function that measures now: a page that is not on the screen is not told of changes.
 */
export function useHeight(
  page: RefObject<HTMLElement | null>,
  growing: boolean,
  parts: unknown,
): () => void {
  const core = useCore();
  const asked = useRef({ width: 0, height: 0 });
  const grows = useRef(growing);
  grows.current = growing;

  const measure = useCallback(() => {
    const measured = page.current?.querySelectorAll<HTMLElement>("[data-measured]") ?? [];
    let height = EDGE;
    for (const part of measured) height += part.offsetHeight;
    // A page that was never on the screen is narrower than its window will be.
    const width = window.innerWidth;
    const last = asked.current;
    if (width === last.width) {
      if (height === last.height || (grows.current && height < last.height)) return;
    }
    if (grows.current) height += STEP;
    asked.current = { width, height };
    // Nothing depends on it: the page scrolls where the window is too low.
    core.quickResize({ width, height }).catch(() => {});
  }, [core, page]);

  useEffect(() => {
    const observer = new ResizeObserver(measure);
    const measured = page.current?.querySelectorAll("[data-measured]") ?? [];
    for (const part of measured) observer.observe(part);
    measure();
    window.addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", measure);
    };
  }, [measure, page, parts]);
  // When growing is over the height is made exact.
  useEffect(measure, [measure, growing]);
  return measure;
}
