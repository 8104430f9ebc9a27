// Looks for a secret where it must not be: in files, and in the memory, arguments and environment of
// processes, in the forms that programs give to a text.
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
} from "node:fs";
import { join } from "node:path";

const PAGE = 4_096;
/** Bytes of memory that are read at once. */
const STRETCH = 8 << 20;
/** Entries of a page map that are read at once. */
const ENTRIES = 1 << 16;
const PRESENT_OR_SWAPPED = 0xc0;

/** The forms of a text by name. */
function forms(text) {
  const bytes = Buffer.from(text);
  const all = {
    "as it is": bytes,
    "in UTF-16": Buffer.from(text, "utf16le"),
    "in base64": Buffer.from(bytes.toString("base64").replace(/=+$/, "").slice(0, -1)),
    "in hexadecimal": Buffer.from(bytes.toString("hex")),
  };
  const escaped = encodeURIComponent(text);
  if (escaped !== text) {
    all["in an address"] = Buffer.from(escaped);
    all["in a form"] = Buffer.from(escaped.replaceAll("%20", "+"));
  }
  return Object.entries(all);
}

export class Secret {
  constructor(name, text) {
    this.name = name;
    this.text = text;
    this.forms = forms(text);
    this.longest = Math.max(...this.forms.map(([, form]) => form.length));
  }

  /** In which form it is in there; null if in none. */
  within(bytes) {
    return this.forms.find(([, form]) => bytes.includes(form))?.[0] ?? null;
  }
}

function found(secrets, bytes, where) {
  return secrets.flatMap((secret) => {
    const form = secret.within(bytes);
    return form ? [`${secret.name}, ${form}, in ${where}`] : [];
  });
}

/** All regular files below a folder that were written since then (milliseconds). */
function* filesBelow(folder, since) {
  let names;
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const path = join(folder, name);
    const state = lstatSync(path, { throwIfNoEntry: false });
    if (state?.isDirectory()) yield* filesBelow(path, since);
    else if (state?.isFile() && state.mtimeMs >= since) yield path;
  }
}

/** Where secrets are in the files below a folder, also in those without a name any more. */
export function inFiles(secrets, folder, { since = 0 } = {}) {
  const all = [];
  let count = 0;
  for (const path of filesBelow(folder, since)) {
    count += 1;
    all.push(...inFile(secrets, path, path));
  }
  return { found: all, count };
}

function inFile(secrets, path, where) {
  const overlap = Math.max(...secrets.map(({ longest }) => longest));
  const bytes = Buffer.alloc(STRETCH);
  let file;
  try {
    file = openSync(path, "r");
  } catch {
    return [];
  }
  const all = new Set();
  try {
    for (let at = 0; ; at += STRETCH - overlap) {
      const length = readSync(file, bytes, 0, STRETCH, at);
      for (const each of found(secrets, bytes.subarray(0, length), where)) all.add(each);
      if (length < STRETCH) return [...all];
    }
  } finally {
    closeSync(file);
  }
}

/** Where secrets are in files that a process has open and that no folder names. */
export function inNamelessFiles(secrets, pid) {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    const path = `/proc/${pid}/fd/${descriptor}`;
    let target = "";
    try {
      target = readlinkSync(path);
    } catch {
      return [];
    }
    const isNameless = target.endsWith(" (deleted)") && target.startsWith("/");
    return isNameless ? inFile(secrets, path, `${target}, open in ${pid}`) : [];
  });
}

/** Where secrets are in what a process was started with. */
export function inStart(secrets, pid) {
  return ["cmdline", "environ"].flatMap((what) =>
    found(secrets, readFileSync(`/proc/${pid}/${what}`), `${what} of ${pid}`),
  );
}

function* readableMappings(pid) {
  let mapping = null;
  for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (r)?\S* \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (head) {
      const [, from, to, readable, name] = head;
      // The kernel's own pages.
      const own = !readable || /^\[v/.test(name);
      mapping = own ? null : { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), name };
    } else if (mapping && /^(Rss|Swap):\s+[1-9]/.test(line)) {
      yield mapping;
      mapping = null;
    }
  }
}

/** The stretches of a mapping that hold something; browsers reserve far more than there is. */
function* stretches(pageMap, { from, to }) {
  const entries = Buffer.alloc(ENTRIES * 8);
  let begin = null;
  for (let at = from; at < to; ) {
    const wanted = Math.min(ENTRIES, (to - at) / PAGE);
    const count = readSync(pageMap, entries, 0, wanted * 8, (at / PAGE) * 8) / 8;
    if (count === 0) break;
    for (let entry = 0; entry < count; entry++, at += PAGE) {
      const held = (entries[entry * 8 + 7] & PRESENT_OR_SWAPPED) !== 0;
      if (held) begin ??= at;
      if (begin !== null && (!held || at - begin >= STRETCH - 2 * PAGE)) {
        yield [begin, held ? at + PAGE : at];
        // The next one overlaps by a page, so that nothing falls between the two.
        begin = held ? at : null;
      }
    }
  }
  if (begin !== null) yield [begin, to];
}

/** Where secrets are in the memory of a process; and how many bytes were looked at. */
export function inMemory(secrets, pid, name = `${pid}`) {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const pageMap = openSync(`/proc/${pid}/pagemap`, "r");
  const bytes = Buffer.alloc(STRETCH);
  const all = new Set();
  let total = 0;
  try {
    for (const mapping of readableMappings(pid)) {
      const where = `the memory of ${name} (${mapping.name || "anonymous"})`;
      for (const [from, to] of stretches(pageMap, mapping)) {
        let length = 0;
        try {
          length = readSync(memory, bytes, 0, Math.min(to - from, STRETCH), from);
        } catch {
          // Given back since it was listed.
          continue;
        }
        total += length;
        for (const each of found(secrets, bytes.subarray(0, length), where)) all.add(each);
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pageMap);
  }
  return { found: [...all], bytes: total };
}
