// Builds llama.cpp's own measuring program without any library that computes: it is run with those
// of the runtime that it is compared with, the very same files.
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ensureLlamaProgram } from "./llama-source.mjs";
import { Problem } from "./report.mjs";

const BENCH = {
  target: "llama-bench",
  options: [
    "BUILD_SHARED_LIBS=ON",
    // Back ends are loaded when it runs, and none is built.
    "GGML_BACKEND_DL=ON",
    "GGML_CPU=OFF",
    "GGML_METAL=OFF",
    "GGML_BLAS=OFF",
    "LLAMA_OPENSSL=OFF",
    // The loader shall find the runtime's libraries and not those of this build.
    "CMAKE_SKIP_RPATH=ON",
  ],
  // What llama.cpp's programs share, and the runtime has no use for.
  beside: /^libllama-(common|bench-impl)\./,
};

/** Builds it unless it is built; returns the program. */
export function ensureLlamaBench(say, { signal } = {}) {
  const check = (built) => {
    if (!existsSync(built)) throw new Problem(`${built} was not built.`);
  };
  return ensureLlamaProgram(BENCH, say, { signal, check });
}

/** How that program is run with the libraries of a runtime in `folder`: { cwd, env }. */
export function besideRuntime(program, folder) {
  const libraries = join(folder, "lib", "sotto");
  const variable = process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  const places = [libraries, dirname(program)].join(delimiter);
  // It looks for back ends in the folder that it is started in.
  return { cwd: libraries, env: { [variable]: places } };
}
