// What removing a model does, before it is done: a file that is deleted, a link that is forgotten,
// or why neither can be.
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { bytes, plural } from "../../components/format";
import { showError, showNote } from "../../components/toasts";
import { type ModelView, useCore } from "../../ipc";
import { MODELS_PAGE } from "../../testing/landmarks";
import { OWNERS } from "./words";

interface Removal {
  words: string[];
  /** What the yes says; `null`: it cannot be removed. */
  yes: string | null;
}

export function removal({ owner, title, files, size }: ModelView): Removal {
  const what = files.length > 1 ? plural(files.length, "file") : "The file";
  switch (owner) {
    case "sotto":
      return {
        words: [
          `${what} (${bytes(size)}) ${files.length > 1 ? "are" : "is"} deleted from this computer. Conversations with it stay; another model goes on with them.`,
        ],
        yes: "Delete",
      };
    case "elsewhere":
      return {
        words: ["Only the link goes. The file stays where you keep it:"],
        yes: "Forget it",
      };
    case "bundled":
      return {
        words: [`${title} came with Sotto and goes when Sotto is removed.`],
        yes: null,
      };
    default:
      return {
        words: [
          `This file belongs to ${OWNERS[owner].name}, and what another program keeps is not deleted here. Remove it there, and it is gone from this list by itself.`,
        ],
        yes: null,
      };
  }
}

export default function RemoveDialog({
  model,
  onClose,
}: {
  model: ModelView;
  onClose: () => void;
}) {
  const core = useCore();
  const { words, yes } = removal(model);
  const remove = () => {
    core
      .removeModel(model.name)
      .then(() => showNote(`${model.title} is no longer in the list.`), showError);
  };
  return (
    <ConfirmDialog
      title={
        yes ? `${MODELS_PAGE.removeOf} ${model.title}?` : `${model.title} cannot be removed here`
      }
      yes={yes ?? undefined}
      no={yes ? "Keep it" : "Close"}
      onYes={remove}
      onClose={onClose}
    >
      {words.map((each) => (
        <p key={each}>{each}</p>
      ))}
      <ul className="flex flex-col gap-0.5">
        {model.files.map((file) => (
          <li key={file} className="font-mono text-small select-text">
            {file}
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}
