//! The key and the words go to one server and nowhere else: not into logs at their most talkative, not
//! into errors, not into what is printed for debugging.

use std::{
    cell::RefCell,
    fmt::Write as _,
    io,
    sync::{Arc, Mutex, Once},
};

use sotto_domain::Role;
use sotto_egress::Protocol;

use crate::{
    asking::{Ask, Came, KEY, ask, egress, part},
    authority::{Proof, server},
    double::{Double, Reply, Step},
};

const WORDS: &str = "canary-of-my-diary-71c2";

thread_local! {
    static LOGGED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps what the crate `log` is told on threads that listen.
struct Listener;

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        LOGGED.with_borrow(Option::is_some)
    }

    fn log(&self, record: &log::Record<'_>) {
        LOGGED.with_borrow_mut(|kept| {
            if let Some(kept) = kept {
                writeln!(kept, "{} {}", record.target(), record.args()).unwrap();
            }
        });
    }

    fn flush(&self) {}
}

/// Keeps what `tracing` is told.
#[derive(Clone, Default)]
struct Traced(Arc<Mutex<Vec<u8>>>);

impl io::Write for Traced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that is logged and printed while a question goes wrong in many ways, and well.
async fn everything() -> String {
    let echo =
        format!(r#"{{"error":{{"message":"bad key {KEY}","type":"{KEY}","code":"{KEY}"}}}}"#);
    let word = r#"data: {"choices":[{"delta":{"content":"So."}}]}"#;
    let steps = |steps: &[&str]| {
        let say = |text: &&str| Step::Say(format!("{text}\n\n").into());
        Reply::steps(200, "text/event-stream", steps.iter().map(say).collect())
    };
    let error = format!("data: {echo}");
    let replies = [
        steps(&[
            word,
            r#"data: {"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
            "data: [DONE]",
        ]),
        steps(&[word, &error]),
        steps(&[word, "data: {oops"]),
        steps(&[word]),
        Reply::json(200, echo.clone()),
        Reply::json(400, echo.clone()),
        Reply::json(401, echo.clone()),
        Reply::json(429, echo.clone()),
        Reply::json(503, echo.clone()),
        Reply::new(302, "text/plain", echo.clone()).with("location", "https://a.example/"),
        Reply::Close,
    ];
    let mut printed = String::new();
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        for reply in replies.clone() {
            let double = Double::start(Some(server(Proof::Good)), move |_| reply.clone()).await;
            let mut question = Ask::cloud(protocol, &double);
            question.parts = vec![part(0, Role::User, WORDS)];
            let came = ask(&egress(), &question).await;
            write!(printed, "{came:?}").unwrap();
            let arrived = &double.arrived()[0];
            let sent = format!("{:?}", arrived.headers);
            assert_eq!(
                sent.matches(KEY).count(),
                1,
                "the server gets it, in one header"
            );
            let body = String::from_utf8_lossy(&arrived.body);
            assert!(!arrived.path.contains(KEY) && !body.contains(KEY));
            match came {
                Came::Failed(_, error) | Came::Lost(_, error) => {
                    write!(printed, "{error}").unwrap()
                }
                Came::Answered(answered) => {
                    if let Err(error) = answered.end.result {
                        write!(printed, "{error}").unwrap();
                    }
                }
            }
        }
        let stranger = Double::start(Some(server(Proof::UnknownAuthority)), |_| Reply::Close).await;
        let came = ask(&egress(), &Ask::cloud(protocol, &stranger)).await;
        write!(printed, "{came:?}").unwrap();
    }
    printed
}

#[test]
fn the_key_and_the_words_are_nowhere_else() {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
    let traced = Traced::default();
    let writer = traced.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _listening = tracing::subscriber::set_default(subscriber);
    LOGGED.with_borrow_mut(|kept| *kept = Some(String::new()));
    // On this thread alone, so that all of it is heard.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let printed = runtime.block_on(everything());
    let logged = LOGGED.with_borrow_mut(Option::take).unwrap();
    let traced = String::from_utf8_lossy(&traced.0.lock().unwrap()).into_owned();
    assert!(
        logged.contains("api.double.test"),
        "the ear is open: {logged}"
    );
    for (what, text) in [("log", logged), ("trace", traced), ("print", printed)] {
        for canary in [KEY, WORDS] {
            assert!(!text.contains(canary), "{canary} in {what}: {text}");
        }
        // The bytes of the key, as a list of numbers.
        assert!(!text.contains("115, 107, 45, 99"), "{what}");
    }
}
