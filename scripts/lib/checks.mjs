// The checks that need no running program: formats, lints, licences, types.

import { selection } from "./build.mjs";
import { nodeProgram } from "./npm.mjs";
import { tool } from "./tools.mjs";

/** The test of the desktop crate that compares ui/src/ipc/bindings.gen.ts with the Rust types. */
export const bindingsTest = ["test", ...selection, "--lib", "bindings"];

export function checkSteps() {
  const [node, biome] = nodeProgram("@biomejs/biome", "bin/biome");
  const [, tsc] = nodeProgram("typescript", "bin/tsc");
  return [
    { name: "cargo fmt", command: "cargo", args: ["fmt", "--all", "--check"] },
    { name: "biome", command: node, args: [...biome, "ci", "--colors=off", "."] },
    { name: "tsc", command: node, args: [...tsc, "--noEmit"] },
    {
      // Advisories need a database from the network: a scheduled job elsewhere can look them up.
      name: "cargo deny (bans, licences, sources; not advisories)",
      command: tool("cargo-deny"),
      args: "--workspace --all-features --config src-tauri/deny.toml check bans licenses sources".split(
        " ",
      ),
    },
    {
      name: "cargo clippy",
      command: "cargo",
      args: ["clippy", ...selection, "--all-targets", "--", "--deny", "warnings"],
      limit: 40 * 60,
    },
  ];
}
