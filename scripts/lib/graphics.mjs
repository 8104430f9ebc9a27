// Builds the runtime with a back end for graphics cards: beside the ordinary one, in a target folder
// of its own in the cache, because it compiles llama.cpp once more and hundreds of shaders with it.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { removeDanglingLibraries } from "./build.mjs";
import { cacheFolder, root } from "./paths.mjs";
import { Problem } from "./report.mjs";
import { must, run } from "./run.mjs";
import { usesApt } from "./system-packages.mjs";

/** The cargo features of sotto-runtime-server, and the Debian packages that each needs to be built and tested. */
export const backends = {
  // With Mesa's drivers come the one for processors, which tests run on, and those for AMD and Intel.
  vulkan: ["glslc", "libvulkan-dev", "mesa-vulkan-drivers", "spirv-headers"],
  // nvcc comes with NVIDIA's own installer.
  cuda: [],
  metal: [],
};

/** The Debian release whose Vulkan headers are taken where the installed ones are too old. */
const NEWER = "trixie";
/** What Debian's releases are signed with, as its package of keys has it. */
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The target folder of the runtime with this back end. */
export function graphicsTarget(backend, env = process.env) {
  return join(cacheFolder(env), "graphics", backend);
}

/** Where its programs are, or will be. */
export function graphicsFolder(backend, env = process.env) {
  return join(graphicsTarget(backend, env), "release");
}

/** Why what needs it is skipped; undefined where it is built. */
export function graphicsMissing(backend, env = process.env) {
  const libraries = join(graphicsFolder(backend, env), "lib", "sotto");
  const built =
    existsSync(libraries) &&
    readdirSync(libraries).some((name) => name.startsWith(`libggml-${backend}.`));
  if (built) return undefined;
  return `the runtime is not built with ${backend}: npm run gpu -- ${backend} (once, some twenty minutes)`;
}

/** What cargo is called with for this back end, for any of its commands. */
export function graphicsArguments(backend) {
  const locked = process.env.CI === "true" ? ["--locked"] : [];
  return ["--release", "--package", "sotto-runtime-server", "--features", backend, ...locked];
}

/** The environment that cargo needs for it. */
export function graphicsEnvironment(backend, env = process.env) {
  const headers = join(headersFolder(env), "usr");
  return {
    CARGO_TARGET_DIR: graphicsTarget(backend, env),
    ...(backend === "vulkan" && !env.VULKAN_SDK && existsSync(headers)
      ? { VULKAN_SDK: headers }
      : {}),
  };
}

/**
 * The environment in which Vulkan finds Mesa's driver for processors and nothing else; a reason in
 * `missing` where that driver is not there.
 */
export function softwareDevice(folder = "/usr/share/vulkan/icd.d") {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const driver = names.find((name) => name.startsWith("lvp_icd."));
  if (!driver) {
    return { missing: "Mesa's Vulkan driver for processors is not there (mesa-vulkan-drivers)" };
  }
  const file = join(folder, driver);
  return {
    // The second name is that of older loaders. ggml itself passes over such drivers unless told.
    env: { VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file, GGML_VK_VISIBLE_DEVICES: "0" },
  };
}

function headersFolder(env = process.env) {
  return join(cacheFolder(env), "graphics", "vulkan-headers");
}

/** Whether Vulkan's headers have all that llama.cpp uses; 1.3.272 was the first. */
export function headersSuffice(include) {
  const core = join(include, "vulkan", "vulkan_core.h");
  return existsSync(core) && readFileSync(core, "utf8").includes("VK_EXT_layer_settings");
}

/** The address of the Debian mirror that this computer uses; undefined where it is not Debian. */
async function debianMirror() {
  if (!usesApt() || !existsSync(KEYRING)) return undefined;
  const format = "$(ORIGIN) $(REPO_URI)";
  const { stdout } = await run("apt-get", ["indextargets", "--format", format]);
  const lines = stdout.split("\n").map((line) => line.split(" "));
  return lines.find(([origin, site]) => origin === "Debian" && !site.includes("security"))?.[1];
}

/** Has headers that are new enough: the system's, or those of a newer Debian in the cache. */
export async function ensureVulkanHeaders(say) {
  if (process.env.VULKAN_SDK) return `those of VULKAN_SDK (${process.env.VULKAN_SDK})`;
  if (headersSuffice("/usr/include")) return "the system's";
  const folder = headersFolder();
  if (headersSuffice(join(folder, "usr", "include"))) return "there, of a newer Debian";
  const help = "Install the Vulkan SDK, 1.3.272 or newer, and set VULKAN_SDK to its folder.";
  const mirror = await debianMirror();
  if (!mirror) throw new Problem("Vulkan's headers are missing or too old.", help);
  say(`the system's are too old for llama.cpp: fetching those of Debian ${NEWER} into the cache`);
  const work = `${folder}-new`;
  rmSync(work, { recursive: true, force: true });
  for (const part of ["lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(work, part), { recursive: true });
  }
  // A list of its own, so that apt takes nothing else from there: not now, and not later.
  writeFileSync(join(work, "list"), `deb [signed-by=${KEYRING}] ${mirror} ${NEWER} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${join(work, "list")}`,
    "Dir::Etc::sourceparts=-",
    `Dir::State::lists=${join(work, "lists")}`,
    `Dir::Cache=${join(work, "cache")}`,
    // There is no other user who could read a folder of this one.
    "APT::Sandbox::User=",
    "Debug::NoLocking=true",
  ].flatMap((option) => ["--option", option]);
  await must("apt-get", [...options, "--quiet", "update"], { cwd: work });
  await must("apt-get", [...options, "download", "libvulkan-dev"], { cwd: work });
  const archive = readdirSync(work).find((name) => name.endsWith(".deb"));
  await must("dpkg-deb", ["--extract", archive, "extracted"], { cwd: work });
  rmSync(folder, { recursive: true, force: true });
  renameSync(join(work, "extracted"), folder);
  rmSync(work, { recursive: true, force: true });
  return `fetched, of Debian ${NEWER}`;
}

/** Builds the runtime with this back end; returns what it did, for people. */
export async function buildGraphics(backend, say, { signal } = {}) {
  const target = graphicsTarget(backend);
  mkdirSync(target, { recursive: true });
  const logFile = join(target, "build.log");
  say(`log: ${logFile}`);
  removeDanglingLibraries("release", target);
  await must("cargo", ["build", ...graphicsArguments(backend), "--bins"], {
    cwd: root,
    env: graphicsEnvironment(backend),
    logFile,
    signal,
  });
  const missing = graphicsMissing(backend);
  if (missing) throw new Problem(`It was built, and yet ${missing}.`, `The log is ${logFile}.`);
  return join(graphicsFolder(backend), "sotto-runtime");
}
