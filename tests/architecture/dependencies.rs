//! Who may depend on whom, and who owns which outside thing.

use std::collections::BTreeSet;

use crate::{Violations, check, tree::Tree};

/// Each of our packages, and which of ours it may name. One direction: nothing lower names
/// anything higher.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("sotto-domain", &[]),
    ("sotto-actions", &[]),
    ("sotto-consent", &["sotto-domain"]),
    ("sotto-egress", &["sotto-consent", "sotto-domain"]),
    ("sotto-redaction", &[]),
    ("sotto-history", &["sotto-consent", "sotto-domain"]),
    ("sotto-secrets", &[]),
    ("sotto-models", &["sotto-domain"]),
    ("sotto-runtime-client", &["sotto-domain"]),
    ("sotto-runtime-server", &[]),
    (
        "sotto-api",
        &[
            "sotto-actions",
            "sotto-consent",
            "sotto-domain",
            "sotto-egress",
            "sotto-history",
            "sotto-models",
            "sotto-redaction",
            "sotto-runtime-client",
            "sotto-secrets",
        ],
    ),
    ("sotto-cli", &["sotto-api"]),
    ("sotto-desktop", &["sotto-api"]),
    (
        "sotto-test-support",
        &[
            "sotto-api",
            "sotto-domain",
            "sotto-models",
            "sotto-runtime-client",
        ],
    ),
];

/// Outside things and the one package that names each.
const OWNERS: &[(&str, &str)] = &[
    ("rusqlite", "sotto-history"),
    ("rusqlite_migration", "sotto-history"),
    ("tokio-rusqlite", "sotto-history"),
    ("keyring", "sotto-secrets"),
    ("keyring-core", "sotto-secrets"),
    ("llama-cpp-sys-2", "sotto-runtime-server"),
    // And the double of a larger server, which is no part of the program.
    ("axum", "sotto-runtime-server sotto-test-support"),
    ("minijinja", "sotto-actions sotto-runtime-server"),
    ("reqwest", "sotto-runtime-client"),
    ("reqwest-tls", "sotto-egress"),
    ("rustls", "sotto-egress"),
    ("rustls-platform-verifier", "sotto-egress"),
    ("hyper", "sotto-egress"),
    ("tauri", "sotto-desktop"),
    ("tauri-specta", "sotto-desktop"),
    ("clap", "sotto-cli sotto-runtime-server"),
];

/// What can open a TLS connection, and which packages may stand on it directly. The first of them is
/// ours: so everything that can is below `sotto-egress`.
const TLS: &[(&str, &[&str])] = &[
    (
        "rustls",
        &[
            "sotto-egress",
            "hyper-rustls",
            "reqwest",
            "rustls-platform-verifier",
            "tokio-rustls",
        ],
    ),
    ("rustls-platform-verifier", &["sotto-egress", "reqwest"]),
    ("hyper-rustls", &["reqwest"]),
    ("tokio-rustls", &["sotto-egress", "hyper-rustls", "reqwest"]),
    ("native-tls", &[]),
    ("openssl", &[]),
    ("hyper-tls", &[]),
    ("tokio-native-tls", &[]),
    ("ureq", &[]),
    ("curl", &[]),
];

/// The line of reqwest that has TLS, and who may stand on it. Tauri names it for mobile systems, which
/// Sotto is not built for (`deny.toml` judges the others).
const TLS_CLIENT: (&str, &[&str]) = ("0.13.", &["sotto-egress", "tauri"]);

/// The crates without IO, and what each may stand on.
const PURE: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "futures-core",
            "serde",
            "serde_json",
            "specta",
            "thiserror",
            "uuid",
        ],
    ),
    (
        "actions",
        &["minijinja", "serde", "serde_json", "thiserror", "toml"],
    ),
    (
        "consent",
        &[
            "hex",
            "hmac",
            "proptest",
            "serde",
            "serde_json",
            "sha2",
            "sotto-domain",
            "specta",
            "thiserror",
            "url",
        ],
    ),
    (
        "redaction",
        &[
            "aho-corasick",
            "base64",
            "iban_validate",
            "proptest",
            "regex",
            "secrecy",
            "serde",
            "serde_json",
            "specta",
            "thiserror",
            "unicode-segmentation",
        ],
    ),
];

struct Package<'a> {
    path: &'a str,
    name: String,
    dependencies: BTreeSet<String>,
}

fn packages(tree: &Tree) -> Vec<Package<'_>> {
    let manifests = tree
        .files("", &["Cargo.toml"])
        .filter(|(path, _)| *path != "Cargo.toml");
    let parse = |(path, text)| {
        let manifest: toml::Table = toml::from_str(text).expect("a manifest is TOML");
        let name = manifest["package"]["name"]
            .as_str()
            .expect("a package has a name")
            .to_owned();
        let targets = manifest.get("target").and_then(toml::Value::as_table);
        let tables = targets
            .into_iter()
            .flat_map(|targets| targets.values().filter_map(toml::Value::as_table));
        let sections = std::iter::once(&manifest).chain(tables).flat_map(|table| {
            [
                names(table, "dependencies"),
                names(table, "build-dependencies"),
            ]
        });
        Package {
            path,
            name,
            dependencies: sections.flatten().collect(),
        }
    };
    manifests.map(parse).collect()
}

