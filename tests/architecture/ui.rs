//! What holds of the pages: one door to Tauri, components that know no feature, no raw HTML.

use crate::{Violations, check, tree::Tree};

fn pages(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.files("ui/src/", &[".ts", ".tsx"])
}

fn one_door(tree: &Tree) -> Violations {
    let outside = pages(tree).filter(|(path, _)| !path.starts_with("ui/src/ipc/"));
    outside
        .filter(|(_, text)| text.contains("@tauri-apps/") || text.contains("__TAURI"))
        .map(|(path, _)| format!("{path}: only ui/src/ipc may name Tauri"))
        .collect()
}

fn components_know_no_feature(tree: &Tree) -> Violations {
    let components = tree.files("ui/src/components/", &[".ts", ".tsx"]);
    components
        .filter(|(_, text)| {
            text.lines()
                .any(|line| line.contains("from \"") && line.contains("/features/"))
        })
        .map(|(path, _)| format!("{path}: a component names a feature"))
        .collect()
}

fn no_raw_html(tree: &Tree) -> Violations {
    let words = [
        "dangerouslySetInnerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function(",
    ];
    let mut violations = Vec::new();
    for (path, text) in pages(tree) {
        for word in words.iter().filter(|word| text.contains(**word)) {
            violations.push(format!("{path}: {word}"));
        }
    }
    violations
}

fn no_connection(tree: &Tree) -> Violations {
    let words = [
        " fetch(",
        "window.fetch",
        "XMLHttpRequest",
        "WebSocket(",
        "sendBeacon",
        "EventSource(",
    ];
    let mut violations = Vec::new();
    for (path, text) in
        pages(tree).filter(|(path, _)| !path.contains(".test.") && !path.contains("/testing/"))
    {
        for word in words.iter().filter(|word| text.contains(**word)) {
            violations.push(format!("{path}: {word} opens a connection"));
        }
    }
    violations
}

#[test]
fn only_ipc_names_tauri() {
    check(one_door, "ui/src/features/breaking.ts", |_| {
        "import { invoke } from \"@tauri-apps/api/core\";\n".to_owned()
    });
}

#[test]
fn a_component_knows_no_feature() {
    check(
        components_know_no_feature,
        "ui/src/components/breaking.tsx",
        |_| "import { Chat } from \"../features/chat/Chat\";\n".to_owned(),
    );
}

#[test]
fn no_page_writes_raw_html() {
    check(no_raw_html, "ui/src/features/breaking.tsx", |_| {
        "<p dangerouslySetInnerHTML={{ __html: text }} />\n".to_owned()
    });
}

#[test]
fn no_page_opens_a_connection() {
    check(no_connection, "ui/src/features/breaking.ts", |_| {
        "await fetch(\"/\");\n".to_owned()
    });
}
