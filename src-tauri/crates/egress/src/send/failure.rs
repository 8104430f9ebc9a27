//! What a failed request means: reqwest wraps the cause in several layers, and only the types inside
//! tell it. No text is read.

use std::{error::Error, io, time::Duration};

use rustls::CertificateError;
use sotto_consent::ledger::{FailReason, UnknownCause};

use super::{Limits, Outcome, failed, lost};
use crate::{
    error::SendError,
    names::{NameError, means_offline},
};

/// The outcome of a request that was not answered.
pub(super) fn outcome(
    error: &reqwest_tls::Error,
    host: String,
    connected: bool,
    limits: Limits,
) -> Outcome {
    if connected || !(error.is_connect() || error.is_builder()) {
        return after_connecting(error, host);
    }
    if error.is_builder() {
        return failed(FailReason::Other, SendError::NotARequest);
    }
    let (reason, error) = before_connecting(error, host, limits.connect);
    failed(reason, error)
}

/// Everything from the first byte on. A request that reached no connection by some way that is not
/// known counts as this too: unknown is unknown.
fn after_connecting(error: &reqwest_tls::Error, host: String) -> Outcome {
    let not_http = causes(error).any(|cause| {
        cause
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse)
    });
    let error = if not_http {
        SendError::NotHttp { host }
    } else {
        SendError::ConnectionLost { host }
    };
    lost(UnknownCause::ConnectionLost, error)
}

fn before_connecting(
    error: &reqwest_tls::Error,
    host: String,
    limit: Duration,
) -> (FailReason, SendError) {
    for cause in causes(error) {
        if let Some(error) = cause.downcast_ref::<NameError>() {
            return name(*error, host);
        }
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return (FailReason::Encryption, encryption(error, host));
        }
    }
    if error.is_timeout() {
        let seconds = limit.as_secs();
        return (
            FailReason::Connection,
            SendError::ConnectTooSlow { host, seconds },
        );
    }
    // Those of kind `Other` only carry another.
    let connecting = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .find(|cause| cause.kind() != io::ErrorKind::Other);
    match connecting {
        Some(error) if means_offline(error) => (FailReason::Offline, SendError::Offline),
        Some(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            (FailReason::Connection, SendError::Refused { host })
        }
        // The connection came about and ended within the encryption.
        Some(error) if ends_a_connection(error.kind()) => {
            (FailReason::Encryption, SendError::Encryption { host })
        }
        _ => (FailReason::Connection, SendError::Unreachable { host }),
    }
}

fn ends_a_connection(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

fn name(error: NameError, host: String) -> (FailReason, SendError) {
    match error {
        NameError::Offline => (FailReason::Offline, SendError::Offline),
        NameError::Unknown => (FailReason::Name, SendError::NameUnknown { host }),
        NameError::LeavesNetwork => (FailReason::Name, SendError::NameLeavesNetwork { host }),
    }
}

fn encryption(error: &rustls::Error, host: String) -> SendError {
    let rustls::Error::InvalidCertificate(error) = error else {
        return SendError::Encryption { host };
    };
    match error {
        CertificateError::UnknownIssuer => SendError::CertificateUnknown { host },
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            SendError::CertificateExpired { host }
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            SendError::CertificateNotYetValid { host }
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            SendError::CertificateOfAnotherHost { host }
        }
        CertificateError::Revoked => SendError::CertificateRevoked { host },
        _ => SendError::CertificateBad { host },
    }
}

/// An error and what is inside it, from the outside in. An `io::Error` hides the error that it was
/// made of from `source`.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let inside = |error: &&'a (dyn Error + 'static)| -> Option<&'a (dyn Error + 'static)> {
        let error: &'a (dyn Error + 'static) = *error;
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(hidden) => Some(hidden),
            None => error.source(),
        }
    };
    std::iter::successors(Some(error), inside)
}
