// Builds llama.cpp's own server, which tests ask as a server of the person's network and as a
// provider: software that nobody here wrote.
import { existsSync } from "node:fs";
import { ensureLlamaProgram, llamaProgram } from "./llama-source.mjs";
import { must } from "./run.mjs";

const SERVER = {
  target: "llama-server",
  options: [
    // One file that runs from wherever it is put, without libraries beside it.
    "BUILD_SHARED_LIBS=OFF",
    // The cache may be carried to another computer, as CI does: not only for this one's processor.
    "GGML_NATIVE=OFF",
    // Only the processor: a test needs no more, and macOS would add its own.
    "GGML_METAL=OFF",
    "GGML_BLAS=OFF",
    // Both make large models faster, and take long to compile.
    "GGML_LLAMAFILE=OFF",
    "GGML_CPU_REPACK=OFF",
    // TLS is what the second test is about: found, or an error instead of a warning.
    "LLAMA_OPENSSL=ON",
    "CMAKE_REQUIRE_FIND_PACKAGE_OpenSSL=ON",
  ],
};

/** Where the finished program is, or will be. */
export function llamaServer(env = process.env) {
  return llamaProgram(SERVER, env);
}

/** Why tests that need it are skipped; undefined where it is built. */
export function llamaServerMissing(env = process.env) {
  if (existsSync(llamaServer(env))) return undefined;
  return "llama.cpp's server is not built: npm run llama-server (once, some ten minutes)";
}

/** Builds it unless it is built; returns what it did, for people. */
export function ensureLlamaServer(say, { signal } = {}) {
  const check = (built) => must(built, ["--version"], { signal });
  return ensureLlamaProgram(SERVER, say, { signal, check });
}
