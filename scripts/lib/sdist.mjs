// Fetches the source archive of a Python package: pip knows the person's proxies, mirrors and
// certificates, and takes nothing whose hash is another one.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { python } from "./python.mjs";
import { must } from "./run.mjs";

/** Whether a file is there, and is the one of this hash. */
export function isWhole(file, sha256) {
  if (!existsSync(file)) return false;
  return createHash("sha256").update(readFileSync(file)).digest("hex") === sha256;
}

/** The archive of `{ name, version, sha256 }` in `folder`, fetched if it is not there whole. */
export async function sourceArchive({ name, version, sha256 }, folder, { signal } = {}) {
  const base = `${name.replaceAll("-", "_")}-${version}.tar.gz`;
  const file = join(folder, base);
  if (isWhole(file, sha256)) return file;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, ".fetch-"));
  try {
    const list = join(work, "requirements.txt");
    // pip checks the hash before it looks into the archive; to read its name it then runs the
    // archive's build tool, which it fetches as a wheel. The package itself is not installed, so
    // the Python that it asks for does not matter.
    writeFileSync(list, `${name}==${version} --hash=sha256:${sha256}\n`);
    const flags =
      "--no-deps --require-hashes --no-cache-dir --no-input --quiet --ignore-requires-python";
    const only = ["--no-binary", name, "--disable-pip-version-check"];
    const where = ["--dest", work, "--requirement", list];
    const args = ["-m", "pip", "download", ...flags.split(" "), ...only, ...where];
    await must(await python(), args, { signal });
    renameSync(join(work, base), file);
    return file;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
