//! GGUF files for tests: a few bytes with a sound header, and a real model cut into parts. The format:
//! ggml's docs/gguf.md.

use std::fs;
use std::path::Path;

const ALIGNMENT: usize = 32;

/// A value of a header.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    U16(u16),
    U32(u32),
    I32(i32),
    F32(f32),
    Text(&'a str),
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn field(out: &mut Vec<u8>, key: &str, value: Value) {
    text(out, key);
    let mut typed = |kind: u32, bytes: &[u8]| {
        out.extend(kind.to_le_bytes());
        out.extend(bytes);
    };
    match value {
        Value::U16(value) => typed(2, &value.to_le_bytes()),
        Value::U32(value) => typed(4, &value.to_le_bytes()),
        Value::I32(value) => typed(5, &value.to_le_bytes()),
        Value::F32(value) => typed(6, &value.to_le_bytes()),
        Value::Text(value) => {
            typed(8, &[]);
            text(out, value);
        }
    }
}

fn head(tensors: usize, fields: usize) -> Vec<u8> {
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend((tensors as u64).to_le_bytes());
    out.extend((fields as u64).to_le_bytes());
    out
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
}

/// A file that can be listed and not loaded: these fields, and one small tensor that is filled with `mark`.
fn file(fields: &[(&str, Value)], mark: u8) -> Vec<u8> {
    let mut out = head(1, fields.len());
    for (key, value) in fields {
        field(&mut out, key, *value);
    }
    text(&mut out, "token_embd.weight");
    out.extend(1u32.to_le_bytes());
    out.extend(32u64.to_le_bytes());
    out.extend(0u32.to_le_bytes());
    out.extend(0u64.to_le_bytes());
    pad(&mut out);
    out.extend([mark; 128]);
    out
}

fn model(architecture: &'static str, mark: u8) -> Vec<u8> {
    let of_model = |key: &str| format!("{architecture}.{key}");
    let (layers, context) = (of_model("block_count"), of_model("context_length"));
    let fields = [
        ("general.architecture", Value::Text(architecture)),
        (layers.as_str(), Value::U32(2)),
        (context.as_str(), Value::U32(512)),
    ];
    file(&fields, mark)
}

/// A model that answers, by its header.
pub fn chat(mark: u8) -> Vec<u8> {
    model("llama", mark)
}

/// A model for embeddings, by its header.
pub fn embedding(mark: u8) -> Vec<u8> {
    model("bert", mark)
}

/// A LoRA adapter, by its header.
pub fn adapter(mark: u8) -> Vec<u8> {
    let fields = [
        ("general.architecture", Value::Text("llama")),
        ("general.type", Value::Text("adapter")),
        ("adapter.type", Value::Text("lora")),
        ("adapter.lora.alpha", Value::F32(1.0)),
    ];
    file(&fields, mark)
}

/// The part of a model that sees pictures, by its header.
pub fn projector(mark: u8) -> Vec<u8> {
    model("clip", mark)
}

/// Writes a file, and the folders above it.
pub fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// One tensor of a file: its head without its place, and its data.
struct Tensor<'a> {
    head: &'a [u8],
    data: &'a [u8],
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let taken = &self.bytes[self.at..self.at + count];
        self.at += count;
        taken
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take(4).try_into().unwrap())
    }

    fn u64(&mut self) -> usize {
        usize::try_from(u64::from_le_bytes(self.take(8).try_into().unwrap())).unwrap()
    }

    fn skip_text(&mut self) {
        let length = self.u64();
        self.take(length);
    }

    fn skip_value(&mut self, kind: u32) {
        match kind {
            8 => self.skip_text(),
            9 => {
                let inner = self.u32();
                for _ in 0..self.u64() {
                    self.skip_value(inner);
                }
            }
            0 | 1 | 7 => drop(self.take(1)),
            2 | 3 => drop(self.take(2)),
            4..=6 => drop(self.take(4)),
            _ => drop(self.take(8)),
        }
    }
}

/// The same model in so many files, as `llama-gguf-split` of llama.cpp writes them: the first describes
/// the model.
pub fn split(whole: &[u8], count: u16) -> Vec<Vec<u8>> {
    let mut reader = Reader {
        bytes: whole,
        at: 8,
    };
    let (tensor_count, field_count) = (reader.u64(), reader.u64());
    let fields_at = reader.at;
    for _ in 0..field_count {
        reader.skip_text();
        let kind = reader.u32();
        reader.skip_value(kind);
    }
    let fields = &whole[fields_at..reader.at];
    let mut places = Vec::new();
    for _ in 0..tensor_count {
        let from = reader.at;
        reader.skip_text();
        let dimensions = reader.u32() as usize;
        reader.take(8 * dimensions + 4);
        let head = &whole[from..reader.at];
        places.push((head, reader.u64()));
    }
    let data = &whole[reader.at.next_multiple_of(ALIGNMENT)..];
    let mut ends: Vec<usize> = places.iter().map(|(_, offset)| *offset).collect();
    ends.push(data.len());
    ends.sort_unstable();
    let tensors: Vec<Tensor> = places
        .iter()
        .map(|(head, offset)| {
            let end = ends[ends.partition_point(|end| end <= offset)];
            Tensor {
                head,
                data: &data[*offset..end],
            }
        })
        .collect();
    let each = tensor_count.div_ceil(usize::from(count));
    let parts = tensors.chunks(each).zip(0u16..);
    parts
        .map(|(tensors, number)| {
            let described = number == 0;
            let own = if described { field_count } else { 0 };
            let mut out = head(tensors.len(), own + 3);
            if described {
                out.extend(fields);
            }
            field(&mut out, "split.no", Value::U16(number));
            field(&mut out, "split.count", Value::U16(count));
            let all = i32::try_from(tensor_count).unwrap();
            field(&mut out, "split.tensors.count", Value::I32(all));
            let mut body = Vec::new();
            for tensor in tensors {
                out.extend(tensor.head);
                out.extend((body.len() as u64).to_le_bytes());
                body.extend(tensor.data);
                pad(&mut body);
            }
            pad(&mut out);
            out.extend(body);
            out
        })
        .collect()
}
