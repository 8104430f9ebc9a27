// For tests: a "model" of a few kilobytes in real wheels, which the real pip fetches from a folder.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { python } from "./python.mjs";
import { must } from "./run.mjs";

const MAKE_WHEEL = `
import sys, zipfile
target, name, module, member = sys.argv[1:5]
data = sys.stdin.buffer.read()
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
    wheel.writestr(member, data)
    info = module + "-1.0.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: " + name + "\\nVersion: 1.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;

export function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}

/** Makes the wheels; `parts` are the strings that make up the file. */
export async function tinyModel(parts) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-tiny-model-"));
  const wheels = join(folder, "wheels");
  mkdirSync(wheels);
  const packages = [];
  for (const [index, content] of parts.entries()) {
    const name = `sotto-tiny-part${index + 1}`;
    const module = name.replaceAll("-", "_");
    const path = `${module}/data/part.bin`;
    const wheel = join(wheels, `${module}-1.0-py3-none-any.whl`);
    await must(await python(), ["-c", MAKE_WHEEL, wheel, name, module, path], { input: content });
    const size = Buffer.byteLength(content);
    packages.push({
      name,
      version: "1.0",
      path,
      size,
      wheel,
      wheel_sha256: sha256(readFileSync(wheel)),
    });
  }
  const whole = parts.join("");
  const model = {
    id: "tiny",
    name: "Tiny",
    role: "starter",
    file: "tiny.gguf",
    size: Buffer.byteLength(whole),
    sha256: sha256(whole),
    python: { packages },
  };
  return { folder, wheels, models: join(folder, "models"), model, whole };
}

/** A copy to change and break, without making the wheels again. */
export function copyOf(tiny) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-tiny-model-"));
  const wheels = join(folder, "wheels");
  cpSync(tiny.wheels, wheels, { recursive: true });
  const model = structuredClone(tiny.model);
  for (const part of model.python.packages) part.wheel = join(wheels, basename(part.wheel));
  return { ...tiny, folder, wheels, models: join(folder, "models"), model };
}
