//! The keys of the shortcuts: which ones a person chose, and which can be chosen at all. How they are
//! had from the system is the host's business.

use std::str::FromStr;

use keycode::{KeyMap, KeyMappingCode};
use serde::{Deserialize, Serialize};

use crate::{
    error::{ApiError, ErrorCode},
    sotto::Sotto,
    view::shortcut::{Keys, ShortcutChoice, ShortcutName},
};

/// The setting that keeps what was chosen.
const SHORTCUTS: &str = "shortcuts";

/// What a person chose for each shortcut. Kept with the history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShortcutChoices {
    quick_prompt: ShortcutChoice,
    quick_prompt_with_clipboard: ShortcutChoice,
}

impl ShortcutName {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::QuickPrompt, Self::QuickPromptWithClipboard];

    /// What it does, in a few words.
    #[must_use]
    pub const fn does(self) -> &'static str {
        match self {
            Self::QuickPrompt => "Open the quick prompt",
            Self::QuickPromptWithClipboard => "Open the quick prompt with the clipboard",
        }
    }

    /// The command that does the same.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self {
            Self::QuickPrompt => "sotto quick",
            Self::QuickPromptWithClipboard => "sotto quick --clipboard",
        }
    }

    /// The keys that Sotto comes with.
    fn default_keys(self) -> Keys {
        Keys {
            control: true,
            alt: self == Self::QuickPromptWithClipboard,
            shift: true,
            logo: false,
            code: "Space".to_owned(),
        }
    }
}

impl ShortcutChoices {
    /// What was chosen for one.
    #[must_use]
    pub const fn of(&self, name: ShortcutName) -> &ShortcutChoice {
        match name {
            ShortcutName::QuickPrompt => &self.quick_prompt,
            ShortcutName::QuickPromptWithClipboard => &self.quick_prompt_with_clipboard,
        }
    }

    /// The keys of one; `None` where it is off.
    #[must_use]
    pub fn keys(&self, name: ShortcutName) -> Option<Keys> {
        match self.of(name) {
            ShortcutChoice::Default => Some(name.default_keys()),
            ShortcutChoice::Off => None,
            ShortcutChoice::Keys { keys } => Some(keys.clone()),
        }
    }

    /// The same with another choice for one.
    ///
    /// # Errors
    /// Where these keys cannot be a shortcut, or are the other one's.
    pub fn with(&self, name: ShortcutName, choice: ShortcutChoice) -> Result<Self, ApiError> {
        if let ShortcutChoice::Keys { keys } = &choice {
            keys.check()?;
        }
        let mut changed = self.clone();
        *match name {
            ShortcutName::QuickPrompt => &mut changed.quick_prompt,
            ShortcutName::QuickPromptWithClipboard => &mut changed.quick_prompt_with_clipboard,
        } = choice;
        if let Some(keys) = changed.keys(name) {
            let others = ShortcutName::ALL.into_iter().filter(|other| *other != name);
            for other in others {
                if changed.keys(other).as_ref() == Some(&keys) {
                    let does = lower(other.does());
                    return refused(format!(
                        "{} is taken already: it is there to {does}.",
                        keys.words()
                    ));
                }
            }
        }
        Ok(changed)
    }
}

impl Keys {
    /// The combination for people, as it is called on a keyboard of the United States.
    #[must_use]
    pub fn words(&self) -> String {
        self.words_with(&key_words(&self.code))
    }

    /// The combination for people, where something else is written on the key.
    #[must_use]
    pub fn words_with(&self, key: &str) -> String {
        let logo = if cfg!(target_os = "macos") {
            "Cmd"
        } else if cfg!(target_os = "windows") {
            "Win"
        } else {
            "Super"
        };
        let held = [
            (self.control, "Ctrl"),
            (self.alt, "Alt"),
            (self.shift, "Shift"),
            (self.logo, logo),
        ];
        let held = held.into_iter().filter(|(held, _)| *held);
        let mut words: Vec<_> = held.map(|(_, word)| word).collect();
        words.push(key);
        words.join("+")
    }

    /// Whether this can be a shortcut of the whole system.
    fn check(&self) -> Result<(), ApiError> {
        let Ok(code) = KeyMappingCode::from_str(&self.code) else {
            return refused(format!("“{}” is no key that Sotto knows.", self.code));
        };
        if KeyMap::from(code).modifier.is_some() {
            return refused("Press another key while you hold this one.".to_owned());
        }
        if !(self.control || self.alt || self.logo || is_function_key(&self.code)) {
            return refused(format!(
                "{} alone is what people type. Hold Ctrl, Alt or Super with it, or take a function key.",
                self.words()
            ));
        }
        Ok(())
    }
}

