//! One yes, one request, one connection: nothing is followed, repeated or remembered.

use sotto_egress::{AnswerError, Protocol};

use crate::{
    asking::{Ask, ask, egress},
    authority::{HOST, Proof, server},
    double::{Double, Reply},
};

const OPENAI: Protocol = Protocol::OpenAi;
const ANSWER: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"So.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Double::start(Some(server(Proof::Good)), |_| Reply::events(ANSWER)).await;
    let plain = Double::start(None, |_| Reply::events(ANSWER)).await;
    let base = format!("https://{HOST}:{}", elsewhere.address.port());
    let targets = [
        (format!("{base}/v1/chat/completions?x=y"), Some(base)),
        (
            format!("http://127.0.0.1:{}/", plain.address.port()),
            Some(format!("http://127.0.0.1:{}", plain.address.port())),
        ),
        ("//[".to_owned(), None),
    ];
    for status in [300, 301, 302, 303, 304, 307, 308] {
        for (target, leads_to) in targets.clone() {
            let double = Double::start(Some(server(Proof::Good)), move |_| {
                Reply::new(status, "text/html", "<a>moved</a>").with("location", target.clone())
            })
            .await;
            let came = ask(&egress(), &Ask::cloud(OPENAI, &double))
                .await
                .answered();
            let error = AnswerError::Redirected {
                status,
                to: leads_to,
            };
            assert_eq!((came.status, came.error()), (status, error));
            assert_eq!((double.connections(), double.arrived().len()), (1, 1));
        }
    }
    assert_eq!((elsewhere.connections(), plain.connections()), (0, 0));
}

#[tokio::test]
async fn nothing_is_sent_twice() {
    for status in [408, 409, 421, 425, 429, 500, 502, 503, 504, 529] {
        let double = Double::start(Some(server(Proof::Good)), move |_| {
            Reply::json(status, "{}").with("retry-after", "0")
        })
        .await;
        let egress = egress();
        assert!(
            ask(&egress, &Ask::cloud(OPENAI, &double))
                .await
                .answered()
                .end
                .result
                .is_err()
        );
        assert_eq!(
            (double.connections(), double.arrived().len()),
            (1, 1),
            "{status}"
        );
    }
}

#[tokio::test]
async fn each_request_has_a_connection_of_its_own_and_no_cookie_comes_back() {
    let double = Double::start(Some(server(Proof::Good)), |_| {
        Reply::events(ANSWER)
            .with("set-cookie", "who=you; Path=/; Secure")
            .with("alt-svc", "h3=\":443\"")
            .with("strict-transport-security", "max-age=9")
    })
    .await;
    let egress = egress();
    for number in 1..=3 {
        let came = ask(&egress, &Ask::cloud(OPENAI, &double)).await.answered();
        assert_eq!(came.text, "So.");
        assert_eq!(double.connections(), number);
    }
    for arrived in double.arrived() {
        for header in [
            "cookie",
            "referer",
            "origin",
            "accept-encoding",
            "if-none-match",
        ] {
            assert_eq!(arrived.header(header), None);
        }
    }
}
