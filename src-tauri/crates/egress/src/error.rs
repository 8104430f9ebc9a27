//! What can go wrong, told apart, each with a sentence for the person: what happened, and what to do.

use std::time::Duration;

use crate::said::Said;

/// Why nothing came back. Whether anything left is said by
/// [`Outcome`](crate::Outcome): `Failed` or `Lost`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// There is no network.
    #[error("There is no network, so nothing was sent. Connect to one and ask again.")]
    Offline,
    /// The name leads nowhere.
    #[error("The name {host} leads nowhere, so nothing was sent. Check the address.")]
    NameUnknown {
        /// The name.
        host: String,
    },
    /// The name leads elsewhere than was agreed.
    #[error(
        "{host} was in your network when you agreed, and now leads out of it, so nothing was sent. Check where it should lead."
    )]
    NameLeavesNetwork {
        /// The name.
        host: String,
    },
    /// The host took no connection.
    #[error(
        "{host} takes no connection, so nothing was sent. Check that the server runs, and its port."
    )]
    Refused {
        /// The host.
        host: String,
    },
    /// No connection came about.
    #[error("{host} cannot be reached, so nothing was sent. Check the address and the network.")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// No connection came about in time.
    #[error(
        "{host} did not take a connection within {seconds} s, so nothing was sent. Ask again later."
    )]
    ConnectTooSlow {
        /// The host.
        host: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// Nobody that this computer trusts vouches for the server.
    #[error(
        "{host} cannot prove who it is: this computer does not know who issued its certificate. Nothing was sent. Somebody may be listening in; if it is your own server, add its authority to this computer."
    )]
    CertificateUnknown {
        /// The host.
        host: String,
    },
    /// Its proof is no longer good.
    #[error(
        "The certificate of {host} has expired, so nothing was sent. Check this computer's clock, or tell who runs the server."
    )]
    CertificateExpired {
        /// The host.
        host: String,
    },
    /// Its proof is not good yet.
    #[error(
        "The certificate of {host} is not valid yet, so nothing was sent. Check this computer's clock."
    )]
    CertificateNotYetValid {
        /// The host.
        host: String,
    },
    /// The proof is somebody else's.
    #[error(
        "What answers at {host} is another host by its certificate, so nothing was sent. Check the address, or sign in to the network that you are in."
    )]
    CertificateOfAnotherHost {
        /// The host.
        host: String,
    },
    /// Its proof was taken back.
    #[error("The certificate of {host} was revoked, so nothing was sent. Do not use this server.")]
    CertificateRevoked {
        /// The host.
        host: String,
    },
    /// Its proof is bad in another way.
    #[error(
        "The certificate of {host} is not good, so nothing was sent. Tell who runs the server."
    )]
    CertificateBad {
        /// The host.
        host: String,
    },
    /// No encrypted connection came about.
    #[error(
        "No encrypted connection to {host} came about, so nothing was sent. Check that the address should begin with https://."
    )]
    Encryption {
        /// The host.
        host: String,
    },
    /// The key cannot be written into a request.
    #[error(
        "The key holds characters that no key has, so nothing was sent. Enter it again in the settings."
    )]
    KeyUnusable,
    /// The request cannot be made.
    #[error("The request could not be made, so nothing was sent. Check the address.")]
    NotARequest,
    /// It was stopped before anything left.
    #[error("It was stopped before anything was sent.")]
    CutBefore,
    /// It was stopped.
    #[error("It was stopped while it was being sent: {host} may have received it.")]
    CutWhileSending {
        /// The host.
        host: String,
    },
    /// The connection broke.
    #[error(
        "The connection to {host} broke before an answer came. It may have received the question; it is not sent again by itself."
    )]
    ConnectionLost {
        /// The host.
        host: String,
    },
    /// What came back is no HTTP.
    #[error(
        "{host} said something that is not HTTP. It may have received the question. Check the address and the port."
    )]
    NotHttp {
        /// The host.
        host: String,
    },
    /// Nothing came.
    #[error(
        "{host} did not answer within {seconds} s. It may have received the question; it is not sent again by itself."
    )]
    NoAnswer {
        /// The host.
        host: String,
        /// How long it was waited for.
        seconds: u64,
    },
}

