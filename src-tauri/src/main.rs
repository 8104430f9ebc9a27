//! The window's program. All it does is in the library, where tests can reach it.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    sotto_desktop::run()
}
