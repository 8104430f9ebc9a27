// Actions and a copied text, for tests and pictures of the quick prompt.
import type { ActionsView, ActionView } from "./index";

/** What is copied in pictures. */
export const MINUTES = `Minutes of the council meeting of 12 May
Mill Street is to be closed to cars from May to September. ${"Residents and shop owners spoke of noise, of deliveries and of a loading hour. ".repeat(12)}`;

const parameter = (name: string, title: string, initial: string | null, ...choices: string[]) => ({
  name,
  title,
  default: initial,
  choices,
});
export const ACTIONS: ActionsView = {
  actions: [
    action("summarise", "Summarise", "The main points", "markdown"),
    action("explain", "Explain", "What a text means, in plain words", "markdown"),
    {
      ...action("translate", "Translate", "A text in another language", "plain"),
      parameters: [parameter("language", "Language", "English")],
    },
    {
      ...action("rewrite", "Rewrite", "A text in other words", "plain"),
      parameters: [parameter("how", "How", "politely", "politely", "shorter", "as bullets")],
    },
    action("extract-table", "Extract as table", "The facts of a text as a table", "json"),
  ],
  broken: [],
  folder: "/home/ana/.local/share/sotto/prompts",
};

function action(
  name: string,
  title: string,
  description: string,
  output: ActionView["output"],
): ActionView {
  return {
    name,
    title,
    description,
    parameters: [],
    model: null,
    output,
    origin: { kind: "built_in" },
  };
}
