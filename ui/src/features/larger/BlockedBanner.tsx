// Says across the window that everything is blocked, for as long as it is.
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { showNote } from "../../components/toasts";
import { NAMES } from "../../testing/landmarks";
import { useBlock, useCloud } from "./useCloud";

export function BlockedBanner() {
  const blocked = useCloud()?.blocked;
  const block = useBlock();
  if (!blocked) return null;
  const unblock = async () => {
    if (await block(false)) showNote("Unblocked. You are asked again before anything leaves.");
  };
  return (
    <Banner kind="problem" action={<Button onClick={unblock}>{NAMES.unblock}</Button>}>
      <strong>The cloud is blocked.</strong> Nothing leaves this computer, and what was on its way
      was cut.
    </Banner>
  );
}
