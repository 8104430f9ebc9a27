//! Keys as the desktop's portal is asked for them: the "shortcuts" specification of freedesktop.org,
//! `CTRL+SHIFT+space`. Its keys have the names of xkbcommon, ours are the places of the W3C.

use sotto_api::view::shortcut::Keys;

/// The keys as a preferred trigger; `None` for a key whose name there depends on the keyboard.
pub(super) fn of(keys: &Keys) -> Option<String> {
    let held = [
        (keys.control, "CTRL"),
        (keys.alt, "ALT"),
        (keys.shift, "SHIFT"),
        (keys.logo, "LOGO"),
    ];
    let held = held.into_iter().filter(|(held, _)| *held);
    let mut words: Vec<_> = held.map(|(_, word)| word.to_owned()).collect();
    words.push(name(&keys.code)?);
    Some(words.join("+"))
}

fn name(code: &str) -> Option<String> {
    let short = ["Key", "Digit", "Arrow"].iter();
    let short = short.filter_map(|kind| code.strip_prefix(kind)).next();
    let name = match code {
        "Enter" => "Return",
        "Backspace" => "BackSpace",
        "PageUp" => "Page_Up",
        "PageDown" => "Page_Down",
        "PrintScreen" => "Print",
        "Space" | "Minus" | "Equal" | "BracketLeft" | "BracketRight" | "Backslash"
        | "Semicolon" | "Comma" | "Period" | "Slash" => return Some(code.to_lowercase()),
        "Quote" => "apostrophe",
        "Backquote" => "grave",
        "Tab" | "Insert" | "Delete" | "Home" | "End" | "Escape" => code,
        _ if code.starts_with("Key") => return short.map(str::to_lowercase),
        _ if code.starts_with('F') && code[1..].parse::<u8>().is_ok() => code,
        _ => short?,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_names_of_xkbcommon() {
        for (code, expected) in [
            ("Space", Some("CTRL+SHIFT+space")),
            ("KeyJ", Some("CTRL+SHIFT+j")),
            ("Digit1", Some("CTRL+SHIFT+1")),
            ("ArrowUp", Some("CTRL+SHIFT+Up")),
            ("F12", Some("CTRL+SHIFT+F12")),
            ("BracketLeft", Some("CTRL+SHIFT+bracketleft")),
            ("IntlBackslash", None),
            ("Numpad1", None),
        ] {
            let keys = Keys {
                control: true,
                alt: false,
                shift: true,
                logo: false,
                code: code.to_owned(),
            };
            assert_eq!(of(&keys).as_deref(), expected);
        }
    }
}
