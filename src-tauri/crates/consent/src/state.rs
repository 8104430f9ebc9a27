//! The life of a proposal, as a table. The gate moves proposals only through it, so that a yes that
//! comes too late, twice or from nowhere is an error and not a branch that somebody forgot.

use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;

/// How far a proposal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its bytes are fixed; nobody has seen it.
    Frozen,
    /// The consent window shows it; a yes is not taken yet.
    Shown,
    /// It was in sight long enough: a yes is taken.
    Armed,
    /// The person, or a standing yes, agreed: one permit exists.
    Minted,
    /// The permit is used up; the bytes are about to leave.
    Consumed,
    /// The server answered, with whatever status: the bytes have left.
    Sent,
    /// It failed before a byte of it left.
    Failed,
    /// It may have been sent, and nobody can tell. It is never sent again.
    Unknown,
    /// The person said no, closed the window or did not decide.
    Denied,
    /// The permit was not used in time.
    Expired,
    /// It was taken back: cloud access was blocked, or another proposal took its place.
    Revoked,
}

/// What can happen to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// The window shows it.
    Show,
    /// It was in sight long enough.
    Arm,
    /// Something disturbed the sight of it.
    Disarm,
    /// The person agrees.
    Agree,
    /// A standing yes agrees, without a window.
    AgreeStanding,
    /// The person presses the offer of a file, which showed what it is; without a window.
    AgreeOffer,
    /// The permit is redeemed.
    Consume,
    /// The server answered.
    Send,
    /// Nothing left.
    Fail,
    /// It cannot be told whether anything left.
    LoseSight,
    /// No, or no decision.
    Deny,
    /// The permit's time is over.
    Expire,
    /// It is taken back.
    Revoke,
}

/// A move that the table does not have. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proposal that is {from} cannot {to}")]
pub struct IllegalMove {
    /// The state that stays.
    pub from: State,
    /// What was asked.
    pub to: Move,
}

impl State {
    /// The state after a move.
    ///
    /// | | Frozen | Shown | Armed | Minted | Consumed |
    /// |---|---|---|---|---|---|
    /// | Show | Shown | | | | |
    /// | Arm | | Armed | | | |
    /// | Disarm | | | Shown | | |
    /// | Agree | | | Minted | | |
    /// | `AgreeStanding` | Minted | | | | |
    /// | `AgreeOffer` | Minted | | | | |
    /// | Consume | | | | Consumed | |
    /// | Send | | | | | Sent |
    /// | Fail | | | | | Failed |
    /// | `LoseSight` | | | | | Unknown |
    /// | Deny | Denied | Denied | Denied | | |
    /// | Expire | | | | Expired | |
    /// | Revoke | Revoked | Revoked | Revoked | Revoked | |
    ///
    /// Sent, Failed, Unknown, Denied, Expired and Revoked are ends: no move leads out of them.
    ///
    /// # Errors
    ///
    /// If the table has no such move.
    pub const fn after(self, step: Move) -> Result<Self, IllegalMove> {
        match (self, step) {
            (Self::Frozen, Move::Show) | (Self::Armed, Move::Disarm) => Ok(Self::Shown),
            (Self::Shown, Move::Arm) => Ok(Self::Armed),
            (Self::Armed, Move::Agree) | (Self::Frozen, Move::AgreeStanding | Move::AgreeOffer) => {
                Ok(Self::Minted)
            }
            (Self::Minted, Move::Consume) => Ok(Self::Consumed),
            (Self::Consumed, Move::Send) => Ok(Self::Sent),
            (Self::Consumed, Move::Fail) => Ok(Self::Failed),
            (Self::Consumed, Move::LoseSight) => Ok(Self::Unknown),
            (Self::Frozen | Self::Shown | Self::Armed, Move::Deny) => Ok(Self::Denied),
            (Self::Minted, Move::Expire) => Ok(Self::Expired),
            (Self::Frozen | Self::Shown | Self::Armed | Self::Minted, Move::Revoke) => {
                Ok(Self::Revoked)
            }
            (from, to) => Err(IllegalMove { from, to }),
        }
    }

