//! What a permit is good for: these bytes, this gate, half a minute, once, and recorded first.

use super::*;

#[test]
fn nothing_is_cleared_before_the_right_entry_is_written() {
    let mut gate = gate();
    for (number, event) in [
        (1, Event::Shown { proposal: id(1) }),
        (2, Event::Consumed { proposal: id(9) }),
    ] {
        let granted = granted(&mut gate, draft(CLOUD, &["a b"]), number, number * 10_000);
        let redeemed = redeem(granted, &mut gate, number * 10_000 + 1_500);
        let other = Head::default()
            .seal(sotto_domain::Timestamp::default(), event)
            .unwrap();
        assert!(redeemed.recorded(&other).is_err());
        assert!(
            gate.failed(id(number), FailReason::LedgerNotWritten)
                .is_ok()
        );
    }
}

#[test]
fn a_permit_lives_thirty_seconds() {
    let expired = record(Event::Expired { proposal: id(1) });
    let granted_at_1000 = |gate: &mut Gate| granted(gate, draft(CLOUD, &["a"]), 1, 0);
    let mut gate = gate();
    let granted = granted_at_1000(&mut gate);
    assert_eq!(gate.next_tick(), Some(at(31_000)));
    let _ = redeem(granted, &mut gate, 30_999);
    assert!(gate.failed(id(1), FailReason::Offline).is_ok());

    let granted = granted_at_1000(&mut gate);
    assert_eq!(
        refused(granted, &mut gate, 31_000),
        (WhyRefused::Expired, vec![expired.clone()])
    );
    assert_eq!(gate.tick(at(31_000)), [], "recorded once");

    let granted = granted_at_1000(&mut gate);
    assert_eq!(
        refused(granted, &mut gate, 999).0,
        WhyRefused::Expired,
        "the clock went back"
    );

    let granted = granted_at_1000(&mut gate);
    assert_eq!(gate.tick(at(31_000)), [expired]);
    assert_eq!(
        refused(granted, &mut gate, 31_001),
        (WhyRefused::NotValid, vec![])
    );
}

#[test]
fn a_permit_is_for_these_bytes_and_this_gate() {
    let mut gate = gate();
    let bytes = draft(CLOUD, &["a"]).body;
    let mut flipped = bytes.clone();
    flipped[3] ^= 1;
    let url = || CLOUD.parse().unwrap();
    let other = "https://evil.example/v1/chat/completions".parse().unwrap();
    for request in [
        Request::new(Method::Post, url(), flipped),
        Request::new(Method::Post, url(), &bytes[1..]),
        Request::new(Method::Post, other, bytes.as_slice()),
        Request::new(Method::Get, url(), bytes.as_slice()),
    ] {
        let granted = granted(&mut gate, draft(CLOUD, &["a"]), 1, 0);
        let reason = RevokeReason::BytesChanged;
        let revoked = record(Event::Revoked {
            proposal: id(1),
            reason,
        });
        let found = refused_for(granted, &mut gate, request, 1_100);
        assert_eq!(found, (WhyRefused::OtherBytes, vec![revoked]));
        assert_eq!(gate.next_tick(), None, "the yes is gone");
    }
    // Another gate's permit, of a proposal with the same name and other bytes.
    let mut another = self::gate();
    let foreign = granted(&mut another, draft(CLOUD, &["b"]), 1, 0);
    let ours = granted(&mut gate, draft(CLOUD, &["a"]), 1, 0);
    assert_eq!(
        refused(foreign, &mut gate, 1_100),
        (WhyRefused::NotValid, vec![])
    );
    let _ = redeem(ours, &mut gate, 1_100);
    // And one of a proposal that this gate never saw.
    let foreign = granted(&mut another, draft(CLOUD, &["c"]), 5, 0);
    assert_eq!(refused(foreign, &mut gate, 1_100).0, WhyRefused::NotValid);
}

#[test]
fn reports_that_fit_nothing_are_refused() {
    let mut gate = gate();
    let unknown = StepError::NotKnown(id(1));
    assert_eq!(gate.sent(id(1), 200), Err(unknown));
    assert_eq!(gate.shown(id(1), at(0)), Err(unknown));
    assert_eq!(gate.deny(id(1), DenyReason::Person, at(0)), Err(unknown));
    let granted = granted(&mut gate, draft(CLOUD, &["a"]), 1, 0);
    let illegal = |to| {
        Err(StepError::Illegal(IllegalMove {
            from: State::Minted,
            to,
        }))
    };
    assert_eq!(gate.sent(id(1), 200), illegal(Move::Send));
    assert_eq!(gate.failed(id(1), FailReason::Name), illegal(Move::Fail));
    assert_eq!(
        gate.lost(id(1), UnknownCause::NoAnswer),
        illegal(Move::LoseSight)
    );
    assert_eq!(gate.received(received(1)), Err(unknown));
    let _ = redeem(granted, &mut gate, 1_100);
    assert!(gate.sent(id(1), 401).is_ok());
    let from = State::Sent;
    assert_eq!(
        gate.sent(id(1), 200),
        Err(IllegalMove {
            from,
            to: Move::Send
        }
        .into())
    );
    assert_eq!(
        gate.failed(id(1), FailReason::Name),
        Err(IllegalMove {
            from,
            to: Move::Fail
        }
        .into())
    );
}
