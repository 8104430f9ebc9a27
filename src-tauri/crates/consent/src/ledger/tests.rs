//! What a start finds unfinished, what an entry may hold, and that every kind is read back.

use super::*;
use crate::{
    chain::Head,
    hash::KeyedHash,
    testing::{CLOUD, draft, gate, granted, id, key},
};

fn entries(events: Vec<Event>) -> Vec<Entry> {
    let number = |(event, sequence)| Entry {
        sequence,
        at: Timestamp::default(),
        event,
    };
    events.into_iter().zip(1..).map(number).collect()
}

/// A proposal's entry, as the gate writes it.
fn proposed(number: u64) -> Event {
    let mut gate = gate();
    let granted = granted(
        &mut gate,
        draft(CLOUD, &["my diary", "key sk-123"]),
        number,
        0,
    );
    Event::proposed(&granted.proposal, None, key())
}

fn unknown(number: u64) -> Event {
    Event::Unknown {
        proposal: id(number),
        cause: UnknownCause::ProgramEnded,
    }
}

fn revoked(number: u64) -> Event {
    Event::Revoked {
        proposal: id(number),
        reason: RevokeReason::ProgramEnded,
    }
}

#[track_caller]
fn check(events: Vec<Event>, expected: &[Event]) {
    let mut entries = entries(events.clone());
    assert_eq!(unfinished(&entries, |_| false), expected);
    assert_eq!(unfinished(&entries, |_| true), [], "another program's");
    // Once written, nothing is found any more: nothing is closed twice.
    entries.extend(self::entries(expected.to_vec()));
    assert_eq!(unfinished(&entries, |_| false), []);
}

#[test]
fn a_crash_leaves_may_have_been_sent() {
    let proposal = id(1);
    let consumed = || Event::Consumed { proposal };
    check(vec![], &[]);
    check(vec![proposed(1), consumed()], &[unknown(1)]);
    check(vec![consumed()], &[unknown(1)]);
    check(
        vec![
            proposed(1),
            consumed(),
            Event::Sent {
                proposal,
                status: 200,
            },
        ],
        &[],
    );
    let reason = FailReason::Offline;
    check(
        vec![proposed(1), consumed(), Event::Failed { proposal, reason }],
        &[],
    );
}

#[test]
fn what_was_waiting_is_taken_back() {
    let proposal = id(2);
    let by = Yes::Person;
    check(vec![proposed(1), proposed(2)], &[revoked(1), revoked(2)]);
    check(
        vec![
            proposed(2),
            Event::Shown { proposal },
            Event::Approved { proposal, by },
        ],
        &[revoked(2)],
    );
    check(vec![proposed(2), Event::Expired { proposal }], &[]);
    check(
        vec![
            proposed(2),
            Event::Denied {
                proposal,
                reason: DenyReason::Closed,
            },
        ],
        &[],
    );
    let mixed = vec![
        proposed(1),
        proposed(2),
        Event::Consumed { proposal },
        proposed(3),
        Event::Revoked {
            proposal: id(3),
            reason: RevokeReason::Replaced,
        },
    ];
    check(mixed, &[revoked(1), unknown(2)]);
}

#[test]
fn an_entry_holds_no_word_and_no_key() {
    let Event::Proposed(entry) = proposed(1) else {
        panic!("not proposed")
    };
    let body_bytes = draft(CLOUD, &["my diary", "key sk-123"]).body.len() as u64;
    assert_eq!(
        (entry.body_bytes, entry.left_out, entry.messages.len()),
        (body_bytes, 0, 2)
    );
    let text = serde_json::to_string(&entry).unwrap();
    for secret in ["diary", "sk-123", "v1/chat"] {
        assert!(!text.contains(secret), "{text}");
    }
    let mut gate = gate();
    let digest = granted(&mut gate, draft(CLOUD, &["my diary", "key sk-123"]), 1, 0)
        .proposal
        .request()
        .digest();
    assert!(
        !text.contains(&digest.to_string()),
        "a hash without a key can be guessed"
    );
    assert_ne!(
        entry.request_hash,
        KeyedHash::of_request(crate::LedgerKey::new(&[8; 32]), &digest)
    );
}

#[test]
fn every_kind_is_read_back() {
    let proposal = id(1);
    let server = "http://10.0.0.2:8080".parse::<Server>().unwrap();
    let kinds = vec![
        proposed(1),
        Event::Shown { proposal },
        Event::Approved {
            proposal,
            by: Yes::Standing,
        },
        Event::Approved {
            proposal,
            by: Yes::Offer,
        },
        Event::Denied {
            proposal,
            reason: DenyReason::NoDecision,
        },
        Event::Expired { proposal },
        Event::Revoked {
            proposal,
            reason: RevokeReason::BytesChanged,
        },
        Event::Consumed { proposal },
        Event::Sent {
            proposal,
            status: 429,
        },
        Event::Received(Received {
            proposal,
            ending: AnswerEnding::Broken,
            body_bytes: 3,
            answer_hash: KeyedHash::of_answer(key(), b"abc"),
            request_tokens: Some(1),
            answer_tokens: None,
            cost: Some(NanoDollars(150)),
        }),
        Event::Failed {
            proposal,
            reason: FailReason::Encryption,
        },
        unknown(1),
        Event::Connected(Connection {
            proposal,
            host: "cdn.example".into(),
            sent_bytes: 0,
            received_bytes: 1 << 40,
            succeeded: true,
        }),
        Event::PolicyChanged {
            change: PolicyChange::StandingYes { server },
        },
        Event::PolicyChanged {
            change: PolicyChange::CloudOff,
        },
    ];
    for event in kinds {
        let sealed = Head::default()
            .seal(Timestamp::default(), event.clone())
            .unwrap();
        assert_eq!(sealed.entry().unwrap().event, event, "{}", sealed.text());
        let about_a_proposal = !matches!(event, Event::PolicyChanged { .. });
        assert_eq!(event.proposal(), about_a_proposal.then_some(proposal));
    }
}
