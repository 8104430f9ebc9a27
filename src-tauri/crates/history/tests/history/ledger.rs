//! The ledger: what is written stays, what was changed by force is found, and what a program that
//! died left open is ended by the next one.

use sotto_consent::{
    Estimate, ProposalId, Purpose, StartedBy,
    chain::{Damage, Head, Sealed, verify},
    ledger::{Event, PolicyChange, Proposed, RevokeReason, UnknownCause},
};
use sotto_domain::Place;
use sotto_history::History;
use tempfile::TempDir;

use crate::support::*;

fn proposal(number: u64) -> ProposalId {
    ProposalId::new(time(number), [3; 10])
}

fn proposed(number: u64, conversation: u64, messages: &[u64]) -> Event {
    Event::Proposed(Box::new(Proposed {
        proposal: proposal(number),
        replaces: None,
        purpose: Purpose::Answer,
        started_by: StartedBy::Person,
        conversation: Some(conversation_id(conversation)),
        messages: messages.iter().copied().map(message_id).collect(),
        left_out: 0,
        place: Place::Cloud,
        provider: "openai".parse().unwrap(),
        host: "api.example".to_owned(),
        model: Some("large".to_owned()),
        body_bytes: 10,
        request_hash: "ab".repeat(32).parse().unwrap(),
        estimate: Estimate::default(),
    }))
}

/// A ledger of six entries, and the seal that was kept apart.
async fn written() -> (TempDir, History, Head) {
    let (folder, history) = created().await;
    let events = [
        Event::PolicyChanged {
            change: PolicyChange::CloudOn,
        },
        proposed(1, 10, &[11]),
        Event::Shown {
            proposal: proposal(1),
        },
        Event::Consumed {
            proposal: proposal(1),
        },
        Event::Sent {
            proposal: proposal(1),
            status: 200,
        },
        Event::PolicyChanged {
            change: PolicyChange::Blocked,
        },
    ];
    let mut head = Head::default();
    for (event, at) in events.into_iter().zip(1..) {
        let sealed = history.append_to_ledger(time(at), event).await.unwrap();
        head = sealed.head().unwrap();
    }
    assert_eq!(head.length(), 6);
    verify(history.ledger().await.unwrap(), &head).unwrap();
    (folder, history, head)
}

/// Changes the table by force, as whoever has the key and a tool could.
fn tamper(history: &History, sql: &str) {
    let unlocked = format!(
        "DROP TRIGGER ledger_keeps_what_it_says; DROP TRIGGER ledger_keeps_what_it_has; {sql}"
    );
    raw(history.path()).execute_batch(&unlocked).unwrap();
}

#[tokio::test]
async fn the_table_refuses_to_change_or_lose_an_entry() {
    let (_folder, history, head) = written().await;
    let raw = raw(history.path());
    for sql in [
        "UPDATE ledger SET text = '{}' WHERE sequence = 2",
        "UPDATE ledger SET session = 'x'",
        "DELETE FROM ledger WHERE sequence = 6",
        "DELETE FROM ledger",
        "INSERT INTO ledger (sequence, text, hash, session) SELECT 1, text, hash, session FROM ledger",
    ] {
        assert!(raw.execute_batch(sql).is_err(), "{sql}");
    }
    verify(history.ledger().await.unwrap(), &head).unwrap();
}

#[tokio::test]
async fn what_was_done_by_force_is_found() {
    let swap = "UPDATE ledger SET sequence = 99 WHERE sequence = 3;
         UPDATE ledger SET sequence = 3 WHERE sequence = 4;
         UPDATE ledger SET sequence = 4 WHERE sequence = 99;";
    let cases = [
        (
            "UPDATE ledger SET text = replace(text, 'api.example', 'api.another') WHERE sequence = 2",
            Damage::Altered { at: 2 },
        ),
        (
            "DELETE FROM ledger WHERE sequence = 3",
            Damage::OutOfPlace { at: 3, found: 4 },
        ),
        (swap, Damage::OutOfPlace { at: 3, found: 4 }),
        (
            "DELETE FROM ledger WHERE sequence > 4",
            Damage::Truncated { at: 5, length: 6 },
        ),
        ("DELETE FROM ledger", Damage::Truncated { at: 1, length: 6 }),
    ];
    for (sql, damage) in cases {
        let (_folder, history, head) = written().await;
        tamper(&history, sql);
        let found = verify(history.ledger().await.unwrap(), &head);
        assert_eq!(found, Err(damage), "{sql}");
    }
}

/// Whoever cuts the end off and lets the program write on makes a chain that fits together, but
/// not to the seal.
#[tokio::test]
async fn a_ledger_that_went_on_from_a_cut_is_found() {
    let (_folder, history, head) = written().await;
    tamper(&history, "DELETE FROM ledger WHERE sequence > 4");
    for at in 7..9 {
        let event = Event::PolicyChanged {
            change: PolicyChange::CloudOff,
        };
        history.append_to_ledger(time(at), event).await.unwrap();
    }
    let entries: Vec<Sealed> = history.ledger().await.unwrap();
    assert_eq!(entries.len(), 6);
    assert_eq!(verify(entries, &head), Err(Damage::Replaced { at: 6 }));
}

#[tokio::test]
async fn what_left_is_known_message_by_message() {
    let (_folder, history, _) = written().await;
    let write = async |event| history.append_to_ledger(time(20), event).await.unwrap();
    // Asked for and denied: nothing left.
    write(proposed(2, 10, &[12])).await;
    // On its way: it may have left. The first message went twice and is named once.
    write(proposed(3, 10, &[11, 13])).await;
    write(Event::Consumed {
        proposal: proposal(3),
    })
    .await;
    // Another conversation.
    write(proposed(4, 90, &[91])).await;
    write(Event::Consumed {
        proposal: proposal(4),
    })
    .await;
    let left = history.departures(conversation_id(10)).await.unwrap();
    let host = "api.example".to_owned();
    assert_eq!(
        left,
        [(message_id(11), host.clone()), (message_id(13), host)]
    );
}

#[tokio::test]
async fn the_next_start_ends_what_a_dead_program_left_open() {
    let (folder, history, _) = written().await;
    let write = async |event| history.append_to_ledger(time(20), event).await.unwrap();
    write(proposed(2, 10, &[])).await;
    write(Event::Consumed {
        proposal: proposal(2),
    })
    .await;
    write(proposed(3, 10, &[])).await;

    // While it runs, another program leaves its proposals alone.
    let other = History::open(&database(folder.path()), &key())
        .await
        .unwrap();
    assert!(
        other
            .end_abandoned_proposals(time(30))
            .await
            .unwrap()
            .is_empty()
    );

    history.close().await.unwrap();
    let ends = other.end_abandoned_proposals(time(31)).await.unwrap();
    let events: Vec<_> = ends
        .iter()
        .map(|sealed| sealed.entry().unwrap().event)
        .collect();
    assert_eq!(
        events,
        [
            Event::Unknown {
                proposal: proposal(2),
                cause: UnknownCause::ProgramEnded
            },
            Event::Revoked {
                proposal: proposal(3),
                reason: RevokeReason::ProgramEnded
            },
        ]
    );
    let head = ends.last().unwrap().head().unwrap();
    verify(other.ledger().await.unwrap(), &head).unwrap();
    // Once is enough.
    assert!(
        other
            .end_abandoned_proposals(time(32))
            .await
            .unwrap()
            .is_empty()
    );
}
