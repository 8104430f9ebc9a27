// Tells the core where the Approve button is and whether it has the focus. The core sees presses
// before the page does: one anywhere else takes the yes away for another second.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import type { ApproveButton, ConsentCore } from "../../ipc/consent";

export function useApproveButton(core: ConsentCore, button: RefObject<HTMLButtonElement | null>) {
  const told = useRef("");

  const tell = useCallback(() => {
    if (!button.current) return;
    const { x, y, width, height } = button.current.getBoundingClientRect();
    const focused = document.activeElement === button.current;
    const { innerWidth, innerHeight } = window;
    const where: ApproveButton = {
      x: x / innerWidth,
      y: y / innerHeight,
      width: width / innerWidth,
      height: height / innerHeight,
      focused,
    };
    const words = JSON.stringify(where);
    if (words === told.current) return;
    told.current = words;
    core.button(where).catch((error: unknown) => {
      // The next occasion tells it again; without it the core takes no yes.
      told.current = "";
      console.warn(error);
    });
  }, [core, button]);

  // Whatever was drawn may have moved it.
  useLayoutEffect(tell);

  useEffect(() => {
    const observer = new ResizeObserver(tell);
    observer.observe(document.documentElement);
    const events = ["focusin", "focusout", "scroll"] as const;
    for (const event of events) document.addEventListener(event, tell, true);
    window.addEventListener("resize", tell);
    return () => {
      observer.disconnect();
      for (const event of events) document.removeEventListener(event, tell, true);
      window.removeEventListener("resize", tell);
    };
  }, [tell]);
}
