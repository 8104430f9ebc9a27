//! `sotto ask --cloud`: shows on the terminal what would be sent, to the letter, and sends it only after
//! a yes that is typed there.

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufRead, BufReader, Write as _},
};

use sotto_api::{
    Sotto,
    consent::{NanoDollars, StartedBy, WindowFact},
    domain::{Place, Role},
    view::{
        Asked,
        cloud::{Decided, LargerQuestion, LargerRequest, NotSent},
        consent::{ConsentChange, ConsentDecision, ConsentEvent, ConsentView},
    },
};
use tokio::sync::{mpsc, oneshot};

use crate::{exit::Exit, session::Session};

/// What the person types to agree.
const YES: &str = "yes";

/// A question to `PROVIDER/MODEL`. Models of some providers have a slash in their own name.
pub(crate) fn request(larger: &str, text: String) -> Result<LargerRequest, Exit> {
    let wrong = || {
        Exit::BadInput(
            "Write --cloud PROVIDER/MODEL, for example --cloud openai/gpt-5-mini. `sotto providers list` shows who can be asked."
                .to_owned(),
        )
    };
    let (provider, model) = larger.split_once('/').ok_or_else(wrong)?;
    if model.is_empty() {
        return Err(wrong());
    }
    Ok(LargerRequest {
        what: LargerQuestion::New {
            conversation: None,
            text,
        },
        provider: provider.parse().map_err(|_| wrong())?,
        model: model.to_owned(),
        ask_anyway: true,
    })
}

/// Asks, with the person's yes on the terminal.
pub(crate) async fn ask(
    session: &mut Session,
    request: Result<LargerRequest, Exit>,
    redact: bool,
) -> Result<Asked, Exit> {
    let request = request?;
    let terminal = terminal().map_err(|_| {
        Exit::NotSent(
            "Nothing was sent: a larger model is asked only after a yes that is typed on a terminal, and there is none here."
                .to_owned(),
        )
    })?;
    let Session {
        sotto, proposals, ..
    } = session;
    // Whoever asks in a terminal is a person; without one nothing gets here.
    let asking = sotto.ask_larger(request, StartedBy::Person);
    tokio::pin!(asking);
    let decided = tokio::select! {
        decided = &mut asking => decided?,
        Err(error) = consent(sotto, proposals, terminal, redact) => {
            sotto.withdraw_larger();
            return Err(error);
        }
    };
    match decided {
        Decided::Asked { asked } => Ok(*asked),
        Decided::NotSent { why } => Err(Exit::NotSent(
            match why {
                NotSent::Denied => "Nothing was sent.",
                NotSent::NoDecision => "Nothing was sent: two minutes went by.",
                NotSent::Blocked => "Nothing was sent: it was blocked meanwhile.",
                NotSent::ConversationChanged => {
                    "Nothing was sent: the conversation was changed meanwhile."
                }
                NotSent::Withdrawn | NotSent::NotUsed => "Nothing was sent.",
            }
            .to_owned(),
        )),
    }
}

/// Takes what the person is asked until it is decided. Ends only with an error.
async fn consent(
    sotto: &Sotto,
    proposals: &mut mpsc::UnboundedReceiver<ConsentEvent>,
    terminal: File,
    redact: bool,
) -> Result<std::convert::Infallible, Exit> {
    let mut shown = None;
    let mut typed = None;
    loop {
        tokio::select! {
            event = proposals.recv() => match event {
                Some(ConsentEvent::Show { request }) => {
                    match all_findings(&request).filter(|_| redact) {
                        // Shown again, with placeholders.
                        Some(replace) => {
                            let change = ConsentChange { leave_out: Vec::new(), replace };
                            sotto.consent_change(request.proposal, change).await?;
                        }
                        None => {
                            print(&terminal, &preview(&request))?;
                            // A terminal cannot tell whether it is in sight: who types a word into
                            // it has it before them.
                            sotto.consent_shown(request.proposal);
                            for fact in [
                                WindowFact::Visible(true),
                                WindowFact::Focused(true),
                                WindowFact::Covered(false),
                            ] {
                                sotto.consent_fact(fact);
                            }
                            shown = Some(request);
                        }
                    }
                }
                Some(ConsentEvent::Approve { enabled: true, .. }) if typed.is_none() => {
                    typed = Some(line(&terminal)?);
                }
                // What became of it is said by whoever waits for it.
                Some(ConsentEvent::Approve { .. } | ConsentEvent::Close) => {}
                None => return Err(Exit::Failed("The core went away.".to_owned())),
            },
            line = heard(&mut typed) => {
                typed = None;
                if let Some(view) = &shown {
                    let decision = ConsentDecision {
                        proposal: view.proposal,
                        digest: view.digest,
                        yes: line.is_some_and(|line| line.trim().eq_ignore_ascii_case(YES)),
                        standing: false,
                    };
                    sotto.consent_decide(decision).await?;
                }
            }
        }
    }
}

/// The line that was asked for; never comes where none was.
async fn heard(typed: &mut Option<oneshot::Receiver<String>>) -> Option<String> {
    match typed {
        Some(line) => line.await.ok(),
        None => std::future::pending().await,
    }
}

/// The numbers of what looks confidential, if anything does that is not replaced yet.
fn all_findings(view: &ConsentView) -> Option<Vec<u32>> {
    let pieces = view.parts.iter().flat_map(|part| &part.pieces);
    let findings: Vec<_> = pieces.filter_map(|piece| piece.finding.as_ref()).collect();
    let some_left = findings.iter().any(|finding| !finding.replaced);
    some_left.then(|| findings.iter().map(|finding| finding.number).collect())
}

