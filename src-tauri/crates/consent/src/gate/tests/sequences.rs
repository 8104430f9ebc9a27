//! What holds of any sequence of events: at most one permit per proposal, at most one redemption,
//! each yes after a quiet second, nothing after an end; and the ledger that results is a legal life
//! for each proposal.

mod world;

use proptest::prelude::*;
use world::{Happens, World};

use super::*;

fn happens() -> impl Strategy<Value = Happens> {
    let to = || prop_oneof![Just(CLOUD), Just(NETWORK)];
    let by = || prop_oneof![Just(StartedBy::Person), Just(StartedBy::Program)];
    let fact = prop_oneof![
        1 => Just(WindowFact::Moved),
        1 => Just(WindowFact::Focused(false)),
        4 => Just(WindowFact::Focused(true)),
    ];
    prop_oneof![
        12 => (to(), by()).prop_map(|(to, by)| Happens::Propose { to, by }),
        2 => Just(Happens::Replace),
        4 => by().prop_map(|by| Happens::Press { by }),
        3 => Just(Happens::Connected),
        12 => Just(Happens::Shown),
        5 => fact.prop_map(Happens::Fact),
        20 => prop_oneof![1_u64..1_200, Just(1_000), Just(30_000), Just(120_000)].prop_map(Happens::Wait),
        1 => any::<[bool; 3]>().prop_map(|[edited, other_bytes, standing]| Happens::Approve { edited, other_bytes, standing }),
        18 => Just(Happens::Approve { edited: false, other_bytes: false, standing: false }),
        2 => Just(Happens::Deny),
        1 => Just(Happens::Withdraw),
        1 => Just(Happens::Block),
        3 => Just(Happens::Unblock),
        1 => Just(Happens::CloudOff),
        3 => Just(Happens::CloudOn),
        1 => Just(Happens::Redeem { tampered: true }),
        10 => Just(Happens::Redeem { tampered: false }),
        4 => Just(Happens::Sent),
        3 => Just(Happens::Received),
        1 => Just(Happens::Failed),
        1 => Just(Happens::Lost),
    ]
}

proptest! {
    #[test]
    fn promises_hold_whatever_happens(script in proptest::collection::vec(happens(), 0..150)) {
        let mut world = World::new();
        for what in script {
            world.happen(what);
        }
        world.audit()?;
    }

    /// One byte changed anywhere after the freeze is refused, and so is any other length.
    #[test]
    fn a_changed_byte_is_refused(text in ".{1,40}", position: prop::sample::Index, change in 1_u8..=255) {
        let mut gate = gate();
        let granted = granted(&mut gate, draft(CLOUD, &[&text]), 1, 0);
        let mut body = granted.proposal.request().body().to_vec();
        let position = position.index(body.len());
        body[position] ^= change;
        let request = Request::new(Method::Post, CLOUD.parse().unwrap(), body);
        prop_assert_eq!(refused_for(granted, &mut gate, request, 1_001).0, WhyRefused::OtherBytes);
    }

    /// Any change of the text of a message between showing and deciding is refused.
    #[test]
    fn an_edited_text_is_refused(texts in proptest::collection::vec(".{0,9}", 1..5), which: prop::sample::Index, now in ".{0,9}") {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut gate = gate();
        let _ = ask(&mut gate, draft(CLOUD, &texts), 1, 0);
        arm(&mut gate, 1, 0);
        let mut edited = texts.clone();
        edited[which.index(texts.len())] = &now;
        let approval = Approval { basis: draft(CLOUD, &edited).basis, ..yes(&gate) };
        let unchanged = edited == texts;
        prop_assert_eq!(gate.approve(approval, at(1_000)).is_ok(), unchanged);
    }
}
