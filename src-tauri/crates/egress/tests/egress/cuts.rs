//! A cut ends the connection at once, at whatever moment, and is reported as what it was.

use std::future::Future;

use bytes::Bytes;
use futures_util::StreamExt;
use sotto_consent::ledger::{AnswerEnding, FailReason, UnknownCause};
use sotto_domain::Role;
use sotto_egress::{AnswerError, Event, Outcome, Protocol, SendError};
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_util::sync::CancellationToken;

use crate::{
    asking::{Agreed, Ask, Came, agree, egress, part, report, send},
    authority::{HOST, Proof, server},
    double::{Double, Reply, Step},
};

const OPENAI: Protocol = Protocol::OpenAi;
const WORD: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"So\"}}]}\n\n";

/// Asks, cuts once `when` is over, and says what came.
async fn cut_when(question: &Ask, when: impl Future<Output = ()>) -> Came {
    let Agreed {
        cleared,
        mut gate,
        id,
        ..
    } = agree(question);
    let (cut, egress) = (CancellationToken::new(), egress());
    let asking = async {
        let outcome = send(&egress, question, cleared, &cut).await;
        report(outcome, &mut gate, id).await
    };
    let cutting = async {
        when.await;
        cut.cancel();
    };
    tokio::join!(asking, cutting).0
}

#[tokio::test]
async fn before_anything_is_sent() {
    let double = Double::start(Some(server(Proof::Good)), |_| panic!("nothing may arrive")).await;
    let question = Ask::cloud(OPENAI, &double);
    let Agreed { cleared, .. } = agree(&question);
    let cut = CancellationToken::new();
    cut.cancel();
    let outcome = send(&egress(), &question, cleared, &cut).await;
    let Outcome::Failed { reason, error } = outcome else {
        panic!("it went on")
    };
    assert_eq!((reason, error), (FailReason::Cut, SendError::CutBefore));
    assert_eq!(double.connections(), 0);
}

#[tokio::test]
async fn within_the_handshake_nothing_has_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let question = Ask::of(OPENAI, &format!("https://{HOST}:{port}/v1"), &[]);
    let (began, begun) = tokio::sync::oneshot::channel();
    let (ended, end) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 4_096];
        assert!(stream.read(&mut hello).await.unwrap() > 0);
        began.send(()).unwrap();
        // Ends when the client is gone.
        while stream.read(&mut hello).await.is_ok_and(|read| read > 0) {}
        ended.send(()).unwrap();
    });
    let came = cut_when(&question, async { begun.await.unwrap() }).await;
    let Came::Failed(FailReason::Cut, SendError::CutBefore) = came else {
        panic!("{came:?}")
    };
    end.await.unwrap();
}

#[tokio::test]
async fn before_the_answer_it_may_have_left() {
    for tls in [Some(server(Proof::Good)), None] {
        let encrypted = tls.is_some();
        let double = Double::start(tls, |_| Reply::Never).await;
        let question = if encrypted {
            Ask::cloud(OPENAI, &double)
        } else {
            Ask::network(OPENAI, &double)
        };
        let came = cut_when(&question, double.request()).await;
        let Came::Lost(UnknownCause::Cut, SendError::CutWhileSending { .. }) = came else {
            panic!("{came:?}")
        };
        double.closed().await;
    }
}

#[tokio::test]
async fn while_it_is_being_sent_the_rest_stays_here() {
    const SIZE: usize = 64 << 20;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{HOST}:{}/v1", listener.local_addr().unwrap().port());
    let mut question = Ask::of(OPENAI, &base, &[[127, 0, 0, 1].into()]);
    question.parts = vec![part(0, Role::User, &"a".repeat(SIZE))];
    let (began, begun) = tokio::sync::oneshot::channel();
    let (cut, was_cut) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut piece = vec![0; 1 << 16];
        let mut arrived = stream.read(&mut piece).await.unwrap();
        began.send(()).unwrap();
        was_cut.await.unwrap();
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            arrived += read;
        }
        arrived
    });
    let came = cut_when(&question, async { begun.await.unwrap() }).await;
    let Came::Lost(UnknownCause::Cut, SendError::CutWhileSending { .. }) = came else {
        panic!("{came:?}")
    };
    cut.send(()).unwrap();
    let arrived = server.await.unwrap();
    assert!(arrived > 0 && arrived < SIZE / 2, "{arrived}");
}

#[tokio::test]
async fn within_the_answer_what_came_is_kept() {
    for content in ["text/event-stream", "application/json"] {
        let double = Double::start(Some(server(Proof::Good)), move |_| {
            let steps = vec![Step::Say(Bytes::from_static(WORD.as_bytes())), Step::Hang];
            Reply::steps(200, content, steps)
        })
        .await;
        let question = Ask::cloud(OPENAI, &double);
        let Agreed {
            cleared,
            mut gate,
            id,
            ..
        } = agree(&question);
        let cut = CancellationToken::new();
        let outcome = send(&egress(), &question, cleared, &cut).await;
        let Outcome::Sent(mut sent) = outcome else {
            panic!("not sent")
        };
        gate.sent(id, sent.status).unwrap();
        if content == "text/event-stream" {
            assert_eq!(sent.events.next().await, Some(Event::Text("So".to_owned())));
        }
        cut.cancel();
        let Some(Event::Ended(end)) = sent.events.next().await else {
            panic!("no end")
        };
        assert_eq!(
            (&end.result, end.ending),
            (&Err(AnswerError::Cut), AnswerEnding::Cut)
        );
        gate.received(end.received(id, None)).unwrap();
        assert_eq!(sent.events.next().await, None);
        // While the events are still held.
        double.closed().await;
        drop(sent);
    }
}

#[tokio::test]
async fn within_an_error_too() {
    let double = Double::start(Some(server(Proof::Good)), |_| {
        Reply::steps(500, "application/json", vec![Step::Hang])
    })
    .await;
    let question = Ask::cloud(OPENAI, &double);
    let came = cut_when(&question, double.request()).await;
    match came {
        Came::Answered(came) => assert_eq!(came.error(), AnswerError::Cut),
        // The cut may win over the head of the answer.
        Came::Lost(UnknownCause::Cut, _) => {}
        other => panic!("{other:?}"),
    }
    double.closed().await;
}

#[tokio::test]
async fn dropping_the_events_closes_the_connection() {
    let double = Double::start(Some(server(Proof::Good)), |_| {
        let steps = vec![Step::Say(Bytes::from_static(WORD.as_bytes())), Step::Hang];
        Reply::steps(200, "text/event-stream", steps)
    })
    .await;
    let question = Ask::cloud(OPENAI, &double);
    let Agreed { cleared, .. } = agree(&question);
    let outcome = send(&egress(), &question, cleared, &CancellationToken::new()).await;
    let Outcome::Sent(mut sent) = outcome else {
        panic!("not sent")
    };
    assert!(sent.events.next().await.is_some());
    drop(sent);
    double.closed().await;
}
