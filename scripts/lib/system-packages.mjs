// The system libraries that building and testing need, installed where we know how: with apt on
// Debian and Ubuntu. Elsewhere they are named, and the person installs them.
import { existsSync, readFileSync } from "node:fs";
import { Problem } from "./report.mjs";
import { must, run } from "./run.mjs";

/** A compiler, cmake and libclang for llama.cpp and SQLCipher; WebKitGTK for the window. */
export const buildPackages = [
  "build-essential",
  "clang",
  "cmake",
  "libayatana-appindicator3-dev",
  "libclang-dev",
  "librsvg2-dev",
  "libssl-dev",
  "libwebkit2gtk-4.1-dev",
  "libxdo-dev",
  "ninja-build",
  "perl",
  "pkg-config",
];

/** A screen without a screen, a real Secret Service, the driver of the real window, and witnesses. */
export const testPackages = [
  "ccache",
  "dbus",
  "dbus-x11",
  "gnome-keyring",
  "imagemagick",
  "openbox",
  "python3-venv",
  "strace",
  "webkit2gtk-driver",
  // xev and xwininfo.
  "x11-utils",
  "xdotool",
  "xvfb",
];

const elsewhere = {
  darwin:
    "macOS (untested): the compiler comes with `xcode-select --install`, the rest with `brew install cmake ninja llvm`.",
  win32:
    "Windows (untested): Visual Studio Build Tools with C++ and Clang, CMake and Ninja are needed; WebView2 comes with Windows 11.",
  linux:
    "This is neither Debian nor Ubuntu (untested): install WebKitGTK 4.1, libsoup 3, librsvg, libayatana-appindicator, libxdo and OpenSSL with their headers, clang with libclang, cmake, ninja, perl and pkg-config.",
};

export function usesApt() {
  return (
    process.platform === "linux" &&
    existsSync("/usr/bin/dpkg-query") &&
    existsSync("/usr/bin/apt-get")
  );
}

/** Those of `wanted` that dpkg does not list as installed. */
export async function missingPackages(wanted) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders.
  const format = "${Package} ${db:Status-Status}\\n";
  // Its exit code is 1 when it does not know one of them; what it knows is printed all the same.
  const { stdout } = await run("dpkg-query", ["--show", `--showformat=${format}`, ...wanted]);
  const installed = new Set();
  for (const line of stdout.split("\n")) {
    const [name, status] = line.split(" ");
    if (status === "installed") installed.add(name);
  }
  return wanted.filter((name) => !installed.has(name));
}

/** Installs what is missing of `wanted`; returns what it did, for people. */
export async function ensurePackages(wanted, say) {
  if (!usesApt()) return elsewhere[process.platform] ?? elsewhere.linux;
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return "all there";
  const root = process.getuid() === 0;
  const install = ["apt-get", "install", "--yes", "--no-install-recommends", ...missing];
  const byHand = `sudo ${install.join(" ")}`;
  if (!root && !existsSync("/usr/bin/sudo")) {
    throw new Problem(
      `Missing: ${missing.join(", ")}, and there is no sudo.`,
      `Run as root: ${byHand}`,
    );
  }
  say(`${missing.length} missing: installing them with apt-get (${missing.join(", ")})`);
  if (!root) say("sudo may ask for your password");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const asRoot = async (args) => {
    // sudo drops the environment and asks for its password on the terminal itself.
    if (root) await must(args[0], args.slice(1), { env });
    else await must("sudo", ["env", "DEBIAN_FRONTEND=noninteractive", ...args]);
  };
  try {
    await asRoot(["apt-get", "update", "--quiet"]);
    await asRoot(install);
  } catch (error) {
    error.message += `\nThe system libraries could not be installed. By hand: ${byHand}`;
    throw error;
  }
  return `installed ${missing.length}`;
}

/** "Debian GNU/Linux 12 (bookworm)" and the like, for the report. */
export function systemName() {
  try {
    const line = readFileSync("/etc/os-release", "utf8")
      .split("\n")
      .find((text) => text.startsWith("PRETTY_NAME="));
    return line.slice("PRETTY_NAME=".length).replaceAll('"', "");
  } catch {
    return process.platform;
  }
}
