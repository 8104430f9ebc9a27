//! What holds of the shell: thin commands, closed windows, a content security policy that says no.

use crate::{Violations, check, tree::Tree};

/// Each directive that must be there, word for word.
const POLICY: &[(&str, &str)] = &[
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("connect-src", "ipc: http://ipc.localhost"),
    ("img-src", "'self' data:"),
    ("form-action", "'none'"),
    ("base-uri", "'none'"),
];

fn content_security_policy(tree: &Tree) -> Violations {
    let text = tree.text("src-tauri/tauri.conf.json").unwrap_or_default();
    let Ok(config) = serde_json::from_str::<serde_json::Value>(text) else {
        return vec!["src-tauri/tauri.conf.json: not JSON".to_owned()];
    };
    let policy = &config["app"]["security"]["csp"];
    let mut violations: Violations = POLICY
        .iter()
        .filter(|(directive, value)| policy[directive] != *value)
        .map(|(directive, value)| format!("tauri.conf.json: {directive} must be {value}"))
        .collect();
    let text = policy.to_string();
    for word in ["https:", "unsafe-eval", "*", "wss:"] {
        if text.contains(word) {
            violations.push(format!("tauri.conf.json: the policy names {word}"));
        }
    }
    violations
}

fn capabilities_are_closed(tree: &Tree) -> Violations {
    let mut violations = Vec::new();
    for (path, text) in tree.files("src-tauri/capabilities/", &[".json"]) {
        let capability: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        if capability["windows"].as_array().is_none_or(Vec::is_empty)
            || capability["windows"].to_string().contains('*')
        {
            violations.push(format!("{path}: must name its windows"));
        }
        for permission in capability["permissions"].as_array().into_iter().flatten() {
            let name = permission.as_str().unwrap_or_default();
            if !name.starts_with("allow-") {
                violations.push(format!("{path}: {permission} is not a command of ours"));
            }
            // The window that takes a yes shares no command with any other.
            let is_consent = capability["windows"] == serde_json::json!(["consent"]);
            if name.starts_with("allow-consent-") != is_consent {
                violations.push(format!("{path}: {permission} is another window's"));
            }
        }
    }
    violations
}

/// A command decodes, calls `sotto-api` and returns: its body has few statements, its error is
/// `ApiError`, and it holds no logic.
fn commands_are_thin(tree: &Tree) -> Violations {
    let mut violations = Vec::new();
    for (path, text) in tree.files("src-tauri/src/commands/", &[".rs"]) {
        for command in text.split("#[tauri::command]").skip(1) {
            let name = command
                .split("fn ")
                .nth(1)
                .and_then(|rest| rest.split('(').next())
                .unwrap_or("?");
            let Some((signature, rest)) = command.split_once(" {\n") else {
                continue;
            };
            let body = rest.split("\n}\n").next().unwrap_or(rest);
            if !signature.contains(", ApiError>") {
                violations.push(format!("{path}: {name} does not return ApiError"));
            }
            let statements = body.lines().filter(|line| line.ends_with(';')).count();
            if statements > 2
                || [" if ", " match ", " for ", " while "]
                    .iter()
                    .any(|word| body.contains(word))
            {
                violations.push(format!("{path}: {name} holds logic"));
            }
        }
    }
    violations
}

/// Commands about larger models that only tell something or allow less. All others open the consent
/// window, allow more or read the clipboard, and cost a press: a script in a page can call them, and
/// cannot press (decision 0013).
const WITHOUT_A_PRESS: &[&str] = &[
    "block_cloud",
    "cloud",
    "export_ledger",
    "ledger",
    "remove_key",
    "remove_provider",
    "withdraw_larger",
    "withdraw_standing_yes",
];

