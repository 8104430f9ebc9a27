//! From a question to an outcome, through a real gate: proposed, shown, armed by facts and time, agreed
//! to, redeemed, recorded, sent and reported.

use std::{collections::BTreeMap, net::IpAddr};

use futures_util::StreamExt;
use secrecy::SecretString;
use sotto_consent::{
    AnswerHash, Approval, Basis, Cleared, Destination, Draft, Effect, Estimate, Gate, LedgerKey,
    Method, Monotonic, Part, PartId, Policy, ProposalId, ProposalView, Purpose, StartedBy, Taken,
    Url, WindowFact,
    chain::Head,
    ledger::{AnswerEnding, Event as LedgerEvent, FailReason, UnknownCause},
};
use sotto_domain::{Place, Role, Timestamp};
use sotto_egress::{
    AnswerError, Dialect, Egress, End, Event, Expected, Limits, Names, Outcome, Protocol, Question,
    SendError,
};
use tokio_util::sync::CancellationToken;

use crate::{
    authority::{HOST, trust},
    double::Double,
};

pub(crate) const KEY: &str = "sk-canary-3f9a1b7c5d";
const LEDGER_KEY: [u8; 32] = [9; 32];

pub(crate) fn ledger_key() -> LedgerKey<'static> {
    LedgerKey::new(&LEDGER_KEY)
}

pub(crate) fn at(milliseconds: u64) -> Monotonic {
    Monotonic::from_milliseconds(milliseconds)
}

/// A way out that knows the doubles' names, and waits long.
pub(crate) fn egress() -> Egress {
    egress_with(Limits::default())
}

pub(crate) fn egress_with(limits: Limits) -> Egress {
    egress_to([127, 0, 0, 1].into(), limits)
}

/// A way out for which the doubles' name leads to that address.
pub(crate) fn egress_to(address: IpAddr, limits: Limits) -> Egress {
    let list = BTreeMap::from([(HOST.to_owned(), vec![address])]);
    Egress::new(Names::Fixed(list), &trust(), limits).unwrap()
}

pub(crate) fn part(number: u32, role: Role, text: &str) -> Part {
    Part {
        id: PartId::new(number),
        role,
        text: text.to_owned(),
        message: None,
        left_out: false,
    }
}

/// What is asked, and where.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) expected: Expected,
    pub(crate) base: Url,
    /// Where the name led when the person was asked; empty for the cloud.
    pub(crate) resolved: Vec<IpAddr>,
    pub(crate) model: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) dialect: Dialect,
}

impl Ask {
    /// A short question to a double, in the cloud.
    pub(crate) fn cloud(protocol: Protocol, double: &Double) -> Self {
        Self::of(
            protocol,
            &format!("https://{HOST}:{}/v1", double.address.port()),
            &[],
        )
    }

    /// A short question to a double without TLS, in the person's network.
    pub(crate) fn network(protocol: Protocol, double: &Double) -> Self {
        let base = format!("http://{HOST}:{}/v1", double.address.port());
        Self::of(protocol, &base, &[[127, 0, 0, 1].into()])
    }

    pub(crate) fn of(protocol: Protocol, base: &str, resolved: &[IpAddr]) -> Self {
        Self {
            expected: Expected::Answer(protocol),
            base: base.parse().unwrap(),
            resolved: resolved.to_vec(),
            model: "large-1".to_owned(),
            parts: vec![part(0, Role::User, "Why is the sky blue?")],
            dialect: Dialect::default(),
        }
    }

    fn draft(&self) -> Draft {
        let question = |protocol: Protocol| {
            let question = Question {
                model: &self.model,
                parts: &self.parts,
                answer_tokens: 1_000,
                dialect: self.dialect,
            };
            protocol.body(&question).unwrap()
        };
        let (purpose, method, url, body) = match self.expected {
            Expected::Answer(protocol) => {
                let url = protocol.question_url(&self.base).unwrap();
                (Purpose::Answer, Method::Post, url, question(protocol))
            }
            Expected::Models(protocol) => {
                let url = protocol.models_url(&self.base).unwrap();
                (Purpose::ModelList, Method::Get, url, Vec::new())
            }
            Expected::OllamaModels => {
                let url = format!("{}/api/tags", self.base.origin()).parse().unwrap();
                (Purpose::ModelList, Method::Get, url, Vec::new())
            }
        };
        let is_answer = purpose == Purpose::Answer;
        let model = is_answer.then(|| self.model.clone());
        let provider = "double".parse().unwrap();
        Draft {
            purpose,
            started_by: StartedBy::Person,
            ask_anyway: false,
            begins_conversation: false,
            basis: Basis::None,
            destination: Destination::new(provider, method, url, &self.resolved, model).unwrap(),
            parts: if is_answer {
                self.parts.clone()
            } else {
                Vec::new()
            },
            body,
            estimate: Estimate::default(),
        }
    }
}

