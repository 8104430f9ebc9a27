//! Each rule of the gate by example; what holds of any sequence of events stands in `sequences`.

use sotto_domain::Role;

use super::*;
use crate::{
    Barrier, Basis, FreezeError, IllegalMove, Method, Purpose, Request, Restrained, StartedBy,
    arming::Input,
    chain::Head,
    destination::Destination,
    hash::KeyedHash,
    ledger::{AnswerEnding, FailReason, Received, UnknownCause},
    testing::{
        CLOUD, NETWORK, arm, ask, at, by_program, conversation, destination, draft, gate, granted,
        id, key, message, yes,
    },
};

mod limits;
mod offers;
mod permits;
mod sequences;
mod standing;

fn record(event: Event) -> Effect {
    Effect::Record(event)
}

fn not_granted(gate: &mut Gate, yes: Approval, now: u64) -> (WhyNot, Vec<Effect>) {
    match gate.approve(yes, at(now)) {
        Ok(_) => panic!("granted"),
        Err(refusal) => (refusal.why, refusal.effects),
    }
}

fn refused(granted: Granted, gate: &mut Gate, now: u64) -> (WhyRefused, Vec<Effect>) {
    let request = granted.proposal.request().clone();
    refused_for(granted, gate, request, now)
}

fn refused_for(
    granted: Granted,
    gate: &mut Gate,
    request: Request,
    now: u64,
) -> (WhyRefused, Vec<Effect>) {
    match granted.permit.redeem(gate, request, at(now)) {
        Ok(_) => panic!("redeemed"),
        Err(refusal) => (refusal.why, refusal.effects),
    }
}

fn redeem(granted: Granted, gate: &mut Gate, now: u64) -> crate::Redeemed {
    let request = granted.proposal.request().clone();
    match granted.permit.redeem(gate, request, at(now)) {
        Ok(redeemed) => redeemed,
        Err(refusal) => panic!("{refusal}"),
    }
}

fn propose(gate: &mut Gate, draft: Draft, number: u64, now: u64) -> Option<ProposeError> {
    gate.propose(draft, id(number), key(), at(now)).err()
}

fn received(number: u64) -> Received {
    Received {
        proposal: id(number),
        ending: AnswerEnding::Complete,
        body_bytes: 2,
        answer_hash: KeyedHash::of_answer(key(), b"hi"),
        request_tokens: Some(5),
        answer_tokens: Some(1),
        cost: None,
    }
}

#[test]
fn a_yes_that_goes_well() {
    let mut gate = gate();
    let effects = ask(&mut gate, draft(CLOUD, &["Hello", "Why?"]), 1, 0);
    let [
        Effect::Record(Event::Proposed(proposed)),
        Effect::Show(shown),
    ] = effects.as_slice()
    else {
        panic!("{effects:?}")
    };
    assert_eq!(*shown, id(1));
    assert_eq!(proposed.host, "api.example.com");
    assert_eq!(proposed.messages, [message(0, "").id, message(1, "").id]);
    let (proposal, state) = gate.pending().unwrap();
    assert_eq!(state, State::Frozen);
    let digest = proposal.request().digest();
    assert_eq!(proposal.view().digest, digest);
    assert_eq!(proposed.request_hash, KeyedHash::of_request(key(), &digest));

    arm(&mut gate, 1, 100);
    let granted = gate.approve(yes(&gate), at(1_200)).ok().unwrap();
    let by = Yes::Person;
    assert_eq!(
        granted.effects,
        [
            record(Event::Approved {
                proposal: id(1),
                by
            }),
            Effect::Close(id(1))
        ]
    );
    let body = granted.proposal.request().body().clone();
    let redeemed = redeem(granted, &mut gate, 1_300);
    assert_eq!(redeemed.record(), Event::Consumed { proposal: id(1) });
    let stored = Head::default()
        .seal(sotto_domain::Timestamp::default(), redeemed.record())
        .unwrap();
    let cleared = redeemed.recorded(&stored).ok().unwrap();
    assert_eq!(cleared.proposal(), id(1));
    assert_eq!(cleared.place(), sotto_domain::Place::Cloud);
    assert_eq!(cleared.into_request().body(), &body);

    let sent = Event::Sent {
        proposal: id(1),
        status: 200,
    };
    assert_eq!(gate.sent(id(1), 200).unwrap(), [record(sent)]);
    assert_eq!(
        gate.received(received(1)).unwrap(),
        [record(Event::Received(received(1)))]
    );
    assert_eq!(gate.received(received(1)), Err(StepError::NotKnown(id(1))));
    assert_eq!(gate.next_tick(), None);
}

