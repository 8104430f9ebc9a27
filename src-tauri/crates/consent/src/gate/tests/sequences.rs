//! What holds of any sequence of events: at most one permit per proposal, at most one redemption,
//! each yes after a quiet second, nothing after an end; and the ledger that results is a legal life
//! for each proposal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Barrier as Meeting, Mutex};

use proptest::prelude::*;
use sotto_domain::Timestamp;

use super::*;
use crate::{
    arming::ARM_AFTER_MILLISECONDS,
    chain::{Sealed, verify},
    ledger::unfinished,
};

#[derive(Debug, Clone, Copy)]
enum Happens {
    Propose {
        to: &'static str,
        by: StartedBy,
    },
    Replace,
    Shown,
    Fact(WindowFact),
    Wait(u64),
    Approve {
        edited: bool,
        other_bytes: bool,
        standing: bool,
    },
    Deny,
    Withdraw,
    Block,
    Unblock,
    CloudOff,
    CloudOn,
    Redeem {
        tampered: bool,
    },
    Sent,
    Received,
    Failed,
    Lost,
}

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

/// A driver that does what the gate says and keeps its own accounts.
struct World {
    gate: Gate,
    now: u64,
    number: u64,
    /// When the window of the pending proposal was last disturbed.
    disturbed: u64,
    focused: bool,
    waiting: Vec<Granted>,
    on_their_way: BTreeSet<ProposalId>,
    permits: BTreeMap<ProposalId, u32>,
    redeemed: BTreeMap<ProposalId, u32>,
    ledger: Vec<Sealed>,
    head: Head,
}

impl World {
    fn new() -> Self {
        Self {
            gate: gate(),
            now: 0,
            number: 0,
            disturbed: 0,
            focused: false,
            waiting: Vec::new(),
            on_their_way: BTreeSet::new(),
            permits: BTreeMap::new(),
            redeemed: BTreeMap::new(),
            ledger: Vec::new(),
            head: Head::default(),
        }
    }