/// A yes that was given: what the person was shown, what may leave, and the gate that wants reports.
pub(crate) struct Agreed {
    pub(crate) shown: ProposalView,
    pub(crate) cleared: Cleared,
    pub(crate) gate: Gate,
    pub(crate) id: ProposalId,
}

/// Takes a question all the way to a cleared request.
pub(crate) fn agree(ask: &Ask) -> Agreed {
    let id = ProposalId::new(Timestamp::from_milliseconds(1), [0; 10]);
    let mut gate = Gate::new(Policy::default());
    drop(gate.turn_cloud_on());
    let taken = gate.propose(ask.draft(), id, ledger_key(), at(0)).unwrap();
    assert!(matches!(taken, Taken::Asked(_)));
    for fact in [
        WindowFact::Visible(true),
        WindowFact::Covered(false),
        WindowFact::Focused(true),
    ] {
        gate.window(id, fact, at(0)).unwrap();
    }
    gate.shown(id, at(0)).unwrap();
    let armed = Effect::SetApprove {
        proposal: id,
        enabled: true,
    };
    assert_eq!(gate.tick(at(1_000)), [armed]);
    let (proposal, _) = gate.pending().unwrap();
    let (shown, basis) = (proposal.view(), *proposal.basis());
    let yes = Approval {
        proposal: id,
        digest: shown.digest,
        basis,
        standing: false,
    };
    let granted = gate.approve(yes, at(1_001)).ok().unwrap();
    let request = granted.proposal.request().clone();
    let redeemed = granted
        .permit
        .redeem(&mut gate, request, at(1_002))
        .ok()
        .unwrap();
    let stored = Head::default()
        .seal(Timestamp::default(), redeemed.record())
        .unwrap();
    let cleared = redeemed.recorded(&stored).ok().unwrap();
    let expected = if ask.resolved.is_empty() {
        Place::Cloud
    } else {
        Place::YourNetwork
    };
    assert_eq!(cleared.place(), expected);
    Agreed {
        shown,
        cleared,
        gate,
        id,
    }
}

/// Sends what was agreed to.
pub(crate) async fn send(
    egress: &Egress,
    ask: &Ask,
    agreed: Cleared,
    cut: &CancellationToken,
) -> Outcome {
    let key = Some(SecretString::from(KEY));
    let hash = AnswerHash::new(ledger_key());
    egress
        .send(agreed, ask.expected, key, hash, cut.clone())
        .await
}

/// What came of a question.
#[derive(Debug)]
pub(crate) enum Came {
    Failed(FailReason, SendError),
    Lost(UnknownCause, SendError),
    Answered(Answered),
}

/// An answer, as far as it came.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) text: String,
    /// All but the texts and the end.
    pub(crate) others: Vec<Event>,
    pub(crate) end: End,
}

impl Came {
    #[track_caller]
    pub(crate) fn answered(self) -> Answered {
        match self {
            Self::Answered(answered) => answered,
            other => panic!("{other:?}"),
        }
    }
}

impl Answered {
    #[track_caller]
    pub(crate) fn error(&self) -> AnswerError {
        self.end.result.clone().unwrap_err()
    }
}

/// Asks, and reports what comes to the gate as it comes; the gate takes every report.
pub(crate) async fn ask(egress: &Egress, ask: &Ask) -> Came {
    let Agreed {
        cleared,
        mut gate,
        id,
        ..
    } = agree(ask);
    let outcome = send(egress, ask, cleared, &CancellationToken::new()).await;
    report(outcome, &mut gate, id).await
}

/// Follows an outcome to its end, reporting to the gate.
pub(crate) async fn report(outcome: Outcome, gate: &mut Gate, id: ProposalId) -> Came {
    let mut sent = match outcome {
        Outcome::Failed { reason, error } => {
            gate.failed(id, reason).unwrap();
            return Came::Failed(reason, error);
        }
        Outcome::Lost { cause, error } => {
            gate.lost(id, cause).unwrap();
            return Came::Lost(cause, error);
        }
        Outcome::Sent(sent) => sent,
    };
    gate.sent(id, sent.status).unwrap();
    let (mut text, mut others) = (String::new(), Vec::new());
    while let Some(event) = sent.events.next().await {
        match event {
            Event::Text(more) => {
                assert_ne!(more, "");
                text.push_str(&more);
            }
            Event::Ended(end) => {
                let recorded = gate.received(end.received(id, None)).unwrap();
                let [Effect::Record(LedgerEvent::Received(received))] = recorded.as_slice() else {
                    panic!("{recorded:?}")
                };
                assert_eq!(received.answer_hash, end.answer_hash);
                if end.result.is_ok() {
                    assert_eq!(end.ending, AnswerEnding::Complete);
                }
                assert!(sent.events.next().await.is_none(), "the end is the end");
                return Came::Answered(Answered {
                    status: sent.status,
                    text,
                    others,
                    end: *end,
                });
            }
            other => others.push(other),
        }
    }
    panic!("no end")
}
