// A model on its way, as the set-up script tells of it. The script's own tests hold it to this form.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workingDefault } from "./home.mjs";

/** What scripts/lib/fetch.mjs writes while it works. */
export function writeProgress(home, received, state = "fetching", message = null) {
  const folder = join(home.models, ".partial");
  mkdirSync(folder, { recursive: true });
  const { file, name, size } = workingDefault;
  const value = {
    file,
    name,
    received: Math.round(received),
    total: size,
    state,
    message,
    updated_at: Date.now(),
  };
  const target = join(folder, `${file}.json`);
  writeFileSync(`${target}.new`, JSON.stringify(value));
  renameSync(`${target}.new`, target);
}
