//! The rules of ARCHITECTURE.md, each held by a test. A rule is a function from the tree of source
//! files to what breaks it; beside each rule stands a change that must break it, so that no rule
//! can pass by looking at nothing.

mod dependencies;
mod files;
mod shell;
mod tree;
mod ui;

use tree::Tree;

/// What breaks a rule, in one line: where and why.
type Violations = Vec<String>;

/// Holds the rule against the real tree, then against the tree with a change that breaks it.
#[track_caller]
fn check(rule: fn(&Tree) -> Violations, path: &str, breaking: impl FnOnce(&str) -> String) {
    let tree = Tree::of_this_repository();
    let violations = rule(&tree);
    assert!(violations.is_empty(), "{}", violations.join("\n"));

    let before = tree.text(path).unwrap_or_default().to_owned();
    let after = breaking(&before);
    assert_ne!(before, after, "the breaking change changes nothing");
    let violations = rule(&tree.with(path, after));
    assert!(
        !violations.is_empty(),
        "the rule does not see a breaking change of {path}"
    );
}
