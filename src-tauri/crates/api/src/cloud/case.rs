//! What is asked of another computer, as the person is shown it and as it is drafted. The window
//! changes a case by saying which parts stay here and which findings become placeholders; each
//! change is drafted anew from the same sources.

use std::{net::IpAddr, time::SystemTime};

use sotto_consent::{
    Basis, Destination, Draft, Estimate, Method, Part, PartId, Proposal, Purpose, StartedBy, Url,
};
use sotto_domain::{ConversationId, Message, MessageId, Role};
use sotto_egress::{
    Expected, Question,
    estimate::{self, Counter},
};
use sotto_history::History;
use sotto_redaction::{CANNOT_FIND, Finding, ForeignFindings, Vault, Words, scan_all};

use crate::{
    cloud::providers::Endpoint,
    error::{ApiError, ErrorCode, sentence},
    view::consent::{ConsentChange, ConsentFinding, ConsentPart, ConsentPiece, ConsentView},
};

/// The most tokens of an answer. Enough for several pages; a limit must be named to say what an
/// answer can cost.
const ANSWER_TOKENS: u32 = 4_096;

/// What one part is made from.
struct Source {
    id: PartId,
    role: Role,
    text: String,
    message: Option<MessageId>,
    /// Numbered through all parts, in order.
    findings: Vec<(u32, Finding)>,
}

/// A request that somebody wants to make.
pub(crate) struct Case {
    pub(crate) endpoint: Endpoint,
    purpose: Purpose,
    started_by: StartedBy,
    ask_anyway: bool,
    with_key: bool,
    expected: Expected,
    /// What the conversation was when it was asked for; see [`Subject`].
    basis: Basis,
    pub(crate) subject: Option<Subject>,
    destination: Destination,
    sources: Vec<Source>,
    counter: Option<Counter>,
    at: SystemTime,
}

/// The part of a conversation that is asked about, to be read again when the person decides.
#[derive(Clone)]
pub(crate) struct Subject {
    /// Where it was read: the person's history, or the one in memory of the quick prompt.
    pub(crate) history: History,
    pub(crate) conversation: ConversationId,
    /// The last message that is there already; `None` at the beginning.
    pub(crate) after: Option<MessageId>,
    /// What is asked besides, not written down yet.
    pub(crate) question: Option<Message>,
}

/// What a model is asked.
pub(crate) struct Asked<'a> {
    pub(crate) model: &'a str,
    pub(crate) subject: Subject,
    /// The conversation up to and with the question.
    pub(crate) branch: &'a [Message],
    /// The person wants to see it even where a standing yes would do.
    pub(crate) ask_anyway: bool,
    /// A key is kept for whoever is asked.
    pub(crate) with_key: bool,
    pub(crate) started_by: StartedBy,
}

/// A case, drafted with some change.
pub(crate) struct Drafted {
    pub(crate) draft: Draft,
    pub(crate) shown: Vec<ConsentPart>,
    /// What stands behind the placeholders.
    pub(crate) vault: Vault,
}

impl Case {
    /// A model answers.
    pub(crate) fn answer(
        endpoint: Endpoint,
        asked: Asked<'_>,
        words: &Words,
        at: SystemTime,
    ) -> Result<Self, ApiError> {
        let Asked {
            model,
            subject,
            branch,
            ask_anyway,
            with_key,
            started_by,
        } = asked;
        let url = endpoint.protocol.question_url(&endpoint.base);
        let destination = destination(&endpoint, Method::Post, url, Some(model))?;
        let said: Vec<&Message> = branch.iter().filter(|said| !said.text.is_empty()).collect();
        let texts: Vec<&str> = said.iter().map(|said| said.text.as_str()).collect();
        let mut number = 0..;
        let findings = scan_all(&texts, words).into_iter();
        let sources = said
            .iter()
            .zip(findings)
            .zip(0..)
            .map(|((said, found), id)| {
                let mut found = found;
                found.sort_by_key(|finding| finding.range.start);
                Source {
                    id: PartId::new(id),
                    role: said.role,
                    text: said.text.clone(),
                    message: Some(said.id),
                    findings: number.by_ref().zip(found).collect(),
                }
            });
        Ok(Self {
            purpose: Purpose::Answer,
            started_by,
            ask_anyway,
            with_key,
            expected: Expected::Answer(endpoint.protocol),
            basis: Basis::of(subject.conversation, branch),
            subject: Some(subject),
            sources: sources.collect(),
            // Without a vocabulary the estimate says so by its range.
            counter: Counter::new().ok(),
            endpoint,
            destination,
            at,
        })
    }

    /// A provider says which models it has; this also tries the key.
    pub(crate) fn models(
        endpoint: Endpoint,
        with_key: bool,
        started_by: StartedBy,
        at: SystemTime,
    ) -> Result<Self, ApiError> {
        let (url, expected) = endpoint.models_at().map_err(|error| other(&error))?;
        let destination = destination(&endpoint, Method::Get, Ok(url), None)?;
        Ok(Self {
            purpose: Purpose::KeyTest,
            started_by,
            ask_anyway: false,
            with_key,
            expected,
            basis: Basis::None,
            subject: None,
            sources: Vec::new(),
            counter: None,
            endpoint,
            destination,
            at,
        })
    }

