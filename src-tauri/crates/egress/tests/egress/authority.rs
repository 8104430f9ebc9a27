//! A certificate authority that exists for one test run, and servers that it vouches for.

use std::sync::{Arc, LazyLock};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use sotto_egress::Trust;

/// The name that doubles answer to.
pub(crate) const HOST: &str = "api.double.test";

static AUTHORITY: LazyLock<CertifiedIssuer<'static, KeyPair>> =
    LazyLock::new(|| authority("Sotto's tests"));

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// What a client must believe to talk to the doubles.
pub(crate) fn trust() -> Trust {
    Trust::default().and_authorities(&AUTHORITY.pem()).unwrap()
}

/// How a double proves who it is.
#[derive(Clone, Copy)]
pub(crate) enum Proof {
    Good,
    Expired,
    NotYetValid,
    OtherHost,
    UnknownAuthority,
    /// By an authority that took the known one's name.
    Forged,
}

/// The side of a server of another name.
pub(crate) fn proof_of(name: &str) -> Arc<ServerConfig> {
    named(name, Proof::Good)
}

/// The side of the server.
pub(crate) fn server(proof: Proof) -> Arc<ServerConfig> {
    let name = match proof {
        Proof::OtherHost => "other.double.test",
        _ => HOST,
    };
    named(name, proof)
}

fn named(name: &str, proof: Proof) -> Arc<ServerConfig> {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    match proof {
        Proof::Expired => {
            params.not_before = date_time_ymd(2000, 1, 1);
            params.not_after = date_time_ymd(2001, 1, 1);
        }
        Proof::NotYetValid => params.not_before = date_time_ymd(4000, 1, 1),
        Proof::Good | Proof::OtherHost | Proof::UnknownAuthority | Proof::Forged => {}
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match proof {
        Proof::UnknownAuthority => params.signed_by(&key, &authority("Nobody")).unwrap(),
        Proof::Forged => params.signed_by(&key, &authority("Sotto's tests")).unwrap(),
        _ => params.signed_by(&key, &AUTHORITY).unwrap(),
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Arc::new(config)
}
