// Makes other models out of a real one: with fewer layers, so that a long prompt is read in a
// moment, or with another number for the longest context. The format: ggml's docs/gguf.md.

const MAGIC = 0x46554747;
const STRING = 8;
const ARRAY = 9;
/** Bytes of a value by its type. */
const SIZES = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const ALIGNMENT = 32;
/** SmolLM2's `<gh_stars>`, which it never says in a chat. */
const UNUSED_TOKEN = 5;

class Reader {
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  u32() {
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  u64() {
    this.at += 8;
    return Number(this.bytes.readBigUInt64LE(this.at - 8));
  }

  text() {
    const length = this.u64();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }

  skip(type) {
    if (type === STRING) this.text();
    else if (type === ARRAY) {
      const inner = this.u32();
      const count = this.u64();
      if (inner === STRING) for (let n = 0; n < count; n++) this.text();
      else this.at += SIZES[inner] * count;
    } else this.at += SIZES[type];
  }
}

const aligned = (size) => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

/**
 * The same model, which never ends an answer by itself: its end tokens are spelled in a way that
 * nobody knows, in the vocabulary and in the template alike, and another token is named as the end.
 */
export function endless(whole) {
  const bytes = Buffer.from(whole);
  for (const end of ["<|im_end|>", "<|endoftext|>"]) {
    for (let at = bytes.indexOf(end); at >= 0; at = bytes.indexOf(end, at + 1)) {
      bytes.write("~", at + end.length - 3);
    }
  }
  const key = "tokenizer.ggml.eos_token_id";
  // The key is followed by the type of the value (u32) and the value.
  bytes.writeUInt32LE(UNUSED_TOKEN, bytes.indexOf(key) + key.length + 4);
  return bytes;
}

/** ggml's number for whole numbers of 32 bits, as long as the numbers that stand there. */
const I32 = 26;

/**
 * A model whose header is well-formed and says that the weights of its last norm are whole numbers:
 * llama.cpp loads it, and aborts the process at the first token (`binary_op: unsupported types`).
 */
export function hostile(whole) {
  const bytes = Buffer.from(whole);
  const name = "output_norm.weight";
  const dimensionsAt = bytes.indexOf(name) + name.length;
  const dimensions = bytes.readUInt32LE(dimensionsAt);
  bytes.writeUInt32LE(I32, dimensionsAt + 4 + 8 * dimensions);
  return bytes;
}

/** The same model with only its first `layers`, which says that it was trained for `context` tokens. */
export function changed(whole, { layers, context }) {
  const bytes = Buffer.from(whole);
  const reader = new Reader(bytes);
  if (reader.u32() !== MAGIC) throw new Error("This is not a GGUF file.");
  reader.u32();
  const tensorCount = reader.u64();
  const fieldCount = reader.u64();
  const fieldsAt = reader.at;
  for (let n = 0; n < fieldCount; n++) {
    const key = reader.text();
    const type = reader.u32();
    if (key === "llama.context_length" && context) bytes.writeUInt32LE(context, reader.at);
    if (key === "llama.block_count" && layers) bytes.writeUInt32LE(layers, reader.at);
    reader.skip(type);
  }
  const fields = bytes.subarray(fieldsAt, reader.at);

  const tensors = [];
  for (let n = 0; n < tensorCount; n++) {
    const from = reader.at;
    const name = reader.text();
    const dimensions = reader.u32();
    reader.at += dimensions * 8 + 4;
    tensors.push({ name, head: bytes.subarray(from, reader.at), offset: reader.u64() });
  }
  const data = bytes.subarray(aligned(reader.at));
  const offsets = [...tensors.map(({ offset }) => offset), data.length].sort((a, b) => a - b);
  const kept = tensors.filter(({ name }) => {
    const layer = /^blk\.(\d+)\./.exec(name)?.[1];
    return layer === undefined || !layers || Number(layer) < layers;
  });

  const heads = [];
  const bodies = [];
  let offset = 0;
  for (const tensor of kept) {
    const next = offsets[offsets.lastIndexOf(tensor.offset) + 1];
    const body = padded(data.subarray(tensor.offset, next));
    const place = Buffer.alloc(8);
    place.writeBigUInt64LE(BigInt(offset));
    heads.push(tensor.head, place);
    bodies.push(body);
    offset += body.length;
  }
  const counts = Buffer.from(bytes.subarray(0, 24));
  counts.writeBigUInt64LE(BigInt(kept.length), 8);
  return Buffer.concat([padded(Buffer.concat([counts, fields, ...heads])), ...bodies]);
}