impl Sotto {
    /// What the person chose for the shortcuts.
    ///
    /// # Errors
    /// Where the history, which keeps it, is not open.
    pub async fn shortcut_choices(&self) -> Result<ShortcutChoices, ApiError> {
        let history = self.inner.history.get().await?;
        Ok(history.setting(SHORTCUTS).await?.unwrap_or_default())
    }

    /// Keeps what the person chose.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub async fn keep_shortcut_choices(&self, choices: &ShortcutChoices) -> Result<(), ApiError> {
        let history = self.inner.history.get().await?;
        Ok(history.set_setting(SHORTCUTS, choices).await?)
    }
}

fn is_function_key(code: &str) -> bool {
    let number = code.strip_prefix('F');
    number.is_some_and(|number| number.parse::<u8>().is_ok())
}

/// What is written on a key: `A` for `KeyA`, `Up` for `ArrowUp`.
fn key_words(code: &str) -> String {
    if let Some(digit) = code.strip_prefix("Numpad") {
        return format!("Numpad {digit}");
    }
    let short = ["Key", "Digit", "Arrow"];
    let short = short.iter().find_map(|kind| code.strip_prefix(kind));
    short.unwrap_or(code).to_owned()
}

fn lower(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

fn refused<T>(message: String) -> Result<T, ApiError> {
    Err(ApiError::new(ErrorCode::Other, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Control+Shift+KeyA`, as a test writes it.
    fn keys(words: &str) -> Keys {
        let mut held: Vec<_> = words.split('+').collect();
        let code = held.pop().unwrap().to_owned();
        Keys {
            control: held.contains(&"Control"),
            alt: held.contains(&"Alt"),
            shift: held.contains(&"Shift"),
            logo: held.contains(&"Logo"),
            code,
        }
    }

    fn choose(words: &str) -> Result<ShortcutChoices, ApiError> {
        let keys = keys(words);
        ShortcutChoices::default().with(ShortcutName::QuickPrompt, ShortcutChoice::Keys { keys })
    }

    #[track_caller]
    fn check_refused(words: &str, reason: &str) {
        let message = choose(words).unwrap_err().message;
        assert!(message.contains(reason), "{words}: {message}");
    }

    #[test]
    fn a_shortcut_needs_a_key_that_nobody_types_with() {
        for words in [
            "Control+KeyA",
            "Alt+Shift+Slash",
            "Logo+Digit1",
            "F9",
            "Shift+F12",
        ] {
            choose(words).unwrap();
        }
        check_refused("KeyA", "A alone is what people type");
        check_refused("Shift+Digit1", "Shift+1 alone is what people type");
        check_refused("Fn", "alone");
        check_refused("Control+ShiftLeft", "another key");
        check_refused("Control+Nonsense", "no key");
        check_refused("Control+", "no key");
    }

    #[test]
    fn two_shortcuts_have_two_keys() {
        let (quick, clipboard) = (
            ShortcutName::QuickPrompt,
            ShortcutName::QuickPromptWithClipboard,
        );
        check_refused(
            "Control+Alt+Shift+Space",
            "open the quick prompt with the clipboard",
        );
        let moved = choose("Control+KeyJ").unwrap();
        let default = keys("Control+Shift+Space");
        let choice = ShortcutChoice::Keys {
            keys: default.clone(),
        };
        let both = moved.with(clipboard, choice).unwrap();
        assert_eq!(both.keys(clipboard), Some(default));
        assert!(both.with(quick, ShortcutChoice::Default).is_err());
        let off = both.with(clipboard, ShortcutChoice::Off).unwrap();
        assert_eq!(off.keys(clipboard), None);
        off.with(quick, ShortcutChoice::Default).unwrap();
    }

    #[test]
    fn keys_are_named_for_people() {
        for (code, words) in [
            ("Control+Shift+Space", "Ctrl+Shift+Space"),
            ("Control+Alt+KeyQ", "Ctrl+Alt+Q"),
            ("Alt+ArrowUp", "Alt+Up"),
            ("Alt+Numpad1", "Alt+Numpad 1"),
            ("F5", "F5"),
        ] {
            assert_eq!(keys(code).words(), words);
        }
        assert_eq!(keys("Control+KeyQ").words_with("A"), "Ctrl+A");
    }

    #[test]
    fn what_was_kept_by_an_older_sotto_is_read() {
        let none: ShortcutChoices = serde_json::from_str("{}").unwrap();
        assert_eq!(none, ShortcutChoices::default());
    }
}