    fn write(&mut self, event: Event) -> Sealed {
        let sealed = self
            .head
            .seal(Timestamp::from_milliseconds(self.now), event)
            .unwrap();
        self.head = sealed.head().unwrap();
        self.ledger.push(sealed.clone());
        sealed
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Record(event) = effect {
                self.write(event);
            }
        }
    }

    fn keep(&mut self, mut granted: Granted) {
        *self.permits.entry(granted.proposal.id()).or_default() += 1;
        self.perform(std::mem::take(&mut granted.effects));
        self.waiting.push(granted);
    }

    fn taken(&mut self, taken: Result<Taken, ProposeError>) {
        match taken {
            Ok(Taken::Asked(effects)) => self.perform(effects),
            Ok(Taken::Granted(granted)) => self.keep(granted),
            Err(_) => {}
        }
    }

    fn pending(&self) -> ProposalId {
        self.gate
            .pending()
            .map_or(id(0), |(proposal, _)| proposal.id())
    }

    fn happen(&mut self, what: Happens) {
        let (now, pending) = (at(self.now), self.pending());
        match what {
            Happens::Propose { to, by } => {
                self.number += 1;
                let draft = Draft {
                    started_by: by,
                    ..draft(to, &["a b"])
                };
                let taken = self.gate.propose(draft, id(self.number), key(), now);
                if matches!(taken, Ok(Taken::Asked(_))) {
                    self.focused = false;
                }
                self.taken(taken);
            }
            Happens::Replace => {
                self.number += 1;
                let taken =
                    self.gate
                        .replace(pending, draft(CLOUD, &["b a"]), id(self.number), key(), now);
                self.taken(taken);
            }
            Happens::Shown => {
                if let Ok(effects) = self.gate.shown(pending, now) {
                    self.disturbed = self.now;
                    self.perform(effects);
                    for fact in [
                        WindowFact::Visible(true),
                        WindowFact::Covered(false),
                        WindowFact::Focused(true),
                    ] {
                        self.fact(fact);
                    }
                }
            }
            Happens::Fact(fact) => self.fact(fact),
            Happens::Wait(milliseconds) => {
                self.now += milliseconds;
                let effects = self.gate.tick(at(self.now));
                self.perform(effects);
            }
            Happens::Approve {
                edited,
                other_bytes,
                standing,
            } => self.approve(edited, other_bytes, standing),
            Happens::Deny => {
                let effects = self.gate.deny(pending, DenyReason::Person, now);
                self.perform(effects.unwrap_or_default());
            }
            Happens::Withdraw => {
                let effects = self.gate.withdraw(pending);
                self.perform(effects);
            }
            Happens::Block => {
                let effects = self.gate.block();
                self.perform(effects);
                assert!(self.gate.pending().is_none());
                for granted in std::mem::take(&mut self.waiting) {
                    assert!(
                        self.redeem(granted, false).is_err(),
                        "redeemed after a block"
                    );
                }
            }
            Happens::Unblock => {
                let effects = self.gate.unblock();
                self.perform(effects);
            }
            Happens::CloudOff => {
                let effects = self.gate.turn_cloud_off();
                self.perform(effects);
            }
            Happens::CloudOn => {
                let effects = self.gate.turn_cloud_on();
                self.perform(effects);
            }
            Happens::Redeem { tampered } => {
                if let Some(granted) = self.waiting.pop() {
                    assert!(
                        self.redeem(granted, tampered).is_err() || !tampered,
                        "other bytes"
                    );
                }
            }
            Happens::Sent => self.report(|gate, id| gate.sent(id, 200)),
            Happens::Failed => self.report(|gate, id| gate.failed(id, FailReason::Other)),
            Happens::Lost => self.report(|gate, id| gate.lost(id, UnknownCause::NoAnswer)),
            Happens::Received => {
                self.report(|gate, proposal| {
                    gate.received(Received {
                        proposal,
                        ..received(0)
                    })
                });
            }
        }
    }

    fn fact(&mut self, fact: WindowFact) {
        let pending = self.pending();
        if let Ok(effects) = self.gate.window(pending, fact, at(self.now)) {
            match fact {
                WindowFact::Focused(focused) => {
                    if std::mem::replace(&mut self.focused, focused) != focused {
                        self.disturbed = self.now;
                    }
                }
                _ => self.disturbed = self.now,
            }
            self.perform(effects);
        }
    }

    fn approve(&mut self, edited: bool, other_bytes: bool, standing: bool) {
        let Some((proposal, state)) = self.gate.pending() else {
            return;
        };
        let place = proposal.destination().place();
        let mut approval = Approval {
            standing,
            ..yes(&self.gate)
        };
        if edited {
            approval.basis = Basis::of(conversation(0), &[message(0, "edited")]);
        }
        if other_bytes {
            approval.digest = Request::new(Method::Post, CLOUD.parse().unwrap(), *b"").digest();
        }
        match self.gate.approve(approval, at(self.now)) {
            Ok(granted) => {
                assert!(state == State::Armed && self.focused && !edited && !other_bytes);
                assert!(
                    self.now >= self.disturbed + ARM_AFTER_MILLISECONDS,
                    "no quiet second"
                );
                assert!(!standing || place == Place::YourNetwork);
                assert!(!self.gate.policy().is_blocked());
                self.keep(granted);
            }
            Err(refusal) => {
                if refusal.why == WhyNot::TooEarly {
                    self.disturbed = self.now;
                }
                self.perform(refusal.effects);
            }
        }
    }

    fn redeem(&mut self, granted: Granted, tampered: bool) -> Result<(), WhyRefused> {
        let request = granted.proposal.request();
        let mut body = request.body().to_vec();
        if tampered {
            let middle = body.len() / 2;
            body[middle] ^= 1;
        }
        let request = Request::new(request.method(), request.url().clone(), body);
        match granted.permit.redeem(&mut self.gate, request, at(self.now)) {
            Ok(redeemed) => {
                assert!(!self.gate.policy().is_blocked());
                let stored = self.write(redeemed.record());
                let Ok(cleared) = redeemed.recorded(&stored) else {
                    panic!("not cleared")
                };
                *self.redeemed.entry(cleared.proposal()).or_default() += 1;
                self.on_their_way.insert(cleared.proposal());
                Ok(())
            }
            Err(refusal) => {
                self.perform(refusal.effects);
                Err(refusal.why)
            }
        }
    }

    fn report(&mut self, report: impl Fn(&mut Gate, ProposalId) -> Result<Vec<Effect>, StepError>) {
        let Some(id) = self.on_their_way.first().copied() else {
            return;
        };
        if let Ok(effects) = report(&mut self.gate, id) {
            self.perform(effects);
        }
        if self.gate.agreed_of(id).is_err() {
            self.on_their_way.remove(&id);
        }
    }

    /// Replays the ledger through the table of states, and compares what a start would find.
    fn audit(&self) -> Result<(), TestCaseError> {
        prop_assert!(self.permits.values().all(|permits| *permits == 1));
        prop_assert!(self.redeemed.values().all(|redeemed| *redeemed == 1));
        prop_assert_eq!(verify(&self.ledger, &self.head), Ok(()));
        let entries: Vec<_> = self
            .ledger
            .iter()
            .map(|sealed| sealed.entry().unwrap())
            .collect();
        let mut states = BTreeMap::new();
        for event in entries.iter().map(|entry| &entry.event) {
            let Some(id) = event.proposal() else { continue };
            let moves: &[Move] = match event {
                Event::Proposed(_) => {
                    prop_assert!(states.insert(id, State::Frozen).is_none());
                    continue;
                }
                Event::Received(_) => {
                    prop_assert_eq!(states[&id], State::Sent);
                    continue;
                }
                Event::Shown { .. } => &[Move::Show],
                Event::Approved {
                    by: Yes::Person, ..
                } => &[Move::Arm, Move::Agree],
                Event::Approved {
                    by: Yes::Standing, ..
                } => &[Move::AgreeStanding],
                Event::Denied { .. } => &[Move::Deny],
                Event::Expired { .. } => &[Move::Expire],
                Event::Revoked { .. } => &[Move::Revoke],
                Event::Consumed { .. } => &[Move::Consume],
                Event::Sent { .. } => &[Move::Send],
                Event::Failed { .. } => &[Move::Fail],
                Event::Unknown { .. } => &[Move::LoseSight],
                Event::Connected(_) | Event::PolicyChanged { .. } => &[],
            };
            for step in moves {
                let next = states[&id].after(*step);
                prop_assert!(next.is_ok(), "{:?}", next);
                states.insert(id, next.unwrap_or(State::Frozen));
            }
        }
        let pending = self.pending();
        let expected: Vec<_> = states
            .iter()
            .filter(|(_, state)| !state.is_end())
            .map(|(id, state)| (*id, *state == State::Consumed))
            .collect();
        for (id, consumed) in &expected {
            prop_assert!(
                *consumed || *id == pending || self.gate.agreed.contains_key(id),
                "{} is forgotten",
                id
            );
        }
        let found: Vec<_> = unfinished(&entries, |_| false)
            .into_iter()
            .map(|event| {
                (
                    event.proposal().unwrap(),
                    matches!(event, Event::Unknown { .. }),
                )
            })
            .collect();
        prop_assert_eq!(found, expected);
        Ok(())
    }
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

/// A hundred threads decide at once, yes and no: at most one permit comes out, and one request.
#[test]
fn a_hundred_decisions_at_once_give_at_most_one_permit() {
    for denials in [0, 1, 50] {
        let mut armed = gate();
        let _ = ask(&mut armed, draft(CLOUD, &["a"]), 1, 0);
        arm(&mut armed, 1, 0);
        let approval = yes(&armed);
        let gate = Mutex::new(armed);
        let meeting = Meeting::new(100);
        let decide = |number| {
            meeting.wait();
            let mut gate = gate.lock().unwrap();
            if number < denials {
                let _ = gate.deny(id(1), DenyReason::Person, at(1_001));
                return 0;
            }
            match gate.approve(approval, at(1_001)) {
                Ok(granted) => {
                    let request = granted.proposal.request().clone();
                    u32::from(granted.permit.redeem(&mut gate, request, at(1_002)).is_ok())
                }
                Err(_) => 0,
            }
        };
        let sent: u32 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..100)
                .map(|number| {
                    scope.spawn({
                        let decide = &decide;
                        move || decide(number)
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert!(sent <= 1, "{sent} requests");
        assert!(sent == 1 || denials > 0);
    }
}
