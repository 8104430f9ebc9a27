// What every UI test needs: readable matchers, a clean page between tests, and the parts of a
// browser that jsdom lacks because it lays nothing out.
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);

// A busy machine is slow, not wrong: waiting longer costs nothing where all is well.
configure({ asyncUtilTimeout: 20_000 });

/** Heights that the list of messages measures, in pixels. A test may make its sight smaller. */
export const layout = { sight: 100_000, row: 100 };

afterEach(() => {
  layout.sight = 100_000;
});

class StandInResizeObserver implements ResizeObserver {
  #tell: ResizeObserverCallback;

  constructor(tell: ResizeObserverCallback) {
    this.#tell = tell;
  }

  observe(target: Element): void {
    queueMicrotask(() => {
      const height = target.getAttribute("role") === "feed" ? layout.sight : layout.row;
      const contentRect = { width: 800, height } as DOMRectReadOnly;
      this.#tell([{ target, contentRect } as ResizeObserverEntry], this);
    });
  }

  unobserve(): void {}
  disconnect(): void {}
}

window.ResizeObserver = StandInResizeObserver;
Object.defineProperty(HTMLElement.prototype, "offsetParent", {
  get(this: HTMLElement) {
    return this.parentElement;
  },
});
Element.prototype.scrollTo = () => {};
Element.prototype.scrollIntoView = () => {};
Element.prototype.hasPointerCapture = () => false;
