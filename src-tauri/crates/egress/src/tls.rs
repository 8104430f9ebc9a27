//! Whom to believe. A server proves who it is to the operating system's own verifier: what the person
//! or their administrator trusts in every other program (a company's authority among them) is trusted
//! here, what they distrust is not, and updates come with the system. A list of roots built into Sotto
//! (webpki-roots) would be none of these, and as old as the build.

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig,
    client::Resumption,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

/// The authorities that are believed: those of the platform, and perhaps some more.
#[derive(Clone, Default)]
pub struct Trust {
    more: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Trust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Trust(the platform and {} more)",
            self.more.len()
        )
    }
}

/// Why no connection can be proven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The text holds no certificate.
    #[error("this is not a certificate in PEM form")]
    NotPem,
    /// The platform has no authorities, or the given one cannot be used.
    #[error(
        "the certificates of this computer cannot be used ({0}); on Linux install the package ca-certificates"
    )]
    Unusable(String),
}

impl Trust {
    /// The same, and the authorities in a text in PEM form: of a server of the person's own, or of a
    /// test.
    ///
    /// # Errors
    ///
    /// [`TrustError::NotPem`].
    pub fn and_authorities(mut self, pem: &str) -> Result<Self, TrustError> {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let found = found.map_err(|_| TrustError::NotPem)?;
        if found.is_empty() {
            return Err(TrustError::NotPem);
        }
        self.more.extend(found);
        Ok(self)
    }

    /// What a connection needs. HTTP/1.1 only, and no session is taken up again: a ticket would tell
    /// the server that two requests come from the same computer.
    pub(crate) fn config(&self) -> Result<ClientConfig, TrustError> {
        let unusable = |error: rustls::Error| TrustError::Unusable(error.to_string());
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier::new_with_extra_roots(self.more.clone(), Arc::clone(&provider))
            .map_err(unusable)?;
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = Resumption::disabled();
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_a_certificate_is_refused() {
        for text in [
            "",
            "hello",
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        ] {
            let refused = Trust::default().and_authorities(text);
            assert_eq!(refused.err(), Some(TrustError::NotPem), "{text}");
        }
    }
}
