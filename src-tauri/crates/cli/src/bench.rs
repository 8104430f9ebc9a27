//! `sotto models bench`: how fast a model is on this computer, beside what its memory allows.

use std::io::{IsTerminal, Write};

use sotto_api::view::{
    AppEvent,
    models::{BenchProgress, Measurement},
};

use crate::{exit::Exit, print_json, print_line, session::Session};

pub(crate) async fn run(name: Option<String>, json: bool) -> Result<(), Exit> {
    // With the history open, because it knows how the person runs the model.
    let mut session = Session::asking().await?;
    let measured = measure(&mut session, name).await;
    session.sotto.shutdown().await;
    let measured = measured?;
    if json {
        return print_json(&measured);
    }
    lines(&measured)
        .iter()
        .try_for_each(|line| print_line(line))
}

async fn measure(session: &mut Session, name: Option<String>) -> Result<Measurement, Exit> {
    let name = match name {
        Some(name) => name,
        None => session.sotto.models().await?.default.ok_or(Exit::NoModel(
            "No model is on this computer yet.".to_owned(),
        ))?,
    };
    let sotto = session.sotto.clone();
    let measuring = sotto.bench_model(name);
    tokio::pin!(measuring);
    loop {
        tokio::select! {
            measured = &mut measuring => {
                erase();
                return measured.map_err(Exit::from);
            }
            event = session.next_event() => match event {
                Some(AppEvent::BenchProgressed { progress }) => show(&progress),
                Some(_) => {}
                None => return Err(Exit::Failed("The core went away.".to_owned())),
            },
        }
    }
}

/// On one line that is written over; nothing where nobody watches.
fn show(progress: &BenchProgress) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{:>3} %  {}", progress.percent, progress.stage);
        let _ = std::io::stderr().flush();
    }
}

fn erase() {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
}

fn lines(measured: &Measurement) -> Vec<String> {
    let share = if measured.limit > 0.0 {
        100.0 * measured.decode / measured.limit
    } else {
        0.0
    };
    vec![
        format!(
            "{} on {} ({} threads)",
            measured.model, measured.backend, measured.threads
        ),
        format!("prefill       {:>9.1} tokens/s", measured.prefill),
        format!("decode        {:>9.1} tokens/s", measured.decode),
        format!(
            "first token   {:>9.0} ms after a short question",
            measured.first_token
        ),
        format!(
            "memory        {:>9.2} GB, expected {:.2} GB",
            gigabytes(measured.memory),
            gigabytes(measured.expected_memory)
        ),
        format!(
            "limit         {:>9.1} tokens/s: {:.1} GB/s are read, {:.2} GB of them for each token; {share:.0} % reached",
            measured.limit,
            gigabytes(measured.bandwidth),
            gigabytes(measured.bytes_per_token)
        ),
    ]
}

fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_stands_beside_what_was_reached() {
        let measured = Measurement {
            model: "Tiny".to_owned(),
            at: sotto_api::Timestamp::from_milliseconds(0),
            prefill: 104.0,
            decode: 30.0,
            first_token: 500.4,
            memory: 1_450_000_000,
            expected_memory: 1_400_000_000,
            bandwidth: 34_000_000_000,
            bytes_per_token: 980_000_000,
            limit: 34.7,
            threads: 2,
            backend: "CPU".to_owned(),
        };
        let text = lines(&measured).join("\n");
        for part in [
            "Tiny on CPU",
            "104.0",
            "30.0",
            "500 ms",
            "1.45 GB",
            "34.7",
            "34.0 GB/s",
            "86 % reached",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
