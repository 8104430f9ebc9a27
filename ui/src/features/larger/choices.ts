// Which larger models can be asked, and in words why none can and why nothing was sent. Pure.
import type { CloudView, LargerModelView, Message, NotSent, ProviderView } from "../../ipc";
import type { Chosen } from "./waiting";

export interface LargerChoice {
  provider: ProviderView;
  model: LargerModelView;
}

/** A built-in provider answers nobody without a key; a server of the person's own may. */
const lacksKey = ({ built_in, key }: ProviderView) => built_in && key.state === "none";

/** What can be asked now, in the order of the settings. */
export function choicesOf(cloud: CloudView | undefined): LargerChoice[] {
  if (!cloud || cloud.blocked || cloud.unavailable) return [];
  return cloud.providers
    .filter((provider) => !lacksKey(provider))
    .flatMap((provider) => provider.models.map((model) => ({ provider, model })))
    .filter(({ model }) => cloud.on || model.place !== "cloud");
}

/** The choice as it is asked for. */
export function chosenFrom({ provider, model }: LargerChoice): Chosen {
  const { name, place } = model;
  const standing = place === "your_network" && provider.standing_yes !== null;
  return { provider: provider.id, model: name, place, standing };
}

/** Why nothing can be asked now, and what to do. */
export function whyNone(cloud: CloudView | undefined): string {
  if (!cloud) return "One moment.";
  if (cloud.unavailable) return cloud.unavailable;
  if (cloud.blocked) return "The cloud is blocked: nothing leaves this computer.";
  const usable = cloud.providers.filter((provider) => !lacksKey(provider));
  if (!cloud.on && !usable.some(({ place }) => place === "your_network")) {
    return "Larger models in the cloud are off. Turn them on in the settings and add a key: you are asked each time before anything leaves.";
  }
  if (usable.length === 0) return "No provider has a key yet. Add one in the settings.";
  return "No provider has told its models yet. Test one in the settings, or name a model there.";
}

/** Why nothing left, for the person. */
export function notSentWords(why: NotSent): string {
  switch (why) {
    case "denied":
      return "You said no. Nothing left this computer.";
    case "no_decision":
      return "Two minutes went by without a decision. Nothing left this computer.";
    case "blocked":
      return "The cloud was blocked. Nothing left this computer.";
    case "conversation_changed":
      return "The conversation was changed before you decided. Nothing left this computer.";
    case "withdrawn":
      return "Taken back. Nothing left this computer.";
    case "not_used":
      return "Your yes could not be used in time. Nothing left this computer; ask again.";
  }
}

/** Who wrote an answer elsewhere: the provider's name for people, and the model. */
export function answererOf(
  message: Pick<Message, "model">,
  cloud: CloudView | undefined,
): { provider: string; model: string } {
  const [id = "", ...model] = (message.model ?? "").split("/");
  const provider = cloud?.providers.find((each) => each.id === id)?.title ?? id;
  return { provider, model: model.join("/") };
}
