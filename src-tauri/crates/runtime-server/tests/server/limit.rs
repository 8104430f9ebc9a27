//! How much memory models may take: who goes, who is refused, and what the process really takes.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::support::{LARGE, Runtime, STARTER, file, question};

/// A budget in which the two models do not fit together.
const LIMIT: u64 = 1_500_000_000;

/// Looks at the memory of a process until it is told to stop; gives the most that it saw.
fn most_memory_while<T>(runtime: &Runtime, work: impl FnOnce() -> T) -> (T, u64) {
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut most = 0;
            while !is_done.load(Ordering::Relaxed) {
                most = most.max(runtime.memory("VmRSS"));
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        // Also where the work fails.
        let done = Done(&is_done);
        let result = work();
        drop(done);
        (result, sampler.join().unwrap())
    })
}

#[test]
fn two_models_take_turns_within_the_limit() {
    let runtime = Runtime::start(&["--memory", &LIMIT.to_string()]);
    let ((), sampled) = most_memory_while(&runtime, || {
        runtime.chat(STARTER, json!({}));
        assert_eq!(runtime.names(), [STARTER]);

        // The larger one takes its place, and all the room there is: the context is cut to what fits,
        // and that is said.
        runtime.chat(LARGE, json!({}));
        let loaded = runtime.loaded();
        assert_eq!(loaded.len(), 1, "{loaded:?}");
        assert_eq!(loaded[0]["name"], LARGE);
        let context = loaded[0]["context_length"].as_u64().unwrap();
        assert!(context >= 2048, "{loaded:?}");
        let cut = context < 8192;
        assert_eq!(loaded[0]["context_wanted"] == json!(8192), cut);
        assert!(loaded[0]["size"].as_u64().unwrap() <= LIMIT);
        println!("a context of {context} tokens fits");

        // It answers a prompt that fills its batch, which takes the most memory.
        let long = "Tell me more about rivers. ".repeat(120);
        runtime.post(
            "/api/generate",
            &json!({"model": LARGE, "prompt": long, "stream": false,
            "options": {"num_predict": 4}}),
        );
        assert_eq!(runtime.names(), [LARGE]);

        runtime.chat(STARTER, json!({}));
        assert_eq!(runtime.names(), [STARTER]);
    });
    let most = runtime.memory("VmHWM");
    println!("at most {most} bytes, sampled {sampled}, of a limit of {LIMIT}");
    // The kernel counts by processor, so that the two differ a little.
    let most = most.max(sampled);
    assert!(most <= LIMIT + LIMIT / 10, "{most}");
    assert!(
        most >= 1_100_000_000,
        "the larger one was in memory: {most}"
    );

    // What is unloaded is really given back.
    runtime.chat(STARTER, json!({"messages": [], "keep_alive": 0}));
    assert_eq!(runtime.names(), [""; 0]);
    let left = runtime.memory("VmRSS");
    assert!(left < 120_000_000, "{left} bytes are left");
}

#[test]
fn what_cannot_fit_is_refused_before_it_is_read() {
    let runtime = Runtime::start(&["--memory", "500000000"]);
    runtime.chat(
        STARTER,
        json!({"options": {"num_ctx": 2048, "num_predict": 1}}),
    );
    let (read, memory) = (runtime.bytes_read(), runtime.memory("VmHWM"));
    let (status, lines) = runtime.ask("POST", "/api/chat", &question(LARGE, json!({})));
    assert_eq!(status, 500);
    let refusal = &lines[0];
    assert_eq!(refusal["code"], "insufficient_memory");
    assert_eq!(refusal["reason"], "limit");
    assert_eq!(refusal["limit"], 500_000_000);
    let number = |name: &str| refusal[name].as_u64().unwrap();
    assert!(number("needed") > 1_117_000_000, "{refusal}");
    assert!(number("available") <= 500_000_000);
    assert!(number("free") > 0);
    // Of its 1.1 GB only the header, with its vocabulary, and nothing of it stayed in memory.
    let read = runtime.bytes_read() - read;
    assert!(read < 20_000_000, "{read} bytes were read");
    assert!(runtime.memory("VmHWM") < memory + 100_000_000);
    // Nobody had to go for it.
    assert_eq!(runtime.names(), [STARTER]);
}

/// A folder with the starter under several names. Copies: one file with several names is one model.
fn folder_of_starters(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let copy = folder.path().join(format!("{name}.gguf"));
        std::fs::copy(file(STARTER), copy).unwrap();
    }
    folder
}

