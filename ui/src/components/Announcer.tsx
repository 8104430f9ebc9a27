// The live regions that `announce` speaks through. Once on a page.
export function Announcer() {
  return (
    <div className="sr-only">
      <div role="status" aria-live="polite" data-announcer="" />
      <div role="status" aria-live="polite" data-announcer="" />
    </div>
  );
}
