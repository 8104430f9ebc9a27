//! When a yes is taken: after the window was in plain sight for a whole second and nobody touched
//! anything. A click that was meant for the window below, a burst of clicks, or a key that is still
//! held cannot become a yes.

use std::collections::BTreeSet;

use crate::time::Monotonic;

/// Milliseconds of undisturbed sight before a yes is taken.
pub const ARM_AFTER_MILLISECONDS: u64 = 1_000;

/// What can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// A key, by any number that is the same for press and release.
    Key(u32),
    /// A button of a pointer, or a touch.
    Button(u8),
}

/// What happened to the consent window, as the core saw it. Unknown counts as no: a window that
/// nobody said to be visible, focused and uncovered never takes a yes. Where the platform cannot
/// tell whether a window is covered, whoever drives it says once that it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowFact {
    /// It can or cannot be seen at all: minimised, on another desktop, behind a locked screen.
    Visible(bool),
    /// It has or lost the focus.
    Focused(bool),
    /// Another window lies over part of it, or no longer does.
    Covered(bool),
    /// It was moved.
    Moved,
    /// It was resized.
    Resized,
    /// Something was pressed.
    Pressed {
        /// What.
        input: Input,
        /// On the Approve button: the pointer is over it, or it has the focus.
        on_approve: bool,
        /// The press began before: the key repeats itself, or the button was down already.
        held: bool,
    },
    /// Something was released.
    Released(Input),
}

/// Watches one proposal in its window.
#[derive(Debug, Clone)]
pub(crate) struct Arming {
    shown: bool,
    visible: bool,
    focused: bool,
    uncovered: bool,
    /// What is down now.
    down: BTreeSet<Input>,
    /// Of these, the press of Approve that began while armed: it may become the yes.
    answering: Option<Input>,
    /// Since when all is well and nothing happened.
    quiet_since: Option<Monotonic>,
    armed: bool,
}

impl Arming {
    /// Nothing is known of the window yet.
    pub(crate) const fn new() -> Self {
        Self {
            shown: false,
            visible: false,
            focused: false,
            uncovered: false,
            down: BTreeSet::new(),
            answering: None,
            quiet_since: None,
            armed: false,
        }
    }

    /// The same window, about to show another proposal.
    pub(crate) fn for_next(&self) -> Self {
        Self {
            shown: false,
            answering: None,
            quiet_since: None,
            armed: false,
            ..self.clone()
        }
    }

    pub(crate) const fn is_armed(&self) -> bool {
        self.armed
    }

    /// When it will be armed if nothing happens.
    pub(crate) fn due(&self) -> Option<Monotonic> {
        self.quiet_since
            .filter(|_| !self.armed)
            .map(|since| since.plus(ARM_AFTER_MILLISECONDS))
    }

    /// The window shows the proposal now.
    pub(crate) fn shown(&mut self, now: Monotonic) {
        self.shown = true;
        self.restart(now);
    }

    /// Begins the second anew.
    pub(crate) fn restart(&mut self, now: Monotonic) {
        self.armed = false;
        self.answering = None;
        let well =
            self.shown && self.visible && self.focused && self.uncovered && self.down.is_empty();
        self.quiet_since = well.then_some(now);
    }

    /// Time passed: arms if the second is over.
    pub(crate) fn tick(&mut self, now: Monotonic) {
        let quiet = self
            .quiet_since
            .and_then(|since| now.milliseconds_since(since));
        self.armed |= quiet.is_some_and(|quiet| quiet >= ARM_AFTER_MILLISECONDS);
    }

    /// Takes a fact. All but two begin the second anew: a press of Approve while armed, and the
    /// release of that press.
    pub(crate) fn step(&mut self, fact: WindowFact, now: Monotonic) {
        match fact {
            WindowFact::Visible(visible) => {
                if std::mem::replace(&mut self.visible, visible) == visible {
                    return;
                }
            }
            WindowFact::Focused(focused) => {
                if std::mem::replace(&mut self.focused, focused) == focused {
                    return;
                }
                // What is released while another window has the focus is not seen here. What is
                // still held says so by repeating itself.
                self.down.clear();
            }
            WindowFact::Covered(covered) => {
                if std::mem::replace(&mut self.uncovered, !covered) != covered {
                    return;
                }
            }
            WindowFact::Moved | WindowFact::Resized => {}
            WindowFact::Pressed {
                input,
                on_approve,
                held,
            } => {
                let repeats_the_answer = held && on_approve && self.answering == Some(input);
                let answers = self.armed && on_approve && !held && self.answering.is_none();
                self.down.insert(input);
                if answers {
                    self.answering = Some(input);
                }
                if answers || repeats_the_answer {
                    return;
                }
            }
            WindowFact::Released(input) => {
                self.down.remove(&input);
                if self.answering == Some(input) {
                    self.answering = None;
                    return;
                }
            }
        }
        self.restart(now);
    }
}

#[cfg(test)]
mod tests;
