//! LoRA adapters, made here for the starter: they change its answers, and nothing once they are off.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Runtime, STARTER, file};

/// Of SmolLM2-135M: width, width of the feed-forward network, layers that are changed.
const WIDTH: u64 = 576;
const FORWARD: u64 = 1536;
const LAYERS: u64 = 8;
const RANK: u64 = 4;

/// What an adapter's file says.
struct Adapter {
    architecture: &'static str,
    kind: &'static str,
    alpha: f32,
    width: u64,
}

const GOOD: Adapter = Adapter {
    architecture: "llama",
    kind: "lora",
    alpha: 8.0,
    width: WIDTH,
};

impl Adapter {
    /// Writes it as GGUF, version 3: see docs/gguf.md of ggml.
    fn write(&self, path: &Path) {
        const STRING: u32 = 8;
        const FLOAT: u32 = 6;
        let text = |out: &mut Vec<u8>, text: &str| {
            out.extend((text.len() as u64).to_le_bytes());
            out.extend(text.as_bytes());
        };
        let mut tensors = Vec::new();
        for layer in 0..LAYERS {
            let name = format!("blk.{layer}.ffn_down.weight");
            tensors.push((format!("{name}.lora_a"), FORWARD, RANK));
            tensors.push((format!("{name}.lora_b"), RANK, self.width));
        }
        let mut out = b"GGUF".to_vec();
        out.extend(3u32.to_le_bytes());
        out.extend((tensors.len() as u64).to_le_bytes());
        out.extend(4u64.to_le_bytes());
        for (key, value) in [
            ("general.type", "adapter"),
            ("general.architecture", self.architecture),
            ("adapter.type", self.kind),
        ] {
            text(&mut out, key);
            out.extend(STRING.to_le_bytes());
            text(&mut out, value);
        }
        text(&mut out, "adapter.lora.alpha");
        out.extend(FLOAT.to_le_bytes());
        out.extend(self.alpha.to_le_bytes());
        let mut offset = 0u64;
        for (name, columns, rows) in &tensors {
            text(&mut out, name);
            out.extend(2u32.to_le_bytes());
            out.extend(columns.to_le_bytes());
            out.extend(rows.to_le_bytes());
            // 32-bit floats.
            out.extend(0u32.to_le_bytes());
            out.extend(offset.to_le_bytes());
            offset += (columns * rows * 4).next_multiple_of(32);
        }
        out.resize(out.len().next_multiple_of(32), 0);
        let mut noise = 1u32;
        for (_, columns, rows) in &tensors {
            for _ in 0..columns * rows {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let value = (noise >> 8) as f32 / (1 << 24) as f32 - 0.5;
                out.extend((value * 0.1).to_le_bytes());
            }
            out.resize(out.len().next_multiple_of(32), 0);
        }
        std::fs::write(path, out).unwrap();
    }
}

/// A folder with the starter and these adapters.
fn folder(adapters: &[(&str, Adapter)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let starter = folder.path().join(format!("{STARTER}.gguf"));
    std::os::unix::fs::symlink(file(STARTER), starter).unwrap();
    for (name, adapter) in adapters {
        adapter.write(&folder.path().join(format!("{name}.gguf")));
    }
    folder
}

fn asked(prompt: &str, adapters: &Value) -> Value {
    json!({
        "model": STARTER, "stream": false, "logprobs": true, "adapters": adapters,
        "messages": [{"role": "user", "content": prompt}],
        "options": {"temperature": 0.8, "seed": 42, "num_predict": 24, "num_ctx": 1024},
    })
}

/// What is said, with the bits of every token's probability.
fn answer(runtime: &Runtime, prompt: &str, adapters: &Value) -> (Value, Value) {
    let answer = runtime.post("/api/chat", &asked(prompt, adapters));
    (
        answer["message"]["content"].clone(),
        answer["logprobs"].clone(),
    )
}

const PROMPT: &str =
    "Tell me in two sentences why the sea is salty, and where the salt comes from.";

#[test]
fn an_adapter_changes_the_answer_and_detaching_restores_it_bit_for_bit() {
    let folder = folder(&[("salt", GOOD)]);
    let runtime = Runtime::with_models(folder.path(), &[]);
    let salt = |scale: f32| json!([{"name": "salt", "scale": scale}]);
    let none = json!([]);
    // The first answer evaluates the whole prompt at once and later ones its last token alone, which
    // shifts floating point a little: what comes after is compared with the second one.
    answer(&runtime, PROMPT, &none);
    let plain = answer(&runtime, PROMPT, &none);
    assert!(plain.1.as_array().unwrap().len() >= 8, "{plain:?}");

    let changed = answer(&runtime, PROMPT, &salt(1.0));
    assert_ne!(plain, changed);
    assert_eq!(answer(&runtime, PROMPT, &none), plain, "detached");
    assert_eq!(answer(&runtime, PROMPT, &salt(0.0)), plain, "at scale 0");
    // Neither its own state at another scale nor the plain one serves.
    let half = answer(&runtime, PROMPT, &salt(0.5));
    assert_ne!(half, plain);
    assert_ne!(half, changed);
    let again = answer(&runtime, PROMPT, &json!([{"name": "salt"}]));
    assert_eq!(again.0, changed.0, "unsaid, it counts as trained");
    assert_eq!(answer(&runtime, PROMPT, &none), plain, "detached once more");

    // In a fresh process the plain answer is the same as in one that had an adapter before.
    let fresh = Runtime::with_models(folder.path(), &[]);
    answer(&fresh, PROMPT, &none);
    assert_eq!(answer(&fresh, PROMPT, &none), plain);
}

#[test]
fn an_adapter_that_does_not_belong_to_the_model_is_refused_in_words() {
    let folder = folder(&[
        ("salt", GOOD),
        (
            "other-kind",
            Adapter {
                architecture: "qwen2",
                ..GOOD
            },
        ),
        (
            "other-shape",
            Adapter {
                width: 1024,
                ..GOOD
            },
        ),
        (
            "not-lora",
            Adapter {
                kind: "control_vector",
                ..GOOD
            },
        ),
        (
            "no-number",
            Adapter {
                alpha: f32::NAN,
                ..GOOD
            },
        ),
    ]);
    let cut = folder.path().join("cut.gguf");
    let whole = std::fs::read(folder.path().join("salt.gguf")).unwrap();
    std::fs::write(cut, &whole[..whole.len() / 2]).unwrap();
    let runtime = Runtime::with_models(folder.path(), &[]);
    for (name, status, expected) in [
        ("missing", 404, "not found"),
        ("other-kind", 400, "architecture qwen2"),
        ("other-shape", 400, "incorrect shape"),
        ("not-lora", 400, "another kind than LoRA"),
        ("no-number", 400, "finite"),
        ("cut", 400, "cut off"),
        (STARTER, 400, "not a LoRA adapter"),
    ] {
        let adapters = json!([{ "name": name }]);
        let (given, lines) = runtime.ask("POST", "/api/chat", &asked(PROMPT, &adapters));
        let said = lines[0]["error"].as_str().unwrap();
        assert!(said.contains(expected), "{name}: {said}");
        assert_eq!(
            (given, &lines[0]["code"]),
            (status, &json!("adapter_unusable")),
            "{said}"
        );
    }
    // An adapter is no model, and what was refused leaves the model as it was.
    let (status, lines) = runtime.ask(
        "POST",
        "/api/chat",
        &json!({"model": "salt", "messages": []}),
    );
    assert!(status >= 400, "{lines:?}");
    answer(&runtime, PROMPT, &json!([{"name": "salt"}]));
}
