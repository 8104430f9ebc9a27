//! What holds of every file: size, an opening that says why it exists, and no way around the lints.

use crate::{Violations, check, tree::Tree};

/// Lines that no file may exceed.
const LONGEST: usize = 800;

fn is_generated(path: &str) -> bool {
    path.contains(".gen.") || path.contains("/gen/")
}

fn sources(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.files("", &[".rs", ".ts", ".tsx", ".mjs", ".css", ".py", ".sh"])
        .filter(|(path, _)| !is_generated(path))
}

fn short_files(tree: &Tree) -> Violations {
    let long = sources(tree).filter(|(_, text)| text.lines().count() > LONGEST);
    long.map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect()
}

fn openings(tree: &Tree) -> Violations {
    let opens = |path: &str, text: &str| {
        let first = text
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with("#!"))
            .unwrap_or_default();
        match path.rsplit('.').next() {
            Some("rs") => first.starts_with("//!") || path.ends_with("command_names.rs"),
            Some("ts" | "tsx" | "mjs" | "css") => {
                first.starts_with("//") || first.starts_with("/*")
            }
            Some("py") => first.starts_with("\"\"\"") || first.starts_with('#'),
            _ => first.starts_with('#'),
        }
    };
    let silent = sources(tree).filter(|(path, text)| !opens(path, text));
    silent
        .map(|(path, _)| format!("{path}: does not open with why it exists"))
        .collect()
}

/// The words are put together here, so that this file does not find itself.
fn no_way_around(tree: &Tree) -> Violations {
    let forbidden = [
        (["#[", "allow("].concat(), "use #[expect(…, reason)]"),
        (
            ["#[", "ignore"].concat(),
            "a test that is not run is no test",
        ),
        (["todo", "!("].concat(), "unfinished"),
        (["unimplemented", "!("].concat(), "unfinished"),
    ];
    let mut violations = Vec::new();
    for (path, text) in tree.rust() {
        for (word, why) in &forbidden {
            if text.contains(word.as_str()) {
                violations.push(format!("{path}: {word} ({why})"));
            }
        }
    }
    let skipped = ["it.sk", "ip("].concat();
    let only = ["it.on", "ly("].concat();
    for (path, text) in tree.files("", &[".test.ts", ".test.tsx", ".test.mjs"]) {
        if text.contains(&skipped) || text.contains(&only) {
            violations.push(format!("{path}: a test that is skipped"));
        }
    }
    violations
}

/// Where unsafe code may be, and how often: over llama.cpp, and once where the environment is set
/// before GTK reads it.
const UNSAFE: [(&str, usize); 2] = [
    ("src-tauri/crates/runtime-server/", usize::MAX),
    ("src-tauri/src/painting.rs", 1),
];

fn unsafe_is_kept_apart(tree: &Tree) -> Violations {
    let keyword = ["unsafe", " {"].concat();
    let allowed = |path: &str| {
        let mut places = UNSAFE.iter();
        let place = places.find(|each| path.starts_with(each.0));
        place.map_or(0, |each| each.1)
    };
    tree.rust()
        .filter(|(path, _)| !path.starts_with("tests/architecture/"))
        .filter(|(path, text)| text.matches(&keyword).count() > allowed(path))
        .map(|(path, _)| format!("{path}: unsafe"))
        .collect()
}

/// A secret type derives nothing that could show, copy or store it.
fn secrets_stay_secret(tree: &Tree) -> Violations {
    let mut violations = Vec::new();
    for (path, text) in tree.files("src-tauri/crates/secrets/src/", &[".rs"]) {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.contains("struct DatabaseKey"))
        {
            let above = lines[..number]
                .iter()
                .rev()
                .take_while(|line| line.starts_with('#') || line.starts_with("//"));
            if above.clone().any(|line| line.starts_with("#[derive")) {
                violations.push(format!("{path}: {line} derives something"));
            }
        }
    }
    violations
}

#[test]
fn no_file_is_long() {
    check(short_files, "src-tauri/crates/domain/src/time.rs", |text| {
        text.to_owned() + &"\n".repeat(LONGEST)
    });
}

#[test]
fn every_file_says_why_it_exists() {
    check(openings, "src-tauri/crates/domain/src/place.rs", |text| {
        text.replace("//!", "//")
    });
}

#[test]
fn no_lint_is_silenced_and_no_test_is_skipped() {
    check(
        no_way_around,
        "src-tauri/crates/domain/src/title.rs",
        |text| text.replace("#[test]", &["#[test]\n    #[", "ignore]"].concat()),
    );
}

#[test]
fn unsafe_code_is_where_it_is_known() {
    for path in [
        "src-tauri/crates/domain/src/time.rs",
        "src-tauri/src/painting.rs",
    ] {
        check(unsafe_is_kept_apart, path, |text| {
            text.to_owned() + &["\nfn f() { unsafe", " { } }\n"].concat()
        });
    }
}

#[test]
fn a_key_cannot_be_shown_or_copied() {
    check(
        secrets_stay_secret,
        "src-tauri/crates/secrets/src/key.rs",
        |text| text.to_owned() + "\n#[derive(Debug, Clone)]\npub struct DatabaseKey(String);\n",
    );
}
