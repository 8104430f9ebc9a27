//! The double of a model hub by itself, for tests and pictures that drive real programs:
//!
//! ```text
//! hub_double owner/name:path/of/model.gguf=FILE ... [--rate BYTES_PER_SECOND]
//! ```
//!
//! It prints one line of JSON with `endpoint` and `cdn` (the host to allow), then obeys lines on its standard
//! input and answers each with one line of JSON: `rate N` (0 is as fast as it goes), `cut N`, `hang N`,
//! `status N`, `counts`. It ends with its standard input.

use std::io::BufRead;

use sotto_test_support::{Fault, HubDouble, HubFile};

#[tokio::main]
async fn main() {
    let mut files = Vec::new();
    let mut rate = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--rate" {
            rate = arguments.next().and_then(|rate| rate.parse().ok());
            continue;
        }
        let (place, file) = argument.split_once('=').expect("owner/name:path=FILE");
        let (repository, path) = place.split_once(':').expect("owner/name:path=FILE");
        let bytes = std::fs::read(file).expect("the file can be read");
        files.push(HubFile::new(repository, path, bytes));
    }
    let hub = HubDouble::start(files).await;
    hub.sends_at(rate);
    say(&serde_json::json!({"endpoint": hub.endpoint, "cdn": hub.cdn}));
    let obeying = tokio::task::spawn_blocking(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let mut words = line.split_whitespace();
            let order = words.next().unwrap_or_default();
            let number: u64 = words
                .next()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0);
            match order {
                "rate" => hub.sends_at(Some(number).filter(|number| *number > 0)),
                "cut" => hub.fails([Fault::Cut(number)]),
                "hang" => hub.fails([Fault::Hang(number)]),
                "status" => hub.fails([Fault::Status(u16::try_from(number).unwrap_or(500), None)]),
                _ => {}
            }
            let (sent, connections) = (hub.sent_bytes(), hub.connections());
            say(
                &serde_json::json!({"sent_bytes": sent, "connections": connections, "requests": hub.fetched().len()}),
            );
        }
    });
    let _ = obeying.await;
}

fn say(line: &serde_json::Value) {
    use std::io::Write as _;
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{line}");
    let _ = output.flush();
}
