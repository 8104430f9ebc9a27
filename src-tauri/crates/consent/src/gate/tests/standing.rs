//! The standing yes: for a server of the person's network, kept once, taken back any time, and never
//! for the cloud.

use super::*;

fn server() -> Server {
    "http://192.168.1.9:8080".parse().unwrap()
}

/// A gate that knows a standing yes, given in the consent window.
fn with_standing_yes() -> Gate {
    let mut gate = gate();
    let _ = ask(&mut gate, draft(NETWORK, &["a"]), 100, 0);
    arm(&mut gate, 100, 0);
    let approval = Approval {
        standing: true,
        ..yes(&gate)
    };
    let granted = gate.approve(approval, at(1_000)).ok().unwrap();
    let change = PolicyChange::StandingYes { server: server() };
    assert_eq!(
        granted.effects[2..],
        [record(Event::PolicyChanged { change }), Effect::SavePolicy]
    );
    let _ = redeem(granted, &mut gate, 1_000);
    assert!(gate.failed(id(100), FailReason::Connection).is_ok());
    gate
}

fn grant(gate: &mut Gate, number: u64) -> Granted {
    match gate.propose(draft(NETWORK, &["b"]), id(number), key(), at(2_000)) {
        Ok(Taken::Granted(granted)) => *granted,
        _ => panic!("not granted"),
    }
}

#[test]
fn it_grants_without_a_window_also_while_another_is_pending() {
    let mut gate = with_standing_yes();
    let _ = ask(&mut gate, draft(CLOUD, &["a"]), 1, 2_000);
    let granted = grant(&mut gate, 2);
    let by = Yes::Standing;
    assert!(matches!(
        &granted.effects[0],
        Effect::Record(Event::Proposed(_))
    ));
    assert_eq!(
        granted.effects[1..],
        [record(Event::Approved {
            proposal: id(2),
            by
        })]
    );
    let _ = redeem(granted, &mut gate, 2_001);
    assert_eq!(gate.pending().unwrap().0.id(), id(1));
}

#[test]
fn it_is_kept_and_taken_back() {
    let gate = with_standing_yes();
    let kept = serde_json::to_string(gate.policy()).unwrap();
    let mut gate = Gate::new(serde_json::from_str(&kept).unwrap());
    assert_eq!(
        gate.policy().standing_yeses().collect::<Vec<_>>(),
        [&server()]
    );
    let unused = grant(&mut gate, 1);
    let _ = redeem(grant(&mut gate, 2), &mut gate, 2_000);
    let reason = RevokeReason::StandingYesWithdrawn;
    let change = PolicyChange::StandingYesWithdrawn { server: server() };
    assert_eq!(
        gate.withdraw_standing_yes(&server()),
        [
            Effect::SavePolicy,
            Effect::Cut(id(2)),
            record(Event::Revoked {
                proposal: id(1),
                reason
            }),
            record(Event::PolicyChanged { change }),
        ]
    );
    assert_eq!(refused(unused, &mut gate, 2_001).0, WhyRefused::NotValid);
    let _ = ask(&mut gate, draft(NETWORK, &["b"]), 3, 2_002);
    assert_eq!(gate.withdraw_standing_yes(&server()), []);
}

#[test]
fn who_wants_to_see_it_is_asked_all_the_same() {
    let mut gate = with_standing_yes();
    let see = || Draft {
        ask_anyway: true,
        ..draft(NETWORK, &["a"])
    };
    let _ = ask(&mut gate, see(), 1, 0);
    assert_eq!(gate.pending().unwrap().0.id(), id(1));
    // Also after a change, which cannot take it back.
    let changed = gate.replace(id(1), draft(NETWORK, &["b"]), id(2), key(), at(1));
    assert!(matches!(changed, Ok(Taken::Asked(_))));
    assert_eq!(gate.pending().unwrap().0.id(), id(2));
}

