//! The ledger for people: one row for each request with what became of it, and totals by month.

use std::collections::{BTreeMap, HashMap};

use jiff::{Timestamp as Moment, tz::TimeZone};
use sotto_consent::{
    NanoDollars, ProposalId, ProviderId, Purpose,
    chain::Sealed,
    ledger::{
        AnswerEnding, DenyReason, Entry, Event, FailReason, PolicyChange, Proposed, RevokeReason,
        UnknownCause, Yes,
    },
};
use sotto_domain::{ConversationId, Timestamp};

use crate::view::cloud::{LedgerRequest, LedgerRow, LedgerState, MonthTotal};

/// Rows, the newest first. Entries that only a newer Sotto understands are left out; the check of the
/// chain counts them.
pub(crate) fn rows(entries: &[Sealed], titles: &HashMap<ConversationId, String>) -> Vec<LedgerRow> {
    let mut rows: Vec<LedgerRow> = Vec::new();
    let mut places: HashMap<ProposalId, usize> = HashMap::new();
    for entry in entries.iter().filter_map(|sealed| sealed.entry().ok()) {
        match &entry.event {
            Event::Proposed(proposed) => {
                places.insert(proposed.proposal, rows.len());
                rows.push(LedgerRow::Request(Box::new(request(
                    &entry, proposed, titles,
                ))));
            }
            Event::Connected(connection) => rows.push(LedgerRow::Connection {
                at: entry.at,
                host: connection.host.clone(),
                received_bytes: connection.received_bytes,
                succeeded: connection.succeeded,
            }),
            Event::PolicyChanged { change } => rows.push(LedgerRow::Change {
                at: entry.at,
                text: change_in_words(change),
            }),
            event => {
                let place = event.proposal().and_then(|proposal| places.get(&proposal));
                if let Some(LedgerRow::Request(request)) =
                    place.and_then(|place| rows.get_mut(*place))
                {
                    became(request, event);
                }
            }
        }
    }
    // A change in the window makes a new request in place of the old one: that one is no news.
    rows.retain(|row| !matches!(row, LedgerRow::Request(request) if request.trouble == REPLACED));
    rows.reverse();
    rows
}

const REPLACED: &str = "replaced by a changed request";

fn request(
    entry: &Entry,
    proposed: &Proposed,
    titles: &HashMap<ConversationId, String>,
) -> LedgerRequest {
    let conversation = proposed.conversation;
    LedgerRequest {
        at: entry.at,
        purpose: proposed.purpose,
        place: proposed.place,
        provider: proposed.provider.clone(),
        host: proposed.host.clone(),
        model: proposed.model.clone(),
        conversation,
        conversation_title: conversation
            .and_then(|id| titles.get(&id).cloned())
            .unwrap_or_default(),
        state: LedgerState::Waiting,
        standing: false,
        parts: u32::try_from(proposed.messages.len()).unwrap_or(u32::MAX),
        left_out: proposed.left_out,
        body_bytes: proposed.body_bytes,
        status: None,
        received_bytes: 0,
        tokens: None,
        cost: None,
        trouble: String::new(),
    }
}

/// What a later entry says of a request.
fn became(request: &mut LedgerRequest, event: &Event) {
    let mut ended = |state, trouble: &str| {
        request.state = state;
        trouble.clone_into(&mut request.trouble);
    };
    match event {
        Event::Approved { by, .. } => request.standing = *by == Yes::Standing,
        Event::Consumed { .. } => request.state = LedgerState::OnItsWay,
        Event::Denied { reason, .. } => ended(
            LedgerState::Denied,
            match reason {
                DenyReason::Person | DenyReason::Closed => "",
                DenyReason::NoDecision => "not decided within two minutes",
            },
        ),
        Event::Expired { .. } => ended(LedgerState::Revoked, "not used within 30 seconds"),
        Event::Revoked { reason, .. } => ended(LedgerState::Revoked, revoked(*reason)),
        Event::Failed { reason, .. } => ended(LedgerState::Failed, failed(*reason)),
        Event::Unknown { cause, .. } => ended(LedgerState::MayHaveBeenSent, unknown(*cause)),
        Event::Sent { status, .. } => {
            request.state = LedgerState::Sent;
            request.status = Some(*status);
            // A hub that sends a fetch on to where its files are answers so.
            let sent_on = !request.purpose.asks_model() && (300..400).contains(status);
            if !(200..300).contains(status) && !sent_on {
                request.trouble = format!("refused with status {status}");
            }
        }
        Event::Received(received) => {
            request.received_bytes = received.body_bytes;
            request.cost = received.cost;
            request.tokens = match (received.request_tokens, received.answer_tokens) {
                (None, None) => None,
                (asked, said) => Some(u64::from(asked.unwrap_or(0)) + u64::from(said.unwrap_or(0))),
            };
            if request.trouble.is_empty() {
                broken(received.ending).clone_into(&mut request.trouble);
            }
        }
        Event::Shown { .. }
        | Event::Proposed(_)
        | Event::Connected(_)
        | Event::PolicyChanged { .. } => {}
    }
}

