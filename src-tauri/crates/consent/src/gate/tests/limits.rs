//! What may not be asked at all, or not now: the first start, a block, a program that was told no.

use super::*;

#[test]
fn at_the_first_start_the_cloud_is_off_and_a_download_can_be_asked_for() {
    let mut gate = Gate::new(Policy::default());
    let off = ProposeError::Barrier(Barrier::CloudOff);
    for purpose in [Purpose::Answer, Purpose::KeyTest] {
        let draft = Draft {
            purpose,
            ..draft(CLOUD, &["a"])
        };
        assert_eq!(propose(&mut gate, draft, 1, 0), Some(off));
    }
    let fetch = |purpose| Draft {
        purpose,
        parts: Vec::new(),
        body: Vec::new(),
        basis: Basis::None,
        destination: destination("https://models.example/a.gguf", Method::Get),
        ..draft(CLOUD, &["a"])
    };
    assert_eq!(
        propose(&mut gate, fetch(Purpose::ModelList), 2, 0),
        Some(off)
    );
    assert_eq!(propose(&mut gate, fetch(Purpose::Download), 3, 0), None);
}

#[test]
fn a_denied_program_rests_and_falls_silent_and_a_person_does_not() {
    let mut gate = gate();
    let deny = |gate: &mut Gate, number, now| {
        let _ = ask(gate, by_program(1), number, now);
        assert!(gate.deny(id(number), DenyReason::Person, at(now)).is_ok());
    };
    deny(&mut gate, 1, 0);
    let resting = |milliseconds| {
        Some(ProposeError::Restrained(Restrained::Resting {
            milliseconds,
        }))
    };
    assert_eq!(propose(&mut gate, by_program(1), 2, 0), resting(30_000));
    assert_eq!(propose(&mut gate, by_program(1), 2, 29_999), resting(1));
    deny(&mut gate, 2, 30_000);
    deny(&mut gate, 3, 60_000);
    let silenced = Some(ProposeError::Restrained(Restrained::Silenced));
    assert_eq!(propose(&mut gate, by_program(1), 4, 9_000_000), silenced);

    // Another conversation is another matter.
    let _ = ask(&mut gate, by_program(2), 5, 9_000_000);
    assert_eq!(gate.withdraw(id(5)).len(), 2, "no denial");
    let _ = ask(&mut gate, by_program(2), 6, 9_000_000);
    let _ = gate.withdraw(id(6));

    // The person begins: no rest, and the silence is over.
    let person = || Draft {
        started_by: StartedBy::Person,
        ask_anyway: false,
        ..by_program(1)
    };
    let _ = ask(&mut gate, person(), 7, 9_000_000);
    assert!(gate.deny(id(7), DenyReason::Closed, at(9_000_000)).is_ok());
    assert_eq!(
        propose(&mut gate, by_program(1), 8, 9_000_001),
        resting(29_999)
    );
    let _ = ask(&mut gate, person(), 9, 9_000_001);
    let _ = gate.withdraw(id(9));
    let _ = ask(&mut gate, by_program(1), 10, 9_030_000);
}

/// A new conversation each time is no way around a denial.
#[test]
fn conversations_that_a_program_would_begin_rest_together() {
    let mut gate = gate();
    let new = |number| Draft {
        begins_conversation: true,
        ..by_program(number)
    };
    let _ = ask(&mut gate, new(1), 1, 0);
    assert!(gate.deny(id(1), DenyReason::Person, at(0)).is_ok());
    let resting = Some(ProposeError::Restrained(Restrained::Resting {
        milliseconds: 29_999,
    }));
    assert_eq!(propose(&mut gate, new(2), 2, 1), resting);
    // One that is there already has nothing to do with it.
    let _ = ask(&mut gate, by_program(2), 3, 1);
}

#[test]
fn a_yes_ends_a_row_of_denials() {
    let mut gate = gate();
    for round in 0..3_u64 {
        for number in 1..=2_u64 {
            let now = round * 200_000 + number * 30_000;
            let _ = ask(&mut gate, by_program(1), number, now);
            let _ = gate.deny(id(number), DenyReason::NoDecision, at(now));
        }
        let now = round * 200_000 + 90_000;
        let _ = redeem(
            granted(&mut gate, by_program(1), 3, now),
            &mut gate,
            now + 1_000,
        );
        assert!(gate.lost(id(3), UnknownCause::NoAnswer).is_ok());
    }
}

#[test]
fn a_block_cuts_revokes_and_refuses() {
    let mut gate = gate();
    let _ = redeem(
        granted(&mut gate, draft(CLOUD, &["a"]), 1, 0),
        &mut gate,
        1_000,
    );
    let _ = redeem(
        granted(&mut gate, draft(CLOUD, &["a"]), 2, 2_000),
        &mut gate,
        3_000,
    );
    assert!(gate.sent(id(2), 200).is_ok());
    let minted = granted(&mut gate, draft(CLOUD, &["a"]), 3, 4_000);
    let _ = ask(&mut gate, draft(NETWORK, &["a"]), 4, 6_000);
    let reason = RevokeReason::Blocked;
    let change = PolicyChange::Blocked;
    assert_eq!(
        gate.block(),
        [
            Effect::SavePolicy,
            Effect::Cut(id(1)),
            Effect::Cut(id(2)),
            Effect::Close(id(4)),
            record(Event::Revoked {
                proposal: id(3),
                reason
            }),
            record(Event::Revoked {
                proposal: id(4),
                reason
            }),
            record(Event::PolicyChanged { change }),
        ]
    );
    assert!(gate.policy().is_blocked());
    assert_eq!(
        refused(minted, &mut gate, 6_001),
        (WhyRefused::NotValid, vec![])
    );
    let blocked = Some(ProposeError::Barrier(Barrier::Blocked));
    assert_eq!(
        propose(&mut gate, draft(NETWORK, &["a"]), 5, 6_002),
        blocked
    );
    // What was cut reports its end.
    assert!(gate.lost(id(1), UnknownCause::Cut).is_ok());
    assert!(
        gate.received(Received {
            ending: AnswerEnding::Cut,
            ..received(2)
        })
        .is_ok()
    );
    assert_eq!(gate.block(), [], "blocked already");
    assert_eq!(gate.unblock().len(), 2);
    assert_eq!(propose(&mut gate, draft(NETWORK, &["a"]), 5, 6_003), None);
}

#[test]
fn a_block_survives_a_restart() {
    let mut gate = gate();
    let _ = gate.block();
    let kept = serde_json::to_string(gate.policy()).unwrap();
    let mut gate = Gate::new(serde_json::from_str(&kept).unwrap());
    let blocked = Some(ProposeError::Barrier(Barrier::Blocked));
    assert_eq!(propose(&mut gate, draft(CLOUD, &["a"]), 1, 0), blocked);
    assert_eq!(
        serde_json::from_str::<Policy>("{}").unwrap(),
        Policy::default()
    );
}

#[test]
fn the_cloud_turned_off_leaves_your_network_alone() {
    let mut gate = gate();
    let minted = granted(&mut gate, draft(CLOUD, &["a"]), 1, 0);
    let _ = ask(&mut gate, draft(NETWORK, &["a"]), 2, 2_000);
    assert_eq!(gate.turn_cloud_off().len(), 3);
    assert_eq!(refused(minted, &mut gate, 2_001).0, WhyRefused::NotValid);
    assert!(gate.pending().is_some());
}
