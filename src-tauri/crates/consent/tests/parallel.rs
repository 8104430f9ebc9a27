//! A hundred threads decide at once, through the public interface alone: at most one permit comes
//! out, and at most one request could be sent.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::{Barrier, Mutex};

use sotto_consent::{
    Approval, Basis, Destination, Draft, Estimate, Gate, LedgerKey, Method, Monotonic, Part,
    PartId, Policy, ProposalId, Purpose, StartedBy, Taken, WindowFact, ledger::DenyReason,
};
use sotto_domain::{Role, Timestamp};

fn at(milliseconds: u64) -> Monotonic {
    Monotonic::from_milliseconds(milliseconds)
}

fn id() -> ProposalId {
    ProposalId::new(Timestamp::from_milliseconds(1), [0; 10])
}

fn draft() -> Draft {
    let url = "https://api.example.com/v1/messages".parse().unwrap();
    let (provider, model) = ("example".parse().unwrap(), Some("large".to_owned()));
    Draft {
        purpose: Purpose::Answer,
        started_by: StartedBy::Person,
        ask_anyway: false,
        begins_conversation: false,
        basis: Basis::None,
        destination: Destination::new(provider, Method::Post, url, &[], model).unwrap(),
        parts: vec![Part {
            id: PartId::new(0),
            role: Role::User,
            text: "Why is the sky blue?".to_owned(),
            message: None,
            left_out: false,
        }],
        body: br#"{"model":"large","messages":[{"role":"user","content":"Why is the sky blue?"}]}"#
            .to_vec(),
        estimate: Estimate::default(),
    }
}

/// A gate whose pending proposal waits for a yes, and that yes.
fn armed() -> (Gate, Approval) {
    let mut gate = Gate::new(Policy::default());
    let _ = gate.turn_cloud_on();
    let taken = gate.propose(draft(), id(), LedgerKey::new(&[1; 32]), at(0));
    assert!(matches!(taken, Ok(Taken::Asked(_))));
    for fact in [
        WindowFact::Visible(true),
        WindowFact::Focused(true),
        WindowFact::Covered(false),
    ] {
        gate.window(id(), fact, at(0)).unwrap();
    }
    gate.shown(id(), at(0)).unwrap();
    assert_eq!(gate.tick(at(1_000)).len(), 1);
    let (proposal, _) = gate.pending().unwrap();
    let approval = Approval {
        proposal: id(),
        digest: proposal.request().digest(),
        basis: *proposal.basis(),
        standing: false,
    };
    (gate, approval)
}

/// Decides in a hundred threads, the first of them `against`; how many requests could be sent.
fn decide(against: usize, no: impl Fn(&mut Gate) + Sync) -> usize {
    let (gate, approval) = armed();
    let gate = Mutex::new(gate);
    let together = Barrier::new(100);
    let decision = |number: usize| {
        together.wait();
        if number < against {
            no(&mut gate.lock().unwrap());
            return false;
        }
        // Approved and redeemed apart, so that others decide in between.
        let Ok(granted) = gate.lock().unwrap().approve(approval, at(1_001)) else {
            return false;
        };
        std::thread::yield_now();
        let request = granted.proposal.request().clone();
        let mut gate = gate.lock().unwrap();
        granted.permit.redeem(&mut gate, request, at(1_002)).is_ok()
    };
    std::thread::scope(|scope| {
        let decision = &decision;
        let threads: Vec<_> = (0..100)
            .map(|number| scope.spawn(move || decision(number)))
            .collect();
        let sent = threads.into_iter().map(|thread| thread.join().unwrap());
        sent.filter(|sent| *sent).count()
    })
}

#[test]
fn a_hundred_yeses_send_one_request() {
    assert_eq!(decide(0, |_| {}), 1);
}

#[test]
fn yeses_and_denials_and_blocks_send_at_most_one_request() {
    for _ in 0..20 {
        let denied = decide(50, |gate| {
            let _ = gate.deny(id(), DenyReason::Person, at(1_001));
        });
        let blocked = decide(50, |gate| drop(gate.block()));
        assert!(denied <= 1 && blocked <= 1, "{denied} {blocked}");
    }
}