#[test]
fn one_proposal_is_pending_at_a_time() {
    let mut gate = gate();
    let _ = ask(&mut gate, draft(CLOUD, &["a"]), 1, 0);
    let busy = ProposeError::Busy(id(1));
    assert_eq!(propose(&mut gate, draft(CLOUD, &["b"]), 2, 10), Some(busy));
    assert_eq!(
        propose(&mut gate, draft(CLOUD, &["b"]), 1, 10),
        Some(ProposeError::SameId(id(1)))
    );
    assert!(gate.deny(id(1), DenyReason::Person, at(20)).is_ok());
    assert_eq!(propose(&mut gate, draft(CLOUD, &["b"]), 2, 30), None);
}

#[test]
fn what_shows_something_else_than_it_sends_is_not_taken() {
    let mut gate = gate();
    let mut hidden = draft(CLOUD, &["shown", "left out"]);
    hidden.parts[1].left_out = true;
    let mut twice = draft(CLOUD, &["a", "b"]);
    twice.parts[1].id = twice.parts[0].id;
    let mut nothing = draft(CLOUD, &["a"]);
    nothing.parts[0].left_out = true;
    let get = Draft {
        destination: destination(CLOUD, Method::Get),
        ..draft(CLOUD, &["a"])
    };
    let talking = Draft {
        purpose: Purpose::Download,
        ..draft(CLOUD, &["a"])
    };
    for (draft, why) in [
        (
            hidden,
            FreezeError::Disclosure(crate::DisclosureError::NotShown { bytes: 8 }),
        ),
        (twice, FreezeError::SamePart(crate::PartId::new(0))),
        (nothing, FreezeError::NothingToAsk),
        (get, FreezeError::BodyOfGet),
        (talking, FreezeError::NotAFetch),
    ] {
        assert_eq!(
            propose(&mut gate, draft, 1, 0),
            Some(ProposeError::Freeze(why))
        );
    }
    assert!(gate.pending().is_none());
}

#[test]
fn closing_and_two_minutes_deny() {
    let mut gate = gate();
    let denied = |reason| {
        vec![
            Effect::Close(id(1)),
            record(Event::Denied {
                proposal: id(1),
                reason,
            }),
        ]
    };
    let _ = ask(&mut gate, draft(CLOUD, &["a"]), 1, 0);
    arm(&mut gate, 1, 0);
    assert_eq!(
        gate.deny(id(1), DenyReason::Closed, at(5_000)).unwrap(),
        denied(DenyReason::Closed)
    );

    let _ = ask(&mut gate, draft(CLOUD, &["a"]), 1, 10_000);
    assert_eq!(
        gate.next_tick(),
        Some(at(130_000)),
        "also a window that never comes"
    );
    arm(&mut gate, 1, 20_000);
    assert_eq!(gate.next_tick(), Some(at(140_000)));
    let late = yes(&gate);
    assert_eq!(gate.tick(at(139_999)), []);
    assert_eq!(
        not_granted(&mut gate, late, 140_000).0,
        WhyNot::TooLate,
        "before any tick"
    );
    assert_eq!(gate.tick(at(140_000)), denied(DenyReason::NoDecision));
    assert_eq!(not_granted(&mut gate, late, 140_001).0, WhyNot::NotPending);
}

#[test]
fn a_yes_needs_a_quiet_second() {
    let mut gate = gate();
    let _ = ask(&mut gate, draft(CLOUD, &["a"]), 1, 0);
    let early = yes(&gate);
    assert_eq!(
        not_granted(&mut gate, early, 50_000).0,
        WhyNot::TooEarly,
        "not shown"
    );
    arm(&mut gate, 1, 50_000);
    let disabled = Effect::SetApprove {
        proposal: id(1),
        enabled: false,
    };
    let moved = gate.window(id(1), WindowFact::Moved, at(51_100)).unwrap();
    assert_eq!(moved, [disabled]);
    // Each press that comes too early begins the second anew.
    for now in [51_500, 52_400, 53_300] {
        assert_eq!(gate.tick(at(now)), []);
        assert_eq!(not_granted(&mut gate, early, now).0, WhyNot::TooEarly);
    }
    assert_eq!(gate.tick(at(54_299)), []);
    assert_eq!(gate.next_tick(), Some(at(54_300)));
    assert_eq!(gate.tick(at(54_300)).len(), 1);
    let click = WindowFact::Pressed {
        input: Input::Button(0),
        on_approve: true,
        held: false,
    };
    assert_eq!(gate.window(id(1), click, at(54_400)).unwrap(), []);
    assert!(gate.approve(yes(&gate), at(54_450)).is_ok());
}

