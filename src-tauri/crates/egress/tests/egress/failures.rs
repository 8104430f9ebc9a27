//! What fails before an answer: told apart, and whether anything left.

use std::{net::IpAddr, time::Duration};

use sotto_consent::ledger::{FailReason, UnknownCause};
use sotto_egress::{Limits, Protocol, SendError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
};

use crate::{
    asking::{Ask, Came, ask, egress, egress_to, egress_with},
    authority::{HOST, Proof, server},
    double::{Double, Reply},
};

const OPENAI: Protocol = Protocol::OpenAi;

fn host() -> String {
    HOST.to_owned()
}

#[track_caller]
fn failed(came: Came, reason: FailReason, error: &SendError) {
    match came {
        Came::Failed(found, why) => assert_eq!((found, &why), (reason, error)),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn lost(came: Came, cause: UnknownCause, error: &SendError) {
    match came {
        Came::Lost(found, why) => assert_eq!((found, &why), (cause, error)),
        other => panic!("{other:?}"),
    }
}

async fn never_asked() -> Double {
    Double::start(Some(server(Proof::Good)), |_| panic!("nothing may arrive")).await
}

#[tokio::test]
async fn certificates_are_told_apart() {
    let (host, reason) = (host(), FailReason::Encryption);
    for (proof, error) in [
        (
            Proof::UnknownAuthority,
            SendError::CertificateUnknown { host: host.clone() },
        ),
        (
            Proof::Forged,
            SendError::CertificateBad { host: host.clone() },
        ),
        (
            Proof::Expired,
            SendError::CertificateExpired { host: host.clone() },
        ),
        (
            Proof::NotYetValid,
            SendError::CertificateNotYetValid { host: host.clone() },
        ),
        (
            Proof::OtherHost,
            SendError::CertificateOfAnotherHost { host: host.clone() },
        ),
    ] {
        let double = Double::start(Some(server(proof)), |_| panic!("nothing may arrive")).await;
        failed(
            ask(&egress(), &Ask::cloud(OPENAI, &double)).await,
            reason,
            &error,
        );
        assert_eq!((double.connections(), double.arrived().len()), (1, 0));
    }
}

#[tokio::test]
async fn a_server_without_encryption_is_found() {
    let double = Double::start(None, |_| panic!("nothing may arrive")).await;
    let error = SendError::Encryption { host: host() };
    let came = ask(&egress(), &Ask::cloud(OPENAI, &double)).await;
    failed(came, FailReason::Encryption, &error);
    // One that closes within the handshake.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4_096]).await;
    });
    let question = Ask::of(
        OPENAI,
        &format!("https://{HOST}:{}/v1", address.port()),
        &[],
    );
    failed(
        ask(&egress(), &question).await,
        FailReason::Encryption,
        &error,
    );
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    // Bound and not listening: nobody else can take the port meanwhile.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let error = SendError::Refused { host: host() };
    for base in [
        format!("https://{HOST}:{port}/v1"),
        format!("http://{HOST}:{port}/v1"),
    ] {
        let question = Ask::of(OPENAI, &base, &[[127, 0, 0, 1].into()]);
        failed(
            ask(&egress(), &question).await,
            FailReason::Connection,
            &error,
        );
    }
}

#[tokio::test]
async fn names_that_lead_nowhere_or_elsewhere_are_told_apart() {
    let host = "nowhere.double.test".to_owned();
    let question = Ask::of(OPENAI, &format!("https://{host}/v1"), &[]);
    let error = SendError::NameUnknown { host };
    failed(ask(&egress(), &question).await, FailReason::Name, &error);
}

#[tokio::test]
async fn a_name_that_left_the_network_is_not_connected_to() {
    let double = Double::start(None, |_| panic!("nothing may arrive")).await;
    let question = Ask::network(OPENAI, &double);
    let error = SendError::NameLeavesNetwork { host: host() };
    for public in ["8.8.8.8", "2001:db8::1", "0.0.0.0"] {
        let egress = egress_to(public.parse().unwrap(), Limits::default());
        failed(ask(&egress, &question).await, FailReason::Name, &error);
    }
    assert_eq!(double.connections(), 0);
}

/// Linux says so of an address that no connection can be made to, whatever the network is.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_network_is_told_apart() {
    let double = never_asked().await;
    let multicast: IpAddr = [224, 0, 0, 1].into();
    let egress = egress_to(multicast, Limits::default());
    let came = ask(&egress, &Ask::cloud(OPENAI, &double)).await;
    failed(came, FailReason::Offline, &SendError::Offline);
    assert_eq!(double.connections(), 0);
}

#[tokio::test]
async fn a_host_that_takes_no_connection_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let limits = Limits {
        connect: Duration::from_millis(50),
        ..Limits::default()
    };
    // The system takes the connection, nobody answers the handshake.
    let question = Ask::of(OPENAI, &format!("https://{HOST}:{port}/v1"), &[]);
    let error = SendError::ConnectTooSlow {
        host: host(),
        seconds: 0,
    };
    failed(
        ask(&egress_with(limits), &question).await,
        FailReason::Connection,
        &error,
    );
}

#[tokio::test]
async fn a_key_that_no_header_holds_is_refused() {
    let double = never_asked().await;
    let question = Ask::cloud(OPENAI, &double);
    for key in ["", "sk-\n", "sk-\u{7f}"] {
        let agreed = crate::asking::agree(&question);
        let hash = sotto_consent::AnswerHash::new(crate::asking::ledger_key());
        let (key, cut) = (Some(key.to_owned().into()), Default::default());
        let outcome = egress()
            .send(agreed.cleared, question.expected, key, hash, cut)
            .await;
        let mut gate = agreed.gate;
        let came = crate::asking::report(outcome, &mut gate, agreed.id).await;
        failed(came, FailReason::NoKey, &SendError::KeyUnusable);
    }
    assert_eq!(double.connections(), 0);
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_may_have_carried_it() {
    for tls in [Some(server(Proof::Good)), None] {
        let encrypted = tls.is_some();
        let double = Double::start(tls, |_| Reply::Close).await;
        let question = if encrypted {
            Ask::cloud(OPENAI, &double)
        } else {
            Ask::network(OPENAI, &double)
        };
        let error = SendError::ConnectionLost { host: host() };
        lost(
            ask(&egress(), &question).await,
            UnknownCause::ConnectionLost,
            &error,
        );
        assert_eq!(
            (double.connections(), double.arrived().len()),
            (1, 1),
            "once"
        );
    }
}

#[tokio::test]
async fn a_server_that_never_answers_may_have_taken_it() {
    let limits = Limits {
        first_byte: Duration::from_millis(200),
        ..Limits::default()
    };
    let double = Double::start(Some(server(Proof::Good)), |_| Reply::Never).await;
    let came = ask(&egress_with(limits), &Ask::cloud(OPENAI, &double)).await;
    let error = SendError::NoAnswer {
        host: host(),
        seconds: 0,
    };
    lost(came, UnknownCause::NoAnswer, &error);
    assert_eq!(double.connections(), 1);
}

#[tokio::test]
async fn what_is_not_http_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4_096]).await;
        stream
            .write_all(b"220 mail.double.test ESMTP\r\n")
            .await
            .unwrap();
        let _ = stream.read(&mut [0; 4_096]).await;
    });
    let base = format!("http://{HOST}:{}/v1", address.port());
    let question = Ask::of(OPENAI, &base, &[[127, 0, 0, 1].into()]);
    let error = SendError::NotHttp { host: host() };
    lost(
        ask(&egress(), &question).await,
        UnknownCause::ConnectionLost,
        &error,
    );
}
