//! The commands, once: for Tauri's dispatcher and for the generated TypeScript.

use tauri_specta::{Builder, collect_commands};

use crate::{Webview, commands};

/// Every command of the shell.
pub(crate) fn builder() -> Builder<Webview> {
    Builder::new()
        .commands(collect_commands![
            commands::cloud::ask_larger,
            commands::cloud::block_cloud,
            commands::cloud::cloud,
            commands::cloud::export_ledger,
            commands::cloud::ledger,
            commands::cloud::remove_key,
            commands::cloud::remove_provider,
            commands::cloud::save_provider,
            commands::cloud::set_own_words,
            commands::cloud::take_key,
            commands::cloud::test_provider,
            commands::cloud::turn_cloud,
            commands::cloud::unblock_cloud,
            commands::cloud::withdraw_larger,
            commands::cloud::withdraw_standing_yes,
            commands::consent::consent_button,
            commands::consent::consent_change,
            commands::consent::consent_decide,
            commands::consent::consent_request,
            commands::consent::consent_shown,
            commands::consent::consent_subscribe,
            commands::conversations::choose_alternative,
            commands::conversations::delete_conversation,
            commands::conversations::list_conversations,
            commands::conversations::open_conversation,
            commands::conversations::rename_conversation,
            commands::conversations::restore_conversation,
            commands::conversations::search,
            commands::desktop::close_window,
            commands::desktop::desktop,
            commands::desktop::dismiss_tray_note,
            commands::desktop::quit,
            commands::desktop::set_session_start,
            commands::desktop::set_when_closed,
            commands::downloads::cancel_download,
            commands::downloads::download,
            commands::downloads::downloads,
            commands::downloads::keep_hub_token,
            commands::downloads::model_hub,
            commands::downloads::offer_download,
            commands::downloads::pause_download,
            commands::downloads::preview_download,
            commands::downloads::remove_hub_token,
            commands::downloads::resume_download,
            commands::models::bench_model,
            commands::models::catalog,
            commands::models::choose_model,
            commands::models::hardware,
            commands::models::import_model,
            commands::models::load_model,
            commands::models::measurements,
            commands::models::model_settings,
            commands::models::models,
            commands::models::open_models_folder,
            commands::models::pause_runtime,
            commands::models::remove_model,
            commands::models::resume_runtime,
            commands::models::runtime,
            commands::models::set_memory_limit,
            commands::models::set_model_settings,
            commands::models::stop_bench,
            commands::models::unload_model,
            commands::quick::actions,
            commands::quick::quick_anew,
            commands::quick::quick_ask,
            commands::quick::quick_clipboard,
            commands::quick::quick_conversation,
            commands::quick::quick_copy,
            commands::quick::quick_drag,
            commands::quick::quick_hand_over,
            commands::quick::quick_hide,
            commands::quick::quick_keep,
            commands::quick::quick_resize,
            commands::quick::quick_stay,
            commands::quick::quick_subscribe,
            commands::shortcuts::ask_desktop_for_shortcuts,
            commands::shortcuts::choose_shortcut,
            commands::shortcuts::shortcuts,
            commands::startup::composer_ready,
            commands::startup::keep_nothing,
            commands::startup::retry_history,
            commands::startup::startup,
            commands::startup::subscribe,
            commands::startup::unlock,
            commands::turns::answer_again,
            commands::turns::ask,
            commands::turns::edit_question,
            commands::turns::stop,
        ])
        // Sizes and times are the only wide integers; all stay far below 2^53.
        .dangerously_cast_bigints_to_number()
        .disable_serde_phases()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;
    use crate::COMMAND_NAMES;

    const GENERATED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/ipc/bindings.gen.ts");

    fn generate() -> String {
        let header =
            "// Generated from the Rust types by `npm run gen`. Do not edit.\n// @ts-nocheck";
        let exporter = specta_typescript::Typescript::default().header(header);
        let file = std::env::temp_dir().join(format!(
            "sotto-bindings-{:?}.ts",
            std::thread::current().id()
        ));
        builder().export(exporter, &file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        text
    }

    /// Compares the committed TypeScript with the Rust types; writes it where SOTTO_GENERATE is set.
    #[test]
    fn generated_typescript_is_fresh() {
        let fresh = generate();
        if std::env::var_os("SOTTO_GENERATE").is_some() {
            fs::write(GENERATED, &fresh).unwrap();
        }
        let committed = fs::read_to_string(GENERATED).unwrap_or_default();
        assert!(
            committed == fresh,
            "ui/src/ipc/bindings.gen.ts is stale: run `npm run gen`"
        );
    }

    #[test]
    fn every_command_is_listed_and_allowed_by_a_capability() {
        let generated = generate();
        for name in COMMAND_NAMES {
            assert!(
                generated.contains(&format!("(\"{name}\"")),
                "{name} is listed but does not exist"
            );
        }
        let calls = generated.matches("__TAURI_INVOKE(\"").count();
        assert_eq!(
            calls,
            COMMAND_NAMES.len(),
            "a command is missing in COMMAND_NAMES"
        );

        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("capabilities");
        let mut allowed = BTreeSet::new();
        for file in fs::read_dir(folder).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let capability: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(
                !capability["windows"].to_string().contains('*'),
                "a capability for every window"
            );
            for permission in capability["permissions"].as_array().unwrap() {
                allowed.insert(permission.as_str().unwrap().to_owned());
            }
        }
        let expected: BTreeSet<_> = COMMAND_NAMES
            .iter()
            .map(|name| format!("allow-{}", name.replace('_', "-")))
            .collect();
        assert_eq!(allowed, expected);
    }
}
