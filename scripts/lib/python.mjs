// Finds a Python that has pip: the registries' wheels carry the models, and one test speaks Python.
import { Problem } from "./report.mjs";
import { answers } from "./run.mjs";

const candidates = process.platform === "win32" ? ["python", "python3"] : ["python3", "python"];
let found;

export function howToInstallPython() {
  if (process.platform === "darwin") return "Install it with: brew install python";
  if (process.platform === "win32") return "Install it with: winget install Python.Python.3.12";
  return "Install it with: sudo apt-get install python3 python3-pip python3-venv";
}

/** The command of a Python 3 with pip, or null. */
export async function findPython() {
  if (found !== undefined) return found;
  found = null;
  for (const command of candidates) {
    const version3 = ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"];
    if (
      (await answers(command, version3)) &&
      (await answers(command, ["-m", "pip", "--version"]))
    ) {
      found = command;
      break;
    }
  }
  return found;
}

export async function python() {
  const command = await findPython();
  if (command) return command;
  throw new Problem("Python 3.9 or newer with pip was not found.", howToInstallPython());
}
