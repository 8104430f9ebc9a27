// What a browser's processes ask of the network, told by the kernel: a listener cannot hear of a name
// that was only looked up.
import { spawn } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { descendants, gone, kill } from "./processes.mjs";
import { until } from "./waiting.mjs";

/** Names are looked up in that file first. Port 0 is nobody: nothing can listen there. */
const ASKED = /"\/etc\/hosts"|sa_family=AF_INET6?, sin6?_port=htons\([1-9]/;

function program(pid) {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return "";
  }
}

/** Watches the browser's processes below one. Null where the system does not let us. */
export async function watchLookups(t, pid, folder) {
  const all = descendants(pid);
  const watched = all.filter((each) => /^WebKit(Web|Network)Process$/.test(program(each)));
  const trace = join(folder, `lookups-${pid}.strace`);
  const attach = watched.flatMap((each) => ["-p", String(each)]);
  const calls = "--trace=connect,sendto,sendmsg,sendmmsg,openat";
  // What is asked for is seen, and goes nowhere.
  const refuse = "--inject=connect:error=ENETUNREACH";
  const strace = spawn("strace", ["--follow-forks", calls, refuse, "-o", trace, ...attach], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  strace.stderr.on("data", (text) => {
    said += text;
  });
  t.after(() => kill(strace.pid, "SIGKILL"));
  const attached = await until("strace is attached", () => {
    if (strace.exitCode !== null) return "no";
    return watched.every((each) => said.includes(`Process ${each} attached`)) && "yes";
  });
  if (attached === "no") return null;
  return {
    /** The calls that looked up a name or went to a server. */
    asked: () =>
      readFileSync(trace, "utf8")
        .split("\n")
        .filter((line) => ASKED.test(line)),
    end: async () => {
      kill(strace.pid, "SIGTERM");
      await gone(strace.pid);
    },
  };
}
