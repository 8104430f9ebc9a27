//! A window shows its own page and nothing else. The content security policy stops requests, but
//! not `location.href = …` nor a form: those are stopped here. Nor does the chat window ever show
//! the consent window's page, which people learn to trust.

use tauri::{Runtime, Url, plugin::TauriPlugin};

use crate::{consent_window::CONSENT, quick_window::QUICK};

/// Refuses every navigation of a window away from its own page.
pub(crate) fn guard<R: Runtime>() -> TauriPlugin<R> {
    tauri::plugin::Builder::new("navigation-guard")
        .on_navigation(|webview, url| {
            let own = is_own(url, tauri::is_dev()) && is_page_of(webview.label(), url);
            if !own {
                tracing::warn!(scheme = url.scheme(), "a navigation was refused");
            }
            own
        })
        .build()
}

/// Whether an address is one of our pages. `development` also allows Vite's server.
fn is_own(url: &Url, development: bool) -> bool {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "tauri" => host == "localhost",
        // How WebView2 serves a custom scheme; elsewhere that name is a server on this computer.
        "http" | "https" if host == "tauri.localhost" => cfg!(windows) && url.port().is_none(),
        "http" => development && host == "localhost" && url.port() == Some(5173),
        _ => false,
    }
}

/// Whether one of our pages is that of this window.
fn is_page_of(window: &str, url: &Url) -> bool {
    match url.path() {
        "/consent.html" => window == CONSENT,
        "/quick-prompt.html" => window == QUICK,
        "" | "/" | "/index.html" => window != CONSENT && window != QUICK,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_shows_its_own_page() {
        for (url, owner) in [
            ("tauri://localhost", "main"),
            ("tauri://localhost/#x", "main"),
            ("tauri://localhost/index.html", "main"),
            ("tauri://localhost/consent.html?x", CONSENT),
            ("http://tauri.localhost/consent.html", CONSENT),
            ("tauri://localhost/quick-prompt.html#x", QUICK),
            ("tauri://localhost/quick-prompt.html/", ""),
            ("tauri://localhost/assets/index.js", ""),
        ] {
            let address = Url::parse(url).unwrap();
            for window in ["main", CONSENT, QUICK] {
                assert_eq!(
                    is_page_of(window, &address),
                    window == owner,
                    "{window}: {url}"
                );
            }
        }
    }

    #[track_caller]
    fn check(url: &str, released: bool, development: bool) {
        let url = Url::parse(url).unwrap();
        assert_eq!(is_own(&url, false), released, "released: {url}");
        assert_eq!(is_own(&url, true), development, "development: {url}");
    }

    #[test]
    fn only_own_pages_are_shown() {
        check("tauri://localhost/index.html", true, true);
        check("http://tauri.localhost/", cfg!(windows), cfg!(windows));
        check("http://localhost:5173/", false, true);
        check("http://localhost:5174/", false, false);
        check("http://tauri.localhost:8080/", false, false);
        check("tauri://evil/index.html", false, false);
        check("https://example.org/", false, false);
        check("http://tauri.localhost.example.org/", false, false);
        check("file:///etc/passwd", false, false);
        check("data:text/html,hello", false, false);
        check("javascript:alert(1)", false, false);
        check("about:blank", false, false);
    }
}
