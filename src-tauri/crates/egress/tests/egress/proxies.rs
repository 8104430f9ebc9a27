//! A proxy in the environment is not asked. The environment is set for a copy of this program, which
//! runs one other test.

use std::process::Command;

use sotto_egress::Protocol;

use crate::{
    asking::{Ask, ask, egress},
    authority::{Proof, server},
    double::{Double, Reply},
};

const ANSWER: &str =
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
const VARIABLES: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// Asks with and without encryption. Run by the test below too.
#[tokio::test]
async fn a_question_arrives() {
    let encrypted = Double::start(Some(server(Proof::Good)), |_| Reply::events(ANSWER)).await;
    let plain = Double::start(None, |_| Reply::events(ANSWER)).await;
    for question in [
        Ask::cloud(Protocol::OpenAi, &encrypted),
        Ask::network(Protocol::OpenAi, &plain),
    ] {
        assert!(
            ask(&egress(), &question)
                .await
                .answered()
                .end
                .result
                .is_ok()
        );
    }
    assert_eq!((encrypted.arrived().len(), plain.arrived().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn proxies_in_the_environment_are_ignored() {
    let proxy = Double::start(None, |_| Reply::events(ANSWER)).await;
    let address = format!("http://{}", proxy.address);
    let mut copy = Command::new(std::env::current_exe().unwrap());
    copy.args(["--exact", "proxies::a_question_arrives"]);
    for variable in VARIABLES {
        copy.env(variable, &address);
        copy.env(variable.to_ascii_lowercase(), &address);
    }
    copy.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = tokio::task::spawn_blocking(move || copy.output())
        .await
        .unwrap()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("test result: ok. 1 passed"), "{printed}");
    assert_eq!(proxy.connections(), 0);
}
