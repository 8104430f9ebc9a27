//! Headers that are whole, damaged and hostile.

use super::*;

/// A well-formed header with one F32 tensor of 32 elements, and places to spoil it.
fn file(layers: u32, epsilon: f32, tensors: u64, keys: u64, data: usize) -> Vec<u8> {
    fn text(out: &mut Vec<u8>, text: &str) {
        out.extend((text.len() as u64).to_le_bytes());
        out.extend(text.as_bytes());
    }
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend(tensors.to_le_bytes());
    out.extend(keys.to_le_bytes());
    text(&mut out, "general.architecture");
    out.extend(8u32.to_le_bytes());
    text(&mut out, "llama");
    text(&mut out, "llama.block_count");
    out.extend(4u32.to_le_bytes());
    out.extend(layers.to_le_bytes());
    text(&mut out, "llama.attention.layer_norm_rms_epsilon");
    out.extend(6u32.to_le_bytes());
    out.extend(epsilon.to_le_bytes());
    text(&mut out, "token_embd.weight");
    out.extend(1u32.to_le_bytes());
    out.extend(32u64.to_le_bytes());
    out.extend(0u32.to_le_bytes());
    out.extend(0u64.to_le_bytes());
    out.resize(out.len().next_multiple_of(32) + data, 0);
    out
}

/// An adapter with this alpha and one empty tensor of this name, shape and type.
fn adapter(alpha: &[u8], name: &str, shape: [u64; 4], kind: u32) -> Vec<u8> {
    fn text(out: &mut Vec<u8>, text: &str) {
        out.extend((text.len() as u64).to_le_bytes());
        out.extend(text.as_bytes());
    }
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend(1u64.to_le_bytes());
    out.extend(1u64.to_le_bytes());
    text(&mut out, "adapter.lora.alpha");
    // Floats of 32 and of 64 bits.
    let type_of_alpha: u32 = if alpha.len() == 4 { 6 } else { 12 };
    out.extend(type_of_alpha.to_le_bytes());
    out.extend(alpha);
    text(&mut out, name);
    out.extend(4u32.to_le_bytes());
    for size in shape {
        out.extend(size.to_le_bytes());
    }
    out.extend(kind.to_le_bytes());
    out.extend(0u64.to_le_bytes());
    let data = shape.iter().product::<u64>() as usize * 8;
    out.resize(out.len().next_multiple_of(32) + data, 0);
    out
}

#[test]
fn an_adapter_that_would_end_the_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.gguf");
    let check = |bytes: Vec<u8>, experts: u64, expected: Option<&str>| {
        std::fs::write(&path, bytes).unwrap();
        match (check_adapter(&path, experts), expected) {
            (Ok(()), None) => {}
            (Err(reason), Some(expected)) if reason.contains(expected) => {}
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    };
    let alpha = 8f32.to_le_bytes();
    let (plain, stacked) = (
        "blk.0.ffn_up.weight.lora_a",
        "blk.0.ffn_up_exps.weight.lora_a",
    );
    let flat = [32, 4, 1, 1];
    check(adapter(&alpha, plain, flat, 0), 0, None);
    check(adapter(&alpha, plain, flat, 1), 0, None);
    check(
        adapter(&8f64.to_le_bytes(), plain, flat, 0),
        0,
        Some("alpha"),
    );
    check(
        adapter(&f32::NAN.to_le_bytes(), plain, flat, 0),
        0,
        Some("alpha"),
    );
    // Integers of 8 to 64 bits, and floats of 64.
    for kind in 24..=28 {
        check(adapter(&alpha, plain, flat, kind), 0, Some("no weights"));
    }
    let shape = Some("impossible shape");
    check(adapter(&alpha, plain, [32, 4, 2, 1], 0), 2, shape);
    for (stack, experts, expected) in [
        (8, 8, None),
        (7, 8, shape),
        (9, 8, shape),
        (1, 8, shape),
        (1, 0, shape),
    ] {
        check(
            adapter(&alpha, stacked, [32, 4, stack, 1], 0),
            experts,
            expected,
        );
    }
}

fn verdict(bytes: &[u8]) -> Result<Metadata, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.gguf");
    std::fs::write(&path, bytes).unwrap();
    read(&[path]).map_err(Problem::into_reason)
}

#[test]
fn a_well_formed_header_is_read() {
    let metadata = verdict(&file(2, 1e-5, 1, 3, 128)).unwrap();
    assert_eq!(
        (
            metadata.architecture.as_str(),
            metadata.parameter_count,
            metadata.tensor_bytes
        ),
        ("llama", 32, 128)
    );
}

#[test]
fn malformed_files_are_refused_in_words() {
    let whole = file(2, 1e-5, 1, 3, 128);
    let noise: Vec<u8> = (0..1024u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    for (bytes, expected) in [
        (Vec::new(), "empty"),
        (noise, "first bytes"),
        (b"GGML".repeat(10), "first bytes"),
        (whole[..20].to_vec(), "cut off"),
        (file(2, 1e-5, 1, 3, 127), "cut off"),
        (file(0, 1e-5, 1, 3, 128), "layers"),
        (file(1 << 31, 1e-5, 1, 3, 128), "layers"),
        (file(2, f32::NAN, 1, 3, 128), "finite"),
        (file(2, 1e-5, u64::MAX, 3, 128), "damaged"),
        (file(2, 1e-5, 1 << 60, 3, 128), "damaged"),
        (file(2, 1e-5, 1, u64::MAX, 128), "damaged"),
        (file(2, 1e-5, 1, 1 << 60, 128), "damaged"),
        (file(2, 1e-5, 0, 3, 128), "no tensors"),
    ] {
        let reason = verdict(&bytes).unwrap_err();
        assert!(
            reason.contains(expected),
            "expected {expected:?} in {reason:?}"
        );
    }
    for end in (1..whole.len()).step_by(7) {
        assert!(verdict(&whole[..end]).is_err(), "cut at {end}");
    }
}
