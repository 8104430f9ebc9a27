//! A press on an offer: what it makes a permit for, and what it never does.

use super::*;
use crate::ledger::Connection;

const FILE: &str = "https://hub.example.com/owner/name/resolve/main/model.gguf";

fn to(url: &str, method: Method, model: Option<&str>) -> Destination {
    let provider = "hub".parse().unwrap();
    let model = model.map(str::to_owned);
    Destination::new(provider, method, url.parse().unwrap(), &[], model).unwrap()
}

fn offer(started_by: StartedBy, method: Method, model: Option<&str>) -> Offer {
    Offer {
        offered: Offered::Model,
        started_by,
        destination: to(FILE, method, model),
    }
}

fn press(gate: &mut Gate, number: u64, now: u64) -> Result<Granted, NotTaken> {
    let offer = offer(StartedBy::Person, Method::Get, None);
    gate.accept(offer, id(number), key(), at(now))
}

fn pressed(gate: &mut Gate, number: u64, now: u64) -> Granted {
    press(gate, number, now).ok().unwrap()
}

/// Where a file comes from.
pub(super) fn fetch() -> Destination {
    to(FILE, Method::Get, None)
}

/// A further connection of a fetch.
pub(super) fn connection(proposal: ProposalId) -> Connection {
    Connection {
        proposal,
        host: "cdn.example.com".to_owned(),
        sent_bytes: 0,
        received_bytes: 7,
        succeeded: true,
    }
}

#[test]
fn a_press_is_a_yes_to_one_fetch() {
    // The cloud is off: that is about its models.
    let mut gate = Gate::new(Policy::default());
    let granted = pressed(&mut gate, 1, 0);
    let [
        Effect::Record(Event::Proposed(proposed)),
        Effect::Record(approved),
    ] = granted.effects.as_slice()
    else {
        panic!("{:?}", granted.effects)
    };
    assert_eq!(proposed.purpose, Purpose::Download);
    assert_eq!(proposed.host, "hub.example.com");
    assert_eq!((proposed.body_bytes, proposed.messages.len()), (0, 0));
    let by = Yes::Offer;
    let proposal = id(1);
    assert_eq!(*approved, Event::Approved { proposal, by });
    let redeemed = redeem(granted, &mut gate, 29_999);
    assert_eq!(redeemed.record(), Event::Consumed { proposal });
}

#[test]
fn a_permit_is_for_the_very_address_that_was_offered() {
    let mut gate = gate();
    let granted = pressed(&mut gate, 1, 0);
    let other = Request::new(
        Method::Get,
        "https://hub.example.com/owner/other/resolve/main/model.gguf"
            .parse()
            .unwrap(),
        Vec::new(),
    );
    assert_eq!(
        refused_for(granted, &mut gate, other, 1).0,
        WhyRefused::OtherBytes
    );
}

#[track_caller]
fn check(offer: Offer, expected: NotTaken) {
    let mut gate = gate();
    let refused = gate.accept(offer, id(1), key(), at(0)).err();
    assert_eq!(refused, Some(expected));
    assert!(gate.agreed.is_empty());
}

#[test]
fn nothing_that_asks_a_model_or_says_anything_is_an_offer() {
    let person = StartedBy::Person;
    check(
        offer(person, Method::Get, Some("large")),
        NotTaken::AsksModel,
    );
    check(
        offer(person, Method::Post, None),
        NotTaken::Freeze(FreezeError::NotAFetch),
    );
    check(
        offer(StartedBy::Program, Method::Get, None),
        NotTaken::NotThePerson,
    );
    for offered in [Offered::Model, Offered::Update] {
        assert!(!offered.purpose().asks_model());
    }
}

#[test]
fn a_block_takes_no_press_voids_a_yes_and_cuts_what_is_on_its_way() {
    let mut gate = gate();
    let unused = pressed(&mut gate, 1, 0);
    let under_way = pressed(&mut gate, 2, 0);
    let _ = redeem(under_way, &mut gate, 1);
    gate.sent(id(2), 302).unwrap();
    let effects = gate.block();
    assert!(effects.contains(&Effect::Cut(id(2))), "{effects:?}");
    assert_eq!(refused(unused, &mut gate, 2).0, WhyRefused::NotValid);
    let barrier = press(&mut gate, 3, 3).err();
    assert_eq!(barrier, Some(NotTaken::Barrier(Barrier::Blocked)));
    let _ = gate.unblock();
    assert!(press(&mut gate, 3, 4).is_ok());
}

#[test]
fn turning_the_cloud_off_leaves_a_fetch_alone() {
    let mut gate = gate();
    let granted = pressed(&mut gate, 1, 0);
    let effects = gate.turn_cloud_off();
    assert!(!effects.contains(&Effect::Cut(id(1))), "{effects:?}");
    let _ = redeem(granted, &mut gate, 1);
}

#[test]
fn an_offer_disturbs_no_window_and_waits_for_none() {
    let mut gate = gate();
    let _ = ask(&mut gate, draft(CLOUD, &["Hello"]), 1, 0);
    let _ = pressed(&mut gate, 2, 0);
    assert_eq!(gate.pending().unwrap().0.id(), id(1));
    assert_eq!(press(&mut gate, 2, 0).err(), Some(NotTaken::SameId(id(2))));
    assert_eq!(press(&mut gate, 1, 0).err(), Some(NotTaken::SameId(id(1))));
}

#[test]
fn further_connections_are_recorded_while_the_fetch_lasts() {
    let mut gate = gate();
    let granted = pressed(&mut gate, 1, 0);
    let _ = redeem(granted, &mut gate, 1);
    // Nothing was answered yet.
    assert!(gate.connected(connection(id(1))).is_err());
    gate.sent(id(1), 302).unwrap();
    let expected = [record(Event::Connected(connection(id(1))))];
    assert_eq!(gate.connected(connection(id(1))).unwrap(), expected);
    gate.received(received(1)).unwrap();
    assert!(gate.connected(connection(id(1))).is_err());
}

#[test]
fn an_answer_of_a_model_is_one_connection() {
    let mut gate = gate();
    let granted = granted(&mut gate, draft(CLOUD, &["Hello"]), 1, 0);
    let _ = redeem(granted, &mut gate, 1_001);
    gate.sent(id(1), 200).unwrap();
    assert!(gate.connected(connection(id(1))).is_err());
}