#[test]
fn a_yes_to_other_bytes_is_none() {
    let mut gate = gate();
    let _ = ask(&mut gate, draft(CLOUD, &["a"]), 1, 0);
    arm(&mut gate, 1, 0);
    let mut other = yes(&gate);
    other.digest = Request::new(Method::Post, CLOUD.parse().unwrap(), *b"b").digest();
    assert_eq!(not_granted(&mut gate, other, 1_100).0, WhyNot::OtherDigest);
    other.proposal = id(2);
    assert_eq!(not_granted(&mut gate, other, 1_100).0, WhyNot::NotPending);
    assert!(
        gate.approve(yes(&gate), at(1_100)).is_ok(),
        "nothing changed"
    );
}

#[test]
fn an_edited_conversation_takes_the_proposal_back() {
    let texts = ["one", "two"];
    let messages = || vec![message(0, "one"), message(1, "two")];
    assert_eq!(
        draft(CLOUD, &texts).basis,
        Basis::of(conversation(0), &messages())
    );
    let mut edited = messages();
    edited[1].text.push('!');
    let mut swapped = messages();
    swapped.swap(0, 1);
    let mut spoken_by_another = messages();
    spoken_by_another[0].role = Role::Assistant;
    let mut more = messages();
    more.push(message(2, ""));
    let mut other = messages();
    other[0].id = message(7, "").id;
    for now in [
        edited,
        swapped,
        spoken_by_another,
        more,
        other,
        messages()[..1].to_vec(),
        Vec::new(),
    ] {
        let mut gate = gate();
        let _ = ask(&mut gate, draft(CLOUD, &texts), 1, 0);
        arm(&mut gate, 1, 0);
        let basis = Basis::of(conversation(0), &now);
        let approval = Approval {
            basis,
            ..yes(&gate)
        };
        let reason = RevokeReason::ConversationChanged;
        let revoked = record(Event::Revoked {
            proposal: id(1),
            reason,
        });
        assert_eq!(
            not_granted(&mut gate, approval, 1_100),
            (
                WhyNot::ConversationChanged,
                vec![Effect::Close(id(1)), revoked]
            )
        );
        assert!(
            gate.pending().is_none(),
            "an edit undone brings nothing back"
        );
    }
}

#[test]
fn a_change_is_a_new_proposal_with_a_second_of_its_own() {
    let mut gate = gate();
    let _ = ask(&mut gate, draft(CLOUD, &["one", "two"]), 1, 0);
    arm(&mut gate, 1, 0);
    let old = yes(&gate);
    let mut shorter = draft(CLOUD, &["one", "two"]);
    shorter.parts[0].left_out = true;
    shorter.body = draft(CLOUD, &["two"]).body;
    let elsewhere = Draft {
        basis: Basis::None,
        ..shorter.clone()
    };
    let refusal = gate
        .replace(id(1), elsewhere, id(2), key(), at(1_050))
        .err();
    assert_eq!(refusal, Some(ProposeError::NotPending(id(1))));

    let Ok(Taken::Asked(effects)) = gate.replace(id(1), shorter, id(2), key(), at(1_100)) else {
        panic!("not asked")
    };
    let reason = RevokeReason::Replaced;
    assert_eq!(
        effects[0],
        record(Event::Revoked {
            proposal: id(1),
            reason
        })
    );
    let Effect::Record(Event::Proposed(proposed)) = &effects[1] else {
        panic!("{effects:?}")
    };
    assert_eq!((proposed.replaces, proposed.left_out), (Some(id(1)), 1));
    assert_eq!(effects[2..], [Effect::Show(id(2))]);
    assert_ne!(yes(&gate).digest, old.digest);
    assert_eq!(not_granted(&mut gate, old, 1_200).0, WhyNot::NotPending);
    assert_eq!(gate.tick(at(5_000)), [], "not shown yet");
    assert!(gate.shown(id(2), at(5_000)).is_ok());
    assert_eq!(gate.tick(at(6_000)).len(), 1, "the window is as it was");
    assert!(gate.approve(yes(&gate), at(6_000)).is_ok());
}

#[test]
fn nothing_prints_words() {
    let mut gate = gate();
    let draft = draft(CLOUD, &["my diary"]);
    let mut printed = format!("{draft:?} {:?}", draft.parts);
    assert!(printed.starts_with("Draft(1 parts, "), "{printed}");
    let _ = ask(&mut gate, draft, 1, 0);
    let (proposal, _) = gate.pending().unwrap();
    printed += &format!("{proposal:?} {:?}", proposal.view());
    // As text, or as the numbers of its bytes.
    assert!(
        !printed.contains("diary") && !printed.contains("121, 32"),
        "{printed}"
    );
}