    /// Drafts it with a change.
    pub(crate) fn draft(&self, change: &ConsentChange) -> Result<Drafted, ApiError> {
        let mut vault = Vault::default();
        let mut shown = Vec::new();
        for source in &self.sources {
            let left_out = change.leave_out.contains(&source.id);
            let pieces = pieces(source, change, &mut vault).map_err(|error| other(&error))?;
            shown.push(ConsentPart {
                id: source.id,
                role: source.role,
                left_out,
                pieces,
            });
        }
        let part = |(shown, source): (&ConsentPart, &Source)| Part {
            id: source.id,
            role: source.role,
            text: shown
                .pieces
                .iter()
                .map(|piece| piece.text.as_str())
                .collect(),
            message: source.message,
            left_out: shown.left_out,
        };
        let parts: Vec<Part> = shown.iter().zip(&self.sources).map(part).collect();
        let draft = Draft {
            purpose: self.purpose,
            started_by: self.started_by,
            ask_anyway: self.ask_anyway,
            begins_conversation: self
                .subject
                .as_ref()
                .is_some_and(|subject| subject.after.is_none()),
            basis: self.basis,
            destination: self.destination.clone(),
            body: self.body(&parts)?,
            estimate: self.estimate(&parts),
            parts,
        };
        Ok(Drafted {
            draft,
            shown,
            vault,
        })
    }

    fn body(&self, parts: &[Part]) -> Result<Vec<u8>, ApiError> {
        let Some(model) = self.destination.model() else {
            return Ok(Vec::new());
        };
        let question = Question {
            model,
            parts,
            answer_tokens: ANSWER_TOKENS,
            dialect: self.endpoint.dialect,
        };
        let body = self.endpoint.protocol.body(&question);
        body.map_err(|error| other(&error))
    }

    fn estimate(&self, parts: &[Part]) -> Estimate {
        let (Some(counter), Some(model)) = (&self.counter, self.destination.model()) else {
            return Estimate::default();
        };
        counter.estimate(&estimate::Asked {
            prices: self.endpoint.prices.as_deref(),
            model,
            parts,
            answer_tokens: ANSWER_TOKENS,
            at: self.at,
        })
    }

    /// What the person is shown of a proposal that was drafted from this case.
    pub(crate) fn view(
        &self,
        proposal: &Proposal,
        shown: &[ConsentPart],
        decide_within_milliseconds: u64,
    ) -> ConsentView {
        ConsentView {
            proposal: proposal.id(),
            digest: proposal.request().digest(),
            purpose: proposal.purpose(),
            destination: proposal.destination().clone(),
            provider_title: self.endpoint.title.clone(),
            parts: shown.to_vec(),
            with_key: self.with_key,
            body_bytes: proposal.request().body().len() as u64,
            estimate: proposal.estimate(),
            prices_as_of: estimate::PRICES_AS_OF.to_owned(),
            retention: self.endpoint.retention.clone(),
            cannot_find: CANNOT_FIND.to_owned(),
            standing_possible: proposal.destination().server().is_some(),
            decide_within_milliseconds,
        }
    }

    /// In which form the answer comes.
    pub(crate) const fn expected(&self) -> Expected {
        self.expected
    }
}

/// A part, cut at its findings; what is replaced says its placeholder.
fn pieces(
    source: &Source,
    change: &ConsentChange,
    vault: &mut Vault,
) -> Result<Vec<ConsentPiece>, ForeignFindings> {
    let text = source.text.as_str();
    let mut pieces = Vec::new();
    let plain = |from: usize, to: usize, vault: &mut Vault, pieces: &mut Vec<ConsentPiece>| {
        if from < to {
            let text = vault.replace(&text[from..to], &[])?;
            pieces.push(ConsentPiece {
                text,
                finding: None,
            });
        }
        Ok(())
    };
    let mut end = 0;
    for (number, finding) in &source.findings {
        plain(end, finding.range.start, vault, &mut pieces)?;
        let exact = &text[finding.range.clone()];
        let replaced = change.replace.contains(number);
        let here = Finding {
            range: 0..exact.len(),
            ..finding.clone()
        };
        pieces.push(ConsentPiece {
            text: vault.replace(
                exact,
                if replaced {
                    std::slice::from_ref(&here)
                } else {
                    &[]
                },
            )?,
            finding: Some(ConsentFinding {
                number: *number,
                kind: finding.kind,
                name: finding.name.to_owned(),
                certainty: finding.certainty,
                replaced,
            }),
        });
        end = finding.range.end;
    }
    plain(end, text.len(), vault, &mut pieces)?;
    Ok(pieces)
}

fn destination(
    endpoint: &Endpoint,
    method: Method,
    url: Result<Url, sotto_consent::AddressError>,
    model: Option<&str>,
) -> Result<Destination, ApiError> {
    let url = url.map_err(|error| other(&error))?;
    let resolved = on_this_computer(&url);
    let destination = Destination::new(
        endpoint.id.clone(),
        method,
        url,
        &resolved,
        model.map(str::to_owned),
    )
    .map_err(|error| other(&error))?;
    let passed_on = model.is_some_and(|model| endpoint.passes_on(model));
    Ok(if passed_on {
        destination.passed_on_to_the_cloud()
    } else {
        destination
    })
}

/// Where a name leads that is this computer's own by definition (RFC 6761). No other name is looked
/// up before a yes, because the question itself would tell the network about it: all others count
/// as the cloud.
pub(crate) fn on_this_computer(url: &Url) -> Vec<IpAddr> {
    let host = url.host();
    if host == "localhost" || host.ends_with(".localhost") {
        vec![
            IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
            IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ]
    } else {
        Vec::new()
    }
}

fn other(error: &impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::Other, sentence(error))
}
