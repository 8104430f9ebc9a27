// Whether the runtime is built for a graphics card, and with what cargo is told to build it.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import {
  graphicsEnvironment,
  graphicsFolder,
  graphicsMissing,
  headersSuffice,
  softwareDevice,
} from "./graphics.mjs";

const cache = mkdtempSync(join(tmpdir(), "sotto-graphics-"));
const env = { SOTTO_CACHE: cache };

after(() => rmSync(cache, { recursive: true, force: true }));

function write(file, content = "") {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

test("where it is not built, that is said with the command that builds it", () => {
  assert.match(graphicsMissing("vulkan", env), /npm run gpu -- vulkan/);
  // An ordinary runtime is not one for a graphics card, nor is another back end's.
  const libraries = join(graphicsFolder("vulkan", env), "lib", "sotto");
  write(join(libraries, "libggml-cpu-zen4.so"));
  write(join(libraries, "libggml-cuda.so"));
  assert.match(graphicsMissing("vulkan", env), /npm run gpu -- vulkan/);
  write(join(libraries, "libggml-vulkan.so"));
  assert.equal(graphicsMissing("vulkan", env), undefined);
});

test("each back end has a target folder of its own, never the ordinary one", () => {
  const folders = ["vulkan", "cuda"].map((name) => graphicsEnvironment(name, env).CARGO_TARGET_DIR);
  assert.equal(new Set(folders).size, 2);
  for (const folder of folders) assert.ok(folder.startsWith(cache), folder);
});

test("headers are judged by what they hold, and fetched ones are used", () => {
  const include = join(cache, "graphics", "vulkan-headers", "usr", "include");
  assert.equal(headersSuffice(include), false);
  const core = join(include, "vulkan", "vulkan_core.h");
  write(core, "#define VK_HEADER_VERSION 239");
  assert.equal(headersSuffice(include), false);
  write(core, '#define VK_EXT_LAYER_SETTINGS_EXTENSION_NAME "VK_EXT_layer_settings"');
  assert.equal(headersSuffice(include), true);
  const usr = join(cache, "graphics", "vulkan-headers", "usr");
  assert.equal(graphicsEnvironment("vulkan", env).VULKAN_SDK, usr);
  assert.equal(graphicsEnvironment("cuda", env).VULKAN_SDK, undefined);
  // The person's own stay.
  const own = { ...env, VULKAN_SDK: "/opt/vulkan" };
  assert.equal(graphicsEnvironment("vulkan", own).VULKAN_SDK, undefined);
});

test("only Mesa's driver for processors is shown to Vulkan, or its absence is said", () => {
  const folder = join(cache, "icd.d");
  write(join(folder, "nvidia_icd.json"));
  assert.match(softwareDevice(folder).missing, /mesa-vulkan-drivers/);
  assert.match(softwareDevice(join(cache, "none")).missing, /mesa-vulkan-drivers/);
  const driver = join(folder, "lvp_icd.x86_64.json");
  write(driver);
  const device = softwareDevice(folder);
  assert.equal(device.missing, undefined);
  assert.deepEqual(Object.values(device.env), [driver, driver, "0"]);
});
