//! What the tests of this crate share: a conversation, drafts about it, and a window in plain sight.

use serde_json::json;
use sotto_domain::{ConversationId, Message, MessageId, MessageState, Place, Role, Timestamp};

use crate::{
    Approval, Basis, Destination, Draft, Effect, Estimate, Gate, Granted, LedgerKey, Method,
    Monotonic, Part, PartId, Policy, ProposalId, Purpose, StartedBy, Taken, WindowFact,
};

const KEY: [u8; 32] = [7; 32];

pub(crate) fn key() -> LedgerKey<'static> {
    LedgerKey::new(&KEY)
}

pub(crate) fn at(milliseconds: u64) -> Monotonic {
    Monotonic::from_milliseconds(milliseconds)
}

pub(crate) fn id(number: u64) -> ProposalId {
    ProposalId::new(Timestamp::from_milliseconds(number), [0; 10])
}

pub(crate) fn conversation(number: u64) -> ConversationId {
    ConversationId::new(Timestamp::from_milliseconds(number), [1; 10])
}

pub(crate) fn message(number: u64, text: &str) -> Message {
    Message {
        id: MessageId::new(Timestamp::from_milliseconds(number), [2; 10]),
        conversation: conversation(0),
        parent: None,
        role: Role::User,
        text: text.to_owned(),
        state: MessageState::Complete,
        model: None,
        place: Place::ThisComputer,
        created_at: Timestamp::default(),
        statistics: None,
        failure: None,
    }
}

pub(crate) const CLOUD: &str = "https://api.example.com/v1/chat/completions";
pub(crate) const NETWORK: &str = "http://192.168.1.9:8080/v1/chat/completions";

pub(crate) fn destination(url: &str, method: Method) -> Destination {
    let (provider, url) = ("custom".parse().unwrap(), url.parse().unwrap());
    Destination::new(provider, method, url, &[], Some("large".to_owned())).unwrap()
}

/// A question of the person's in conversation 0 whose messages are `texts`, all going.
pub(crate) fn draft(url: &str, texts: &[&str]) -> Draft {
    let messages: Vec<_> = texts
        .iter()
        .zip(0..)
        .map(|(text, number)| message(number, text))
        .collect();
    let part = |(message, number): (&Message, u32)| Part {
        id: PartId::new(number),
        role: message.role,
        text: message.text.clone(),
        message: Some(message.id),
        left_out: false,
    };
    let said: Vec<_> = texts
        .iter()
        .map(|text| json!({"role": "user", "content": text}))
        .collect();
    let body = json!({"model": "large", "stream": true, "messages": said});
    Draft {
        purpose: Purpose::Answer,
        started_by: StartedBy::Person,
        ask_anyway: false,
        begins_conversation: false,
        basis: Basis::of(conversation(0), &messages),
        destination: destination(url, Method::Post),
        parts: messages.iter().zip(0..).map(part).collect(),
        body: serde_json::to_vec(&body).unwrap(),
        estimate: Estimate::default(),
    }
}

/// The same, asked by the program in the conversation of that number.
pub(crate) fn by_program(number: u64) -> Draft {
    let mut draft = draft(CLOUD, &["again?"]);
    draft.started_by = StartedBy::Program;
    draft.basis = Basis::of(conversation(number), &[]);
    draft
}

/// A gate with the cloud on.
pub(crate) fn gate() -> Gate {
    let mut gate = Gate::new(Policy::default());
    assert_eq!(gate.turn_cloud_on().len(), 2);
    gate
}

/// Proposes; the person must be asked.
#[track_caller]
pub(crate) fn ask(gate: &mut Gate, draft: Draft, number: u64, now: u64) -> Vec<Effect> {
    match gate.propose(draft, id(number), key(), at(now)) {
        Ok(Taken::Asked(effects)) => effects,
        Ok(Taken::Granted(_)) => panic!("granted without asking"),
        Err(error) => panic!("{error}"),
    }
}

/// Shows the pending proposal in plain sight from `now` on; armed a second later.
#[track_caller]
pub(crate) fn arm(gate: &mut Gate, number: u64, now: u64) {
    let facts = [
        WindowFact::Visible(true),
        WindowFact::Covered(false),
        WindowFact::Focused(true),
    ];
    for fact in facts {
        assert_eq!(gate.window(id(number), fact, at(now)).unwrap(), []);
    }
    assert_eq!(gate.shown(id(number), at(now)).unwrap().len(), 1);
    let enabled = Effect::SetApprove {
        proposal: id(number),
        enabled: true,
    };
    assert_eq!(gate.tick(at(now + 1_000)), [enabled]);
}

/// The right yes to what is pending.
pub(crate) fn yes(gate: &Gate) -> Approval {
    let (proposal, _) = gate.pending().unwrap();
    Approval {
        proposal: proposal.id(),
        digest: proposal.request().digest(),
        basis: *proposal.basis(),
        standing: false,
    }
}

/// A yes to a fresh question, all the way, given at `now` + 1000.
#[track_caller]
pub(crate) fn granted(gate: &mut Gate, draft: Draft, number: u64, now: u64) -> Granted {
    let _ = ask(gate, draft, number, now);
    arm(gate, number, now);
    match gate.approve(yes(gate), at(now + 1_000)) {
        Ok(granted) => granted,
        Err(error) => panic!("{error}"),
    }
}
