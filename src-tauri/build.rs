//! Tells Tauri which commands are ours. Without this list every window could call every command.

include!("src/command_names.rs");

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMAND_NAMES);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        // A build script speaks to the person who builds; there is nobody to return an error to.
        panic!("{error:#}");
    }
}