/// Why a server's answer is none, or not whole. What was said before is kept by whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// 400, 422 and the like.
    #[error("The provider did not accept the request ({status}).{}", quoted(.said))]
    NotAccepted {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: Option<Said>,
    },
    /// 401, 403 with a key.
    #[error("The provider did not accept the key ({status}). Check it in the settings, and what it is allowed to do.{}", quoted(.said))]
    KeyRefused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: Option<Said>,
    },
    /// 401, 403 without a key.
    #[error("The provider asks for a key ({status}). Enter one in the settings.{}", quoted(.said))]
    KeyNeeded {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: Option<Said>,
    },
    /// 402, or 429 because of money.
    #[error("The account at the provider has no money or quota left. Add some there.{}", quoted(.said))]
    NoQuota {
        /// What it said.
        said: Option<Said>,
    },
    /// 404.
    #[error("The provider does not know this model or this address (404). Choose another model, or check the address.{}", quoted(.said))]
    NotFound {
        /// What it said.
        said: Option<Said>,
    },
    /// 413, or 400 because of the length.
    #[error("The question is too long for this model. Leave parts out, or choose a model with a larger context.{}", quoted(.said))]
    TooLong {
        /// What it said.
        said: Option<Said>,
    },
    /// 429.
    #[error("The provider takes no more questions for now. {}{}", try_again(.wait), quoted(.said))]
    TooMany {
        /// How long it asks to wait.
        wait: Option<Duration>,
        /// What it said.
        said: Option<Said>,
    },
    /// 503, 529.
    #[error("The provider is overloaded. {}{}", try_again(.wait), quoted(.said))]
    Overloaded {
        /// How long it asks to wait.
        wait: Option<Duration>,
        /// What it said.
        said: Option<Said>,
    },
    /// Other 5xx.
    #[error("The provider failed ({status}). Ask again later.{}", quoted(.said))]
    ServerFailed {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: Option<Said>,
    },
    /// 3xx.
    #[error("The address leads on{} ({status}), and Sotto goes only where you agreed to. Enter the new address if you trust it.", leads_to(.to))]
    Redirected {
        /// The HTTP status.
        status: u16,
        /// Scheme, host and port that it leads to.
        to: Option<String>,
    },
    /// Any other status.
    #[error("The provider answered with a status that Sotto does not understand ({status}).{}", quoted(.said))]
    OddStatus {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: Option<Said>,
    },
    /// HTML.
    #[error(
        "A web page came instead of an answer ({status}). Check the address, or sign in to the network that you are in."
    )]
    WebPage {
        /// The HTTP status.
        status: u16,
    },
    /// Neither events nor JSON.
    #[error("What came is no answer of a language model. Check the address.")]
    OddContent,
    /// An event said that it failed.
    #[error("The provider broke the answer off.{}", quoted(.said))]
    BrokenOff {
        /// What it said.
        said: Option<Said>,
    },
    /// The stream ended before the answer did.
    #[error("The connection ended in the middle of the answer. What came is kept.")]
    Interrupted,
    /// Something that the protocol does not have.
    #[error(
        "The answer holds something that Sotto does not understand (event {event}). What came before is kept."
    )]
    Malformed {
        /// Which event, from 1; 0 for an answer without events.
        event: u32,
    },
    /// Over the limit.
    #[error("The answer is larger than {limit} bytes and was cut there. What came is kept.")]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// Nothing came any more.
    #[error("Nothing came for {seconds} s, so the connection was closed. What came is kept.")]
    Silence {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The person stopped it.
    #[error("It was stopped. What came is kept.")]
    Cut,
}

fn quoted(said: &Option<Said>) -> String {
    said.as_ref()
        .map(|said| format!(" It says: {said}"))
        .unwrap_or_default()
}

fn leads_to(to: &Option<String>) -> String {
    to.as_ref()
        .map(|to| format!(" to {to}"))
        .unwrap_or_default()
}

fn try_again(wait: &Option<Duration>) -> String {
    let Some(wait) = wait else {
        return "Ask again later.".to_owned();
    };
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    if seconds < 120 {
        format!("Ask again in {seconds} s.")
    } else {
        format!("Ask again in {} minutes.", seconds.div_ceil(60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_rounded_up() {
        let check = |milliseconds, expected: &str| {
            let wait = Some(Duration::from_millis(milliseconds));
            let error = AnswerError::TooMany { wait, said: None };
            let text = error.to_string();
            assert!(text.ends_with(expected), "{text}");
        };
        check(0, "in 0 s.");
        check(1, "in 1 s.");
        check(20_000, "in 20 s.");
        check(119_001, "in 2 minutes.");
        check(121_000, "in 3 minutes.");
    }

    #[test]
    fn the_providers_words_are_shown_and_not_printed() {
        let said = Said::new("your diary is too long", None);
        let error = AnswerError::TooLong { said };
        assert!(
            error
                .to_string()
                .ends_with(" It says: your diary is too long")
        );
        assert!(!format!("{error:?}").contains("diary"));
    }
}
