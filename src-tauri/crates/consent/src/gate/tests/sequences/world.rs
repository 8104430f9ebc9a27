//! A driver that does what the gate says, keeps its own accounts, and objects.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sotto_domain::Timestamp;

use super::{
    super::offers::{self, fetch},
    *,
};
use crate::{
    arming::ARM_AFTER_MILLISECONDS,
    chain::{Sealed, verify},
    ledger::unfinished,
};

#[derive(Debug, Clone, Copy)]
pub(super) enum Happens {
    Propose {
        to: &'static str,
        by: StartedBy,
    },
    Replace,
    Press {
        by: StartedBy,
    },
    Connected,
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

/// A driver that does what the gate says and keeps its own accounts.
pub(super) struct World {
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
    pub(super) fn new() -> Self {
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
            Ok(Taken::Granted(granted)) => self.keep(*granted),
            Err(_) => {}
        }
    }

    fn pending(&self) -> ProposalId {
        self.gate
            .pending()
            .map_or(id(0), |(proposal, _)| proposal.id())
    }

    pub(super) fn happen(&mut self, what: Happens) {
        let (now, pending) = (at(self.now), self.pending());
        match what {
            Happens::Propose { to, by } => {
                self.number += 1;
                let draft = Draft {
                    started_by: by,
                    ask_anyway: false,
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
            Happens::Press { by } => {
                self.number += 1;
                let offer = Offer {
                    offered: Offered::Model,
                    started_by: by,
                    destination: fetch(),
                };
                if let Ok(granted) = self.gate.accept(offer, id(self.number), key(), now) {
                    assert!(by == StartedBy::Person && !self.gate.policy().is_blocked());
                    assert!(!granted.proposal.purpose().asks_model());
                    self.keep(granted);
                }
            }
            Happens::Connected => {
                if let Some(proposal) = self.on_their_way.first().copied() {
                    let connected = self.gate.connected(offers::connection(proposal));
                    self.perform(connected.unwrap_or_default());
                }
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
            match body.get_mut(middle) {
                Some(byte) => *byte ^= 1,
                // A fetch has no body to change: it is given one.
                None => body.push(1),
            }
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
    pub(super) fn audit(&self) -> Result<(), TestCaseError> {
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
                Event::Received(_) | Event::Connected(_) => {
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
                Event::Approved { by: Yes::Offer, .. } => &[Move::AgreeOffer],
                Event::Denied { .. } => &[Move::Deny],
                Event::Expired { .. } => &[Move::Expire],
                Event::Revoked { .. } => &[Move::Revoke],
                Event::Consumed { .. } => &[Move::Consume],
                Event::Sent { .. } => &[Move::Send],
                Event::Failed { .. } => &[Move::Fail],
                Event::Unknown { .. } => &[Move::LoseSight],
                Event::PolicyChanged { .. } => &[],
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
