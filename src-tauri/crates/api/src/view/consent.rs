//! What crosses to the consent window, and back.

use serde::{Deserialize, Serialize};
use sotto_consent::{Destination, Digest, Estimate, PartId, ProposalId, Purpose};
use sotto_domain::Role;
use sotto_redaction::{Certainty, Kind};
use specta::Type;

use super::cloud::Retention;

/// Everything that the consent window shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConsentView {
    /// Its name; the decision repeats it.
    pub proposal: ProposalId,
    /// The hash of what would leave; the decision repeats it.
    pub digest: Digest,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it would go.
    pub destination: Destination,
    /// The provider's name for people.
    pub provider_title: String,
    /// What would be sent, in order; what is left out stays in its place.
    pub parts: Vec<ConsentPart>,
    /// The provider's key goes along.
    pub with_key: bool,
    /// Bytes of the request's body.
    pub body_bytes: u64,
    /// Tokens as a range, and the most that it can cost.
    pub estimate: Estimate,
    /// Date of the prices, for example `2026-10-31`.
    pub prices_as_of: String,
    /// What the provider says about retention; `None`: unknown.
    pub retention: Option<Retention>,
    /// What the scan cannot find, in plain sentences.
    pub cannot_find: String,
    /// A standing yes can be given to this server; never for the cloud.
    pub standing_possible: bool,
    /// Milliseconds until no decision counts as no.
    pub decide_within_milliseconds: u64,
}

/// One part of what would be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConsentPart {
    /// Its name.
    pub id: PartId,
    /// In whose name it is said.
    pub role: Role,
    /// It stays here.
    pub left_out: bool,
    /// Its exact text, cut where something looks confidential. Joined, it is what would be sent.
    pub pieces: Vec<ConsentPiece>,
}

/// A stretch of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConsentPiece {
    /// The exact text as it would be sent: the placeholder, where one stands.
    pub text: String,
    /// Why it looks confidential; `None` for ordinary text.
    pub finding: Option<ConsentFinding>,
}

/// Something that looks confidential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConsentFinding {
    /// Its number within the request; the same in every change of it.
    pub number: u32,
    /// What it looks like.
    pub kind: Kind,
    /// The same for people, more exactly: "GitHub token".
    pub name: String,
    /// How sure that is.
    pub certainty: Certainty,
    /// A placeholder stands in its place.
    pub replaced: bool,
}

/// The whole of what the person changed so far, not the last click.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConsentChange {
    /// Parts that stay here.
    pub leave_out: Vec<PartId>,
    /// Findings that become placeholders, by number.
    pub replace: Vec<u32>,
}

/// The person's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConsentDecision {
    /// What was shown.
    pub proposal: ProposalId,
    /// The hash of what was shown.
    pub digest: Digest,
    /// Yes or no.
    pub yes: bool,
    /// Do not ask again for this server of the person's network.
    pub standing: bool,
}

/// Where the Approve button is and what has the focus. Lengths are parts of the page's width and
/// height, because one of a page's pixels is more than one of the system's where text is enlarged.
/// The core uses it to tell a press of the button from any other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Type)]
pub struct ApproveButton {
    /// From the left edge, 0 to 1.
    pub x: f64,
    /// From the upper edge, 0 to 1.
    pub y: f64,
    /// Width, 0 to 1.
    pub width: f64,
    /// Height, 0 to 1.
    pub height: f64,
    /// It has the keyboard's focus.
    pub focused: bool,
}

/// What the core tells the consent window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum ConsentEvent {
    /// Show this, with Approve disabled and the focus on Deny.
    Show {
        /// What.
        request: Box<ConsentView>,
    },
    /// Approve can be pressed, or not.
    Approve {
        /// Of which request.
        proposal: ProposalId,
        /// Whether a yes is taken now.
        enabled: bool,
    },
    /// It is over; the window closes.
    Close,
}
