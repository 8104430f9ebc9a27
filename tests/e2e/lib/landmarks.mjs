// The names of the window's parts, read from the page's own source, so that no test spells one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformWithOxc } from "vite";
import { root } from "./environment.mjs";

const file = join(root, "ui", "src", "testing", "landmarks.ts");
const { code } = await transformWithOxc(readFileSync(file, "utf8"), file, { sourcemap: false });
const landmarks = await import(`data:text/javascript,${encodeURIComponent(code)}`);

export const { NAMES, ACTIONS, CONSENT, QUICK, MODELS_PAGE, DOWNLOAD, BENCH } = landmarks;