fn what_opens_or_allows_costs_a_press(tree: &Tree) -> Violations {
    let file = "src-tauri/src/commands/cloud.rs";
    let text = tree.text(file).unwrap_or_default();
    let mut violations = Vec::new();
    for command in text.split("#[tauri::command]").skip(1) {
        let name = command
            .split("fn ")
            .nth(1)
            .and_then(|rest| rest.split('(').next())
            .unwrap_or("?");
        let costs = command.contains("presses.spend()?")
            || (name == "turn_cloud" && command.contains("presses.spend_if(on)?;"));
        if costs == WITHOUT_A_PRESS.contains(&name) {
            violations.push(format!(
                "{file}: {name}: a press where none is due, or none"
            ));
        }
    }
    violations
}

fn webview_is_named_once(tree: &Tree) -> Violations {
    let word = ["tauri::", "Wry"].concat();
    let named = tree
        .files("src-tauri/src/", &[".rs"])
        .filter(|(path, text)| *path != "src-tauri/src/lib.rs" && text.contains(&word));
    named
        .map(|(path, _)| format!("{path}: names {word}; use crate::Webview"))
        .collect()
}

fn navigation_is_guarded(tree: &Tree) -> Violations {
    let start = tree.text("src-tauri/src/start.rs").unwrap_or_default();
    let window = tree.text("src-tauri/src/window.rs").unwrap_or_default();
    let mut violations = Vec::new();
    if !start.contains("navigation::guard()") {
        violations.push("start.rs: the navigation guard is not in place".to_owned());
    }
    if window.matches("WebviewWindowBuilder::new").count()
        != window.matches("NewWindowResponse::Deny").count()
    {
        violations.push("window.rs: a window that may open windows".to_owned());
    }
    violations
}

#[test]
fn the_webview_can_open_no_connection() {
    check(
        content_security_policy,
        "src-tauri/tauri.conf.json",
        |text| {
            text.replace(
                "ipc: http://ipc.localhost",
                "ipc: http://ipc.localhost https:",
            )
        },
    );
}

#[test]
fn a_capability_names_its_windows() {
    check(
        capabilities_are_closed,
        "src-tauri/capabilities/main.json",
        |text| text.replace("[\"main\"]", "[\"*\"]"),
    );
}

#[test]
fn the_consent_window_has_its_commands_for_itself() {
    check(
        capabilities_are_closed,
        "src-tauri/capabilities/main.json",
        |text| text.replace("\"allow-ask\"", "\"allow-consent-decide\""),
    );
    check(
        capabilities_are_closed,
        "src-tauri/capabilities/consent.json",
        |text| text.replace("\"allow-consent-decide\"", "\"allow-ask\""),
    );
}

#[test]
fn a_capability_allows_only_our_commands() {
    check(
        capabilities_are_closed,
        "src-tauri/capabilities/main.json",
        |text| text.replace("\"allow-ask\"", "\"core:default\""),
    );
}

#[test]
fn a_command_holds_no_logic() {
    check(
        commands_are_thin,
        "src-tauri/src/commands/turns.rs",
        |text| {
            text.replace(
                "    sotto.ask(request).await",
                "    if request.text.is_empty() { }\n    sotto.ask(request).await",
            )
        },
    );
}

#[test]
fn opening_and_allowing_cost_a_press() {
    check(
        what_opens_or_allows_costs_a_press,
        "src-tauri/src/commands/cloud.rs",
        |text| text.replace("spend_if(on)", "spend_if(false)"),
    );
}

#[test]
fn a_command_returns_a_typed_error() {
    check(
        commands_are_thin,
        "src-tauri/src/commands/turns.rs",
        |text| text.replace("Result<Asked, ApiError>", "Result<Asked, String>"),
    );
}

#[test]
fn the_webview_library_is_named_once() {
    check(webview_is_named_once, "src-tauri/src/window.rs", |text| {
        format!("{text}\ntype W = {};\n", ["tauri::", "Wry"].concat())
    });
}

#[test]
fn no_window_navigates_away() {
    check(navigation_is_guarded, "src-tauri/src/start.rs", |text| {
        text.replace(".plugin(navigation::guard())", "")
    });
}