#[test]
fn what_was_decided_elsewhere_is_followed_without_a_second_record() {
    let mut gate = with_standing_yes();
    let unused = grant(&mut gate, 1);
    let _ = redeem(grant(&mut gate, 2), &mut gate, 2_000);
    let reason = RevokeReason::StandingYesWithdrawn;
    let withdrawn = [
        Effect::Cut(id(2)),
        record(Event::Revoked {
            proposal: id(1),
            reason,
        }),
    ];
    assert_eq!(gate.follow(Policy::default()), withdrawn);
    assert_eq!(refused(unused, &mut gate, 2_001).0, WhyRefused::NotValid);
    let mut elsewhere = Gate::new(Policy::default());
    let _ = elsewhere.block();
    let _ = ask(&mut gate, draft(NETWORK, &["b"]), 3, 3_000);
    let blocked = gate.follow(elsewhere.policy().clone());
    assert!(blocked.contains(&Effect::Close(id(3))));
    assert!(gate.policy().is_blocked());
    assert_eq!(gate.follow(Policy::default()), []);
}

#[test]
fn the_cloud_has_none() {
    let mut gate = gate();
    let _ = ask(&mut gate, draft(CLOUD, &["a"]), 1, 0);
    arm(&mut gate, 1, 0);
    let approval = Approval {
        standing: true,
        ..yes(&gate)
    };
    assert_eq!(
        not_granted(&mut gate, approval, 1_000),
        (WhyNot::NoStandingYes, vec![])
    );
    assert!(
        gate.approve(yes(&gate), at(1_000)).is_ok(),
        "a yes for once is still one"
    );
}

/// A kept policy that names a cloud address, a model that its server passes on, a name that leads
/// elsewhere today, another port: each asks.
#[test]
fn it_covers_that_server_in_that_place_and_nothing_else() {
    let kept = r#"{"cloud": true, "standing": ["https://api.example.com", "http://192.168.1.9:8080", "https://nas.home"]}"#;
    let policy: Policy = serde_json::from_str(kept).unwrap();
    let of = |url: &str, resolved: &[&str]| {
        let resolved: Vec<_> = resolved.iter().map(|text| text.parse().unwrap()).collect();
        let (provider, model) = ("custom".parse().unwrap(), Some("large".into()));
        Destination::new(
            provider,
            Method::Post,
            url.parse().unwrap(),
            &resolved,
            model,
        )
        .unwrap()
    };
    let asks = |destination: Destination| {
        let mut gate = Gate::new(policy.clone());
        let draft = Draft {
            destination,
            ..draft(NETWORK, &["a"])
        };
        matches!(
            gate.propose(draft, id(1), key(), at(0)),
            Ok(Taken::Asked(_))
        )
    };
    assert!(!asks(of(NETWORK, &[])));
    assert!(!asks(of("https://nas.home/v1", &["10.0.0.2"])));
    assert!(asks(of(CLOUD, &[])));
    assert!(asks(of(NETWORK, &[]).passed_on_to_the_cloud()));
    assert!(asks(of("https://nas.home/v1", &["203.0.113.5"])));
    assert!(asks(of("http://192.168.1.9:8081/", &[])));
    assert!(asks(of("https://192.168.1.9:8080/", &[])));
}

#[test]
fn a_change_towards_a_server_with_a_standing_yes_closes_the_window() {
    let mut gate = with_standing_yes();
    let _ = ask(&mut gate, draft(CLOUD, &["a"]), 1, 2_000);
    let Ok(Taken::Granted(granted)) =
        gate.replace(id(1), draft(NETWORK, &["a"]), id(2), key(), at(2_100))
    else {
        panic!("not granted")
    };
    assert_eq!(granted.effects[0], Effect::Close(id(1)));
    assert!(gate.pending().is_none());
}

#[test]
fn a_block_is_stronger() {
    let mut gate = with_standing_yes();
    let unused = grant(&mut gate, 1);
    let _ = gate.block();
    assert_eq!(refused(unused, &mut gate, 2_001).0, WhyRefused::NotValid);
    let blocked = Some(ProposeError::Barrier(Barrier::Blocked));
    assert_eq!(
        propose(&mut gate, draft(NETWORK, &["a"]), 2, 2_001),
        blocked
    );
}