const fn revoked(reason: RevokeReason) -> &'static str {
    match reason {
        RevokeReason::Blocked => "the cloud was blocked",
        RevokeReason::Replaced => REPLACED,
        RevokeReason::Withdrawn => "taken back",
        RevokeReason::ConversationChanged => "the conversation was changed",
        RevokeReason::StandingYesWithdrawn => "the standing yes was taken back",
        RevokeReason::BytesChanged => "not the bytes that were agreed to",
        RevokeReason::ProgramEnded => "Sotto ended before",
    }
}

const fn failed(reason: FailReason) -> &'static str {
    match reason {
        FailReason::LedgerNotWritten => "the ledger could not be written",
        FailReason::NoKey => "no key",
        FailReason::Offline => "no network",
        FailReason::Name => "the name led nowhere, or elsewhere",
        FailReason::Connection => "no connection",
        FailReason::Encryption => "no proof of who answers",
        FailReason::Cut => "stopped",
        FailReason::Other => "failed",
    }
}

const fn unknown(cause: UnknownCause) -> &'static str {
    match cause {
        UnknownCause::ConnectionLost => "the connection broke",
        UnknownCause::NoAnswer => "no answer came",
        UnknownCause::Cut => "stopped while it was sent",
        UnknownCause::ProgramEnded => "Sotto ended meanwhile",
    }
}

const fn broken(ending: AnswerEnding) -> &'static str {
    match ending {
        AnswerEnding::Complete => "",
        AnswerEnding::Cut => "stopped",
        AnswerEnding::Broken => "the answer broke off",
        AnswerEnding::Malformed => "the answer was not understood",
        AnswerEnding::TooLarge => "the answer was too large",
    }
}

fn change_in_words(change: &PolicyChange) -> String {
    match change {
        PolicyChange::Blocked => "Everything was blocked.".to_owned(),
        PolicyChange::Unblocked => "The block was taken back.".to_owned(),
        PolicyChange::CloudOn => "Cloud models were turned on.".to_owned(),
        PolicyChange::CloudOff => "Cloud models were turned off.".to_owned(),
        PolicyChange::StandingYes { server } => {
            format!("You agreed that {server} is asked without a question.")
        }
        PolicyChange::StandingYesWithdrawn { server } => {
            format!("{server} is asked only with a question again.")
        }
    }
}

/// Totals of what left, or may have, by month of this computer's calendar and provider; the newest
/// first.
pub(crate) fn months(rows: &[LedgerRow], zone: &TimeZone) -> Vec<MonthTotal> {
    let mut totals: BTreeMap<(String, ProviderId), MonthTotal> = BTreeMap::new();
    for row in rows {
        let LedgerRow::Request(request) = row else {
            continue;
        };
        if !matches!(
            request.state,
            LedgerState::Sent | LedgerState::MayHaveBeenSent | LedgerState::OnItsWay
        ) {
            continue;
        }
        let month = month_of(request.at, zone);
        let total = totals
            .entry((month.clone(), request.provider.clone()))
            .or_insert_with(|| MonthTotal {
                month,
                provider: request.provider.clone(),
                requests: 0,
                sent_bytes: 0,
                tokens: 0,
                cost: NanoDollars(0),
                unknown_cost: 0,
            });
        total.requests += 1;
        total.sent_bytes += request.body_bytes;
        total.tokens += request.tokens.unwrap_or(0);
        match request.cost {
            Some(cost) => total.cost.0 += cost.0,
            // Asking which models there are costs nothing anywhere.
            // Nor does being refused.
            None if request.purpose != Purpose::Answer
                || request.status.is_some_and(|status| status >= 400) => {}
            None => total.unknown_cost += 1,
        }
    }
    totals.into_values().rev().collect()
}

fn month_of(at: Timestamp, zone: &TimeZone) -> String {
    let milliseconds = i64::try_from(at.as_milliseconds()).unwrap_or(i64::MAX);
    Moment::from_millisecond(milliseconds).map_or_else(
        |_| "unknown".to_owned(),
        |moment| moment.to_zoned(zone.clone()).strftime("%Y-%m").to_string(),
    )
}
