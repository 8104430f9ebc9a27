//! Lets the binary find llama.cpp's shared libraries, in `target/` and in a package.
//!
//! llama-cpp-sys-2 links only unversioned names beside the binary, but the loader asks for the
//! versioned ones (`libllama.so.0`), and the CPU libraries stay in its own output folder. All of
//! them are put into `<target>/<profile>/lib/sotto`; a package ships that folder as
//! `../lib/sotto` relative to the binary (or flat beside it).

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Left out: the only CPU library with AMX instructions. GCC 12 takes `_tile_loadconfig` for
/// a read of eight bytes and drops the rest of ggml's tile configuration, so that the first
/// matrix with AMX ends the process (SIGILL). Processors with AMX take the next best, with AVX-512.
/// See decision 23.
const MISCOMPILED: &str = "libggml-cpu-sapphirerapids";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_LLAMA_BACKENDS_DIR");
    let Some(backends) = env::var_os("DEP_LLAMA_BACKENDS_DIR").map(PathBuf::from) else {
        return Ok(());
    };
    println!("cargo:rerun-if-changed={}", backends.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    // OUT_DIR is <target>/<profile>/build/<crate>/out.
    let Some(profile_folder) = out.ancestors().nth(3) else {
        return Err(io::Error::other("OUT_DIR is not inside a target folder"));
    };
    let destination = profile_folder.join("lib/sotto");
    fs::create_dir_all(&destination)?;
    copy_libraries(&backends, &destination)?;
    // One that an earlier build put there.
    let left_out = destination.join(format!("{MISCOMPILED}.so"));
    if left_out.exists() {
        fs::remove_file(left_out)?;
    }
    if let Some(llama_out) = backends.parent() {
        for folder in ["lib", "lib64", "bin"] {
            copy_libraries(&llama_out.join(folder), &destination)?;
        }
    }
    #[cfg(unix)]
    for folder in ["", "deps", "examples"] {
        name_versions(
            &destination,
            &profile_folder.join(folder),
            folder.is_empty(),
        )?;
    }
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => {
            // Transitive needs (libllama needs libggml) are resolved through RPATH, not RUNPATH.
            println!("cargo:rustc-link-arg-bins=-Wl,--disable-new-dtags");
            for place in ["$ORIGIN/lib/sotto", "$ORIGIN/../lib/sotto", "$ORIGIN"] {
                println!("cargo:rustc-link-arg=-Wl,-rpath,{place}");
            }
            // Test binaries live in <target>/<profile>/deps: `$ORIGIN/../lib/sotto` serves them.
        }
        Ok("macos") => {
            for place in [
                "@executable_path/lib/sotto",
                "@executable_path/../lib/sotto",
                "@executable_path",
            ] {
                println!("cargo:rustc-link-arg=-Wl,-rpath,{place}");
            }
        }
        _ => {}
    }
    Ok(())
}

/// Copies every shared library of `from`; versioned names that are links become plain files.
fn copy_libraries(from: &Path, to: &Path) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(from) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if !is_wanted(name) {
            continue;
        }
        let target = to.join(name);
        let temporary = to.join(format!(".{name}.new"));
        fs::copy(&path, &temporary)?;
        fs::rename(&temporary, &target)?;
    }
    Ok(())
}

/// Puts the versioned names where llama-cpp-sys-2 puts the unversioned ones.
///
/// Those are links to the versioned names in the same folder. While they lead nowhere, its build
/// script takes them for missing, and fails on making them again whenever it runs a second time.
#[cfg(unix)]
fn name_versions(libraries: &Path, folder: &Path, is_profile: bool) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let libraries_from_here = Path::new(if is_profile {
        "lib/sotto"
    } else {
        "../lib/sotto"
    });
    for entry in fs::read_dir(libraries)? {
        let name = entry?.file_name();
        let link = folder.join(&name);
        if name.to_string_lossy().ends_with(".so.0") && fs::symlink_metadata(&link).is_err() {
            std::os::unix::fs::symlink(libraries_from_here.join(&name), link)?;
        }
    }
    Ok(())
}

/// The names that the loader asks for: `libllama.so.0`, `libggml-cpu-zen4.so`, `*.dylib`, `*.dll`.
fn is_wanted(name: &str) -> bool {
    if name.starts_with(MISCOMPILED) {
        return false;
    }
    if let Some((stem, version)) = name.split_once(".so") {
        let module = ["cpu-", "vulkan", "cuda", "metal"].iter().any(|backend| {
            stem.strip_prefix("libggml-")
                .is_some_and(|rest| rest.starts_with(backend))
        });
        return if module {
            version.is_empty()
        } else {
            version == ".0"
        };
    }
    name.ends_with(".dylib") || name.ends_with(".dll")
}