fn names(table: &toml::Table, section: &str) -> Vec<String> {
    table
        .get(section)
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

fn layers(tree: &Tree) -> Violations {
    let mut violations = Vec::new();
    for package in packages(tree) {
        if package.name == "sotto-tests" {
            continue;
        }
        let Some((_, allowed)) = MAY_DEPEND_ON.iter().find(|(name, _)| *name == package.name)
        else {
            violations.push(format!(
                "{}: a package that MAY_DEPEND_ON does not list",
                package.path
            ));
            continue;
        };
        let ours = package
            .dependencies
            .iter()
            .filter(|name| name.starts_with("sotto-"));
        for name in ours.filter(|name| !allowed.contains(&name.as_str())) {
            violations.push(format!("{}: must not depend on {name}", package.path));
        }
    }
    violations
}

fn one_owner(tree: &Tree) -> Violations {
    let mut violations = Vec::new();
    for package in packages(tree) {
        for (outside, owners) in OWNERS {
            let named = package.dependencies.contains(*outside);
            if named && !owners.split(' ').any(|owner| owner == package.name) {
                violations.push(format!(
                    "{}: only {owners} may name {outside}",
                    package.path
                ));
            }
        }
    }
    violations
}

fn tls_under_egress(tree: &Tree) -> Violations {
    let lock = tree.text("Cargo.lock").expect("Cargo.lock is committed");
    let lock: toml::Table = toml::from_str(lock).expect("a lock file is TOML");
    let packages = lock["package"]
        .as_array()
        .expect("a lock file lists packages");
    let mut violations = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let below = package.get("dependencies").and_then(toml::Value::as_array);
        for dependency in below.into_iter().flatten().filter_map(toml::Value::as_str) {
            // A name, and a version where the tree has several.
            let (below, version) = dependency.split_once(' ').unwrap_or((dependency, ""));
            let is_tls_client = below == "reqwest" && version.starts_with(TLS_CLIENT.0);
            let listed = TLS.iter().find(|(crate_name, _)| *crate_name == below);
            let may = if is_tls_client {
                Some(TLS_CLIENT.1)
            } else {
                listed.map(|(_, may)| *may)
            };
            if may.is_some_and(|may| !may.contains(&name)) {
                violations.push(format!("Cargo.lock: {name} stands on {dependency}"));
            }
        }
    }
    violations
}

fn pure_crates(tree: &Tree) -> Violations {
    let mut violations = Vec::new();
    for package in packages(tree) {
        let allowed = PURE
            .iter()
            .find(|(crate_name, _)| package.name == format!("sotto-{crate_name}"));
        let Some((_, allowed)) = allowed else {
            continue;
        };
        let impure = package
            .dependencies
            .iter()
            .filter(|name| !allowed.contains(&name.as_str()));
        violations.extend(impure.map(|name| format!("{}: {name} is not pure", package.path)));
    }
    let io = [
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
        "std::env",
        "std::io",
        "SystemTime",
        "Instant",
        "now_v7",
        "println!",
    ];
    for (crate_name, _) in PURE {
        let folder = format!("src-tauri/crates/{crate_name}/src/");
        for (path, text) in tree.files(&folder, &[".rs"]) {
            let found = io.iter().filter(|word| text.contains(**word));
            violations.extend(found.map(|word| format!("{path}: {word} is IO or a clock")));
        }
    }
    violations
}

#[test]
fn layers_point_one_way() {
    check(layers, "src-tauri/crates/history/Cargo.toml", |text| {
        text.replace(
            "[dependencies]",
            "[dependencies]\nsotto-api.workspace = true",
        )
    });
}

#[test]
fn each_outside_thing_has_one_owner() {
    check(one_owner, "src-tauri/crates/api/Cargo.toml", |text| {
        text.replace(
            "[dependencies]",
            "[dependencies]\nrusqlite.workspace = true",
        )
    });
}

#[test]
fn the_shell_alone_names_tauri() {
    check(one_owner, "src-tauri/crates/cli/Cargo.toml", |text| {
        text.replace("[dependencies]", "[dependencies]\ntauri.workspace = true")
    });
}

#[test]
fn tls_is_under_egress_alone() {
    for above in ["rustls", "native-tls", "reqwest 0.13.5"] {
        check(tls_under_egress, "Cargo.lock", |text| {
            let package = "[[package]]\nname = \"sotto-api\"\nversion = \"0.0.0\"";
            format!("{text}\n{package}\ndependencies = [\n \"{above}\",\n]\n")
        });
    }
}

#[test]
fn the_way_out_is_named_by_api_alone() {
    for crate_name in ["cli", "runtime", "test-support"] {
        let path = format!("src-tauri/crates/{crate_name}/Cargo.toml");
        check(layers, &path, |text| {
            text.replace(
                "[dependencies]",
                "[dependencies]\nsotto-egress.workspace = true",
            )
        });
    }
}

#[test]
fn pure_crates_stand_on_nothing_impure() {
    for (crate_name, _) in PURE {
        let path = format!("src-tauri/crates/{crate_name}/Cargo.toml");
        check(pure_crates, &path, |text| {
            text.replace("[dependencies]", "[dependencies]\ntokio.workspace = true")
        });
    }
}

#[test]
fn pure_crates_read_no_clock() {
    for (crate_name, _) in PURE {
        let path = format!("src-tauri/crates/{crate_name}/src/lib.rs");
        check(pure_crates, &path, |text| {
            format!(
                "{text}\nfn now() -> std::time::SystemTime {{ std::time::SystemTime::now() }}\n"
            )
        });
    }
}