    /// Whether nothing can happen any more.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(
            self,
            Self::Sent
                | Self::Failed
                | Self::Unknown
                | Self::Denied
                | Self::Expired
                | Self::Revoked
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Frozen => "frozen",
            Self::Shown => "shown",
            Self::Armed => "armed",
            Self::Minted => "agreed to",
            Self::Consumed => "on its way",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "of unknown fate",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Revoked => "taken back",
        })
    }
}

impl fmt::Display for Move {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Show => "be shown",
            Self::Arm => "be armed",
            Self::Disarm => "be disarmed",
            Self::Agree => "be agreed to",
            Self::AgreeStanding => "be agreed to by a standing yes",
            Self::AgreeOffer => "be agreed to as an offer",
            Self::Consume => "be consumed",
            Self::Send => "be sent",
            Self::Fail => "fail",
            Self::LoseSight => "be lost sight of",
            Self::Deny => "be denied",
            Self::Expire => "expire",
            Self::Revoke => "be taken back",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STATES: [State; 11] = [
        State::Frozen,
        State::Shown,
        State::Armed,
        State::Minted,
        State::Consumed,
        State::Sent,
        State::Failed,
        State::Unknown,
        State::Denied,
        State::Expired,
        State::Revoked,
    ];

    const MOVES: [Move; 13] = [
        Move::Show,
        Move::Arm,
        Move::Disarm,
        Move::Agree,
        Move::AgreeStanding,
        Move::AgreeOffer,
        Move::Consume,
        Move::Send,
        Move::Fail,
        Move::LoseSight,
        Move::Deny,
        Move::Expire,
        Move::Revoke,
    ];

    /// The documented table, read from this file: what it says is what happens, and nothing else.
    #[test]
    fn the_table_in_the_documentation_is_the_code() {
        let rows: Vec<Vec<&str>> = include_str!("state.rs")
            .lines()
            .filter_map(|line| line.trim().strip_prefix("/// | "))
            .map(|row| {
                row.trim_end_matches('|')
                    .split('|')
                    .map(str::trim)
                    .collect()
            })
            .collect();
        let columns = rows[0].clone();
        assert_eq!(rows.len(), MOVES.len() + 1);
        for from in STATES {
            let column = columns.iter().position(|name| *name == format!("{from:?}"));
            assert_eq!(
                column.is_none(),
                from.is_end(),
                "{from:?} is an end or a column"
            );
            for step in MOVES {
                let name = format!("{step:?}");
                let row = rows
                    .iter()
                    .find(|row| row[0].trim_matches('`') == name)
                    .unwrap();
                let written = column.map_or("", |column| row[column]);
                match from.after(step) {
                    Ok(to) => assert_eq!(written, format!("{to:?}"), "{from:?} {step:?}"),
                    Err(error) => {
                        assert_eq!(written, "", "{from:?} {step:?}");
                        assert_eq!(error, IllegalMove { from, to: step });
                    }
                }
            }
        }
    }

    proptest! {
        /// Whatever is tried: a proposal is agreed to at most once and consumed at most once, only
        /// in this order, and an end is an end.
        #[test]
        fn no_life_has_two_yeses(script in proptest::collection::vec(0..MOVES.len(), 0..200)) {
            let (mut state, mut agreed, mut consumed) = (State::Frozen, 0, 0);
            for step in script.into_iter().map(|index| MOVES[index]) {
                let Ok(next) = state.after(step) else { continue };
                prop_assert!(!state.is_end());
                agreed += u32::from(next == State::Minted);
                consumed += u32::from(next == State::Consumed);
                prop_assert!(consumed <= agreed);
                state = next;
            }
            prop_assert!(agreed <= 1);
        }
    }
}
