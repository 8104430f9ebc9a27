// Asks for a window that is as high as what stands in it. While an answer grows the window grows in
// steps, because each new size of a window costs a frame.
import { type RefObject, useCallback, useEffect, useRef } from "react";
import { useCore } from "../../ipc";

/** Pixels that the window grows by while an answer is written. */
const STEP = 72;
/** The window's edge, above and below. */
const EDGE = 2;

/**
 * Measures the elements with `data-measured` in `page`. Returns a function that measures now: a page
 * that is not on the screen is not told of changes.
 */
export function useHeight(page: RefObject<HTMLElement | null>, growing: boolean): () => void {
  const core = useCore();
  const asked = useRef(0);
  const grows = useRef(growing);
  grows.current = growing;

  const measure = useCallback(() => {
    const parts = page.current?.querySelectorAll<HTMLElement>("[data-measured]") ?? [];
    let height = EDGE;
    for (const part of parts) height += part.offsetHeight;
    if (grows.current) {
      if (height <= asked.current) return;
      height += STEP;
    }
    if (height === asked.current) return;
    asked.current = height;
    // Nothing depends on it: the page scrolls where the window is too low.
    core.quickResize({ width: window.innerWidth, height }).catch(() => {});
  }, [core, page]);

  useEffect(() => {
    const observer = new ResizeObserver(measure);
    const parts = page.current?.querySelectorAll("[data-measured]") ?? [];
    for (const part of parts) observer.observe(part);
    return () => observer.disconnect();
  }, [measure, page]);
  // When growing is over the height is made exact.
  useEffect(measure, [measure, growing]);
  return measure;
}