fn small(context: u32) -> serde_json::Value {
    json!({"options": {"num_ctx": context, "num_predict": 1, "temperature": 0}})
}

fn starters(folder: &Path, limit: u64) -> Runtime {
    Runtime::with_models(folder, &["--memory", &limit.to_string()])
}

#[test]
fn what_was_used_last_stays_and_a_larger_context_counts() {
    let folder = folder_of_starters(&["a", "b", "c"]);
    // Room for two of them with a small context, and for one with a large one.
    let runtime = starters(folder.path(), 550_000_000);
    runtime.chat("a", small(2048));
    runtime.chat("b", small(2048));
    assert_eq!(runtime.names(), ["b", "a"]);
    runtime.chat("a", small(2048));
    assert_eq!(runtime.names(), ["a", "b"]);
    runtime.chat("c", small(2048));
    assert_eq!(runtime.names(), ["c", "a"]);
    // The same model with more context leaves no room for another one.
    runtime.chat("a", small(8192));
    let loaded = runtime.loaded();
    assert_eq!(runtime.names(), ["a"]);
    assert_eq!(loaded[0]["context_length"], 8192);
    // More than fits is refused, and what is there goes on.
    let (status, lines) = runtime.ask("POST", "/api/chat", &question("a", small(8192 * 16)));
    assert_eq!(status, 200, "the model was trained for less: {lines:?}");
    let (status, lines) =
        starters(folder.path(), 270_000_000).ask("POST", "/api/chat", &question("a", small(8192)));
    assert_eq!(
        (status, &lines[0]["code"]),
        (500, &json!("insufficient_memory"))
    );
}

#[test]
fn the_limit_can_be_changed_while_it_runs() {
    let folder = folder_of_starters(&["a", "b"]);
    let runtime = starters(folder.path(), 2_000_000_000);
    runtime.chat("a", small(2048));
    runtime.chat("b", small(2048));
    assert_eq!(runtime.names(), ["b", "a"]);
    let limit = |bytes| runtime.post("/api/sotto/limits", &json!({ "memory": bytes }));
    assert_eq!(limit(Some(300_000_000))["memory"], 300_000_000);
    assert_eq!(runtime.names(), ["b"]);
    limit(Some(1_000_000));
    assert_eq!(runtime.names(), [""; 0]);
    let (status, _) = runtime.ask("POST", "/api/chat", &question("a", small(2048)));
    assert_eq!(status, 500);
    let usual = limit(None)["memory"].as_u64().unwrap();
    let (_, system) = runtime.ask("GET", "/api/sotto/system", &json!({}));
    assert_eq!(system[0]["memory_limit"], usual);
    assert_eq!(system[0]["memory_limit_chosen"], false);
    let total = system[0]["total_memory"].as_u64().unwrap();
    assert!(usual > total / 2 && usual < total, "{usual} of {total}");
    runtime.chat("a", small(2048));
    let (status, _) = runtime.ask("POST", "/api/sotto/limits", &json!({"memory": 0}));
    assert_eq!(status, 400);
}

#[test]
fn each_model_stays_for_its_own_time() {
    let folder = folder_of_starters(&["short", "for-ever", "long"]);
    let runtime = starters(folder.path(), 2_000_000_000);
    let stay = |name: &str, keep_alive: serde_json::Value| {
        let mut request = small(2048);
        request["keep_alive"] = keep_alive;
        runtime.chat(name, request);
    };
    stay("long", json!("10m"));
    stay("for-ever", json!(-1));
    stay("short", json!("200ms"));
    // Nothing tells when it is gone: that it goes within a while is what is tested.
    let mut names = runtime.names();
    for _ in 0..500 {
        if names.len() == 2 {
            break;
        }
        thread::sleep(Duration::from_millis(20));
        names = runtime.names();
    }
    assert_eq!(names, ["for-ever", "long"]);
    let loaded = runtime.loaded();
    assert!(
        loaded[0]["expires_at"]
            .as_str()
            .unwrap()
            .starts_with("9999")
    );
    assert!(
        !loaded[1]["expires_at"]
            .as_str()
            .unwrap()
            .starts_with("9999")
    );
    // Only the one that is named goes.
    runtime.chat("for-ever", json!({"messages": [], "keep_alive": 0}));
    assert_eq!(runtime.names(), ["long"]);
}