/// What would be sent, for a person who reads a terminal.
fn preview(view: &ConsentView) -> String {
    let destination = &view.destination;
    let place = match destination.place() {
        Place::Cloud => "the cloud",
        Place::YourNetwork => "your network",
        Place::ThisComputer => "this computer",
    };
    let mut text = String::from("\n");
    let mut say = |line: String| {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{line}");
    };
    say(format!(
        "Sotto would send this to {} ({place}), {}{}:",
        visible(&view.provider_title),
        destination.url(),
        destination
            .model()
            .map(|model| format!(", model {}", visible(model)))
            .unwrap_or_default()
    ));
    for part in &view.parts {
        let role = match part.role {
            Role::System => "Instructions",
            Role::User => "You",
            Role::Assistant => "Answer",
        };
        say(format!("\n--- {role} ---"));
        let exact: String = part
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        // No text can pass for a line of Sotto's own.
        say(visible(&exact)
            .split('\n')
            .map(|line| format!("| {line}"))
            .collect::<Vec<_>>()
            .join("\n"));
    }
    say("\n---".to_owned());
    if view.with_key {
        say("Your key for it goes along.".to_owned());
    }
    let findings = view.parts.iter().flat_map(|part| &part.pieces);
    let findings: Vec<String> = findings
        .filter_map(|piece| {
            let finding = piece.finding.as_ref()?;
            (!finding.replaced).then(|| format!("{} ({})", visible(&piece.text), finding.name))
        })
        .collect();
    if !findings.is_empty() {
        say(format!(
            "Looks confidential: {}. --redact puts placeholders in their place.",
            findings.join(", ")
        ));
    }
    say(view.cannot_find.clone());
    let estimate = view.estimate;
    say(format!(
        "{} bytes, {} to {} tokens. {}",
        view.body_bytes,
        estimate.fewest_tokens,
        estimate.most_tokens,
        match estimate.most_cost {
            Some(cost) => format!(
                "It costs at most {} (prices of {}).",
                dollars(cost),
                view.prices_as_of
            ),
            None => "What it costs is unknown.".to_owned(),
        }
    ));
    say(match &view.retention {
        Some(retention) => format!("Retention, as of {}: {}", retention.checked, retention.text),
        None => "How long the provider keeps it is unknown.".to_owned(),
    });
    text
}

/// Money for people: `$0.0021`.
pub(crate) fn dollars(cost: NanoDollars) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
    let dollars = cost.0 as f64 / 1e9;
    if dollars > 0.0 && dollars < 0.0001 {
        "less than $0.0001".to_owned()
    } else {
        format!("${dollars:.4}")
    }
}

/// A text as it is, with characters that a terminal would obey or not show written out: what is on
/// the screen must be what is sent.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        // Format characters, variation selectors, tags, and letters without a shape.
        let hidden = matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
            | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}');
        match letter {
            '\n' | '\t' => shown.push(letter),
            _ if letter.is_control() || hidden => {
                let _ = write!(shown, "<U+{:04X}>", u32::from(letter));
            }
            _ => shown.push(letter),
        }
    }
    shown
}

/// The terminal itself, whatever standard input and output are.
fn terminal() -> std::io::Result<File> {
    #[cfg(unix)]
    return File::options().read(true).write(true).open("/dev/tty");
    // A console of Windows is two files, and what was typed ahead is dropped in another way.
    #[cfg(not(unix))]
    return Err(std::io::ErrorKind::Unsupported.into());
}

fn print(mut terminal: &File, text: &str) -> Result<(), Exit> {
    Ok(terminal.write_all(text.as_bytes())?)
}

/// Asks for a line. What was typed before the question does not count. Read on a thread of its own,
/// which ends with the process: nobody can be kept from not answering.
fn line(terminal: &File) -> Result<oneshot::Receiver<String>, Exit> {
    print(
        terminal,
        &format!("\nType {YES} to send exactly this; anything else keeps it here: "),
    )?;
    #[cfg(unix)]
    rustix::termios::tcflush(terminal, rustix::termios::QueueSelector::IFlush)
        .map_err(std::io::Error::from)?;
    let reader = terminal.try_clone()?;
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        if BufReader::new(reader).read_line(&mut line).is_ok() {
            // Nobody waits any more when two minutes are over.
            let _ = sender.send(line);
        }
    });
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_and_a_model_with_slashes() {
        let request = request("openrouter/meta/llama", "?".to_owned()).unwrap();
        assert_eq!(request.provider.as_str(), "openrouter");
        assert_eq!(request.model, "meta/llama");
        for wrong in ["openai", "openai/", "/gpt", "Open AI/gpt"] {
            assert!(
                matches!(
                    super::request(wrong, "?".to_owned()),
                    Err(Exit::BadInput(_))
                ),
                "{wrong}"
            );
        }
    }

    #[test]
    fn nothing_hides_from_a_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a<U+001B>[2Jb");
        assert_eq!(
            visible("x\u{202e}y\u{200b}\r"),
            "x<U+202E>y<U+200B><U+000D>"
        );
        assert_eq!(
            visible("a\u{fe0f}\u{e0141}\u{3164}"),
            "a<U+FE0F><U+E0141><U+3164>"
        );
        assert_eq!(visible("ä\n\tคำ 👍"), "ä\n\tคำ 👍");
    }

    #[test]
    fn money() {
        assert_eq!(dollars(NanoDollars(0)), "$0.0000");
        assert_eq!(dollars(NanoDollars(1)), "less than $0.0001");
        assert_eq!(dollars(NanoDollars(2_100_000)), "$0.0021");
    }
}
