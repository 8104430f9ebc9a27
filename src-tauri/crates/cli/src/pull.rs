//! `sotto models pull`: shows what would be fetched and from where, and fetches it after a yes. Ctrl-C keeps
//! what is here; the same command goes on from there.

use std::{
    fs::File,
    io::{BufRead, BufReader, IsTerminal, Write},
};

use serde::Serialize;
use sotto_api::{
    DownloadEnd, HubReference, Sotto,
    consent::StartedBy,
    view::{
        AppEvent,
        downloads::{DownloadOffer, DownloadState, DownloadView},
    },
};

use crate::{
    arguments::PullArguments,
    exit::Exit,
    larger::visible,
    print_json,
    session::{Session, Stops},
};

/// Percent between two lines of progress where nobody watches it move.
const LINE_EVERY: u64 = 10;

/// What `--json` prints.
#[derive(Serialize)]
struct Pulled {
    /// The file.
    path: String,
    /// Bytes.
    size: u64,
    /// SHA-256 in hexadecimal.
    sha256: String,
    /// It was here before.
    already_here: bool,
}

pub(crate) async fn run(arguments: PullArguments) -> Result<(), Exit> {
    let mut session = Session::asking().await?;
    let pulled = pull(&mut session, &arguments).await;
    session.sotto.shutdown().await;
    let pulled = pulled?;
    if arguments.json {
        return print_json(&pulled);
    }
    Ok(())
}

async fn pull(session: &mut Session, arguments: &PullArguments) -> Result<Vec<Pulled>, Exit> {
    let name = &arguments.model;
    // Who types a repository means to ask the hub what it has; the file itself is offered below.
    let offers = if name.contains('/') {
        let reference: HubReference = name.parse()?;
        session
            .sotto
            .offer_from_hub(&reference, StartedBy::Person)
            .await?
    } else {
        let preview = session.sotto.preview_download(name).await?;
        if preview.size.is_some() {
            vec![preview]
        } else {
            // Only the hub knows the rest, and asking it is a yes of its own.
            show(&preview);
            if !arguments.yes {
                confirm("Ask this host how large it is?")?;
            }
            let asked = session.sotto.offer_download(name, StartedBy::Person);
            vec![asked.await?]
        }
    };
    let mut pulled = Vec::new();
    let mut wanted = Vec::new();
    for offer in offers {
        if offer.here {
            eprintln!(
                "sotto: {} is here already, and whole.",
                visible(&offer.file)
            );
            pulled.push(of(&session.sotto, &offer, true));
        } else if offer.obstacle.is_empty() {
            wanted.push(offer);
        } else {
            return Err(Exit::Failed(offer.obstacle));
        }
    }
    if wanted.is_empty() {
        return Ok(pulled);
    }
    fit(&wanted)?;
    for offer in &wanted {
        show(offer);
    }
    if !arguments.yes {
        confirm("Fetch it?")?;
    }
    for offer in &wanted {
        fetch(session, offer).await?;
        pulled.push(of(&session.sotto, offer, false));
    }
    Ok(pulled)
}

/// Whether all parts fit together: each one's own obstacle looks at that part alone.
fn fit(wanted: &[DownloadOffer]) -> Result<(), Exit> {
    let left = |offer: &DownloadOffer| offer.size.unwrap_or(0).saturating_sub(offer.received);
    let needed: u64 = wanted.iter().map(left).fold(0, u64::saturating_add);
    let free = wanted.iter().filter_map(|offer| offer.free).min();
    match free.filter(|free| *free < needed) {
        Some(free) => Err(Exit::Failed(format!(
            "The disk has {} free, and {} are needed. Free some first.",
            bytes(free),
            bytes(needed)
        ))),
        None => Ok(()),
    }
}

fn of(sotto: &Sotto, offer: &DownloadOffer, already_here: bool) -> Pulled {
    Pulled {
        path: sotto
            .models_folder()
            .join(&offer.file)
            .display()
            .to_string(),
        size: offer.size.unwrap_or(0),
        sha256: offer.sha256.clone(),
        already_here,
    }
}

/// What the yes is to.
fn show(offer: &DownloadOffer) {
    eprintln!("{}", visible(&offer.title));
    eprintln!("  file     {}", visible(&offer.file));
    eprintln!("  from     {}", visible(&offer.host));
    if !offer.further_hosts.is_empty() {
        eprintln!(
            "           or where it sends on to: {}",
            offer.further_hosts.join(", ")
        );
    }
    if let Some(size) = offer.size {
        eprintln!("  size     {}", bytes(size));
    }
    if offer.received > 0 {
        eprintln!(
            "           of which {} are here already",
            bytes(offer.received)
        );
    }
    if !offer.sha256.is_empty() {
        eprintln!("  SHA-256  {}", offer.sha256);
    }
    let licence = &offer.licence;
    let name = if licence.name.is_empty() {
        "unknown"
    } else {
        &licence.name
    };
    eprintln!("  licence  {} ({})", visible(name), visible(&licence.link));
    if !licence.terms.is_empty() {
        eprintln!("           {}", visible(&licence.terms));
    }
    if !offer.verified {
        eprintln!("  Nobody of us tried this file: only the hub vouches for its size and hash.");
    }
}

/// A yes that is typed on the terminal, whatever standard input is.
fn confirm(question: &str) -> Result<(), Exit> {
    let no_terminal = |_| {
        Exit::NotSent(
            "Nothing was fetched: there is no terminal here to say yes on. Say it with --yes."
                .to_owned(),
        )
    };
    let terminal = File::open("/dev/tty").map_err(no_terminal)?;
    eprint!("{question} [y/N] ");
    let mut line = String::new();
    BufReader::new(terminal).read_line(&mut line)?;
    if matches!(line.trim().to_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Exit::NotSent("Nothing was fetched.".to_owned()))
    }
}

async fn fetch(session: &mut Session, offer: &DownloadOffer) -> Result<(), Exit> {
    session.sotto.download(&offer.id, StartedBy::Person).await?;
    session.on_interrupt(Some(Stops::Download(offer.id.clone())));
    let mut shown = Shown::new();
    let sotto = session.sotto.clone();
    let end = {
        let ended = sotto.end_of_download(&offer.id);
        tokio::pin!(ended);
        loop {
            tokio::select! {
                biased;
                end = &mut ended => break end,
                event = session.next_event() => {
                    let Some(AppEvent::DownloadsChanged { downloads }) = event else { continue };
                    if let Some(view) = downloads.iter().find(|view| view.id == offer.id) {
                        shown.show(view);
                    }
                }
            }
        }
    };
    session.on_interrupt(None);
    shown.end();
    match end? {
        DownloadEnd::Whole { path } => {
            eprintln!("sotto: {} is here, and whole.", path.display());
            Ok(())
        }
        DownloadEnd::Paused { message } if message.is_empty() => {
            eprintln!("sotto: paused. `sotto models pull` with the same name goes on from here.");
            Err(Exit::Stopped)
        }
        DownloadEnd::Paused { message } | DownloadEnd::Failed { message } => {
            Err(Exit::Failed(message))
        }
        DownloadEnd::Cancelled => Err(Exit::Failed("It was cancelled elsewhere.".to_owned())),
    }
}

/// The line of progress: one that moves on a terminal, a new one now and then elsewhere.
struct Shown {
    moves: bool,
    percent: Option<u64>,
    told: String,
}

impl Shown {
    fn new() -> Self {
        Self {
            moves: std::io::stderr().is_terminal(),
            percent: None,
            told: String::new(),
        }
    }

    fn show(&mut self, view: &DownloadView) {
        let line = line(view);
        let percent = (view.received * 100).checked_div(view.total).unwrap_or(0);
        if self.moves {
            eprint!("\r\x1b[K{line}");
            let _ = std::io::stderr().flush();
            return;
        }
        let step = percent / LINE_EVERY;
        let goes_on = view.state == DownloadState::Fetching && self.percent == Some(step);
        if goes_on || line == self.told {
            return;
        }
        if view.state == DownloadState::Fetching {
            self.percent = Some(step);
        }
        eprintln!("{line}");
        self.told = line;
    }

    fn end(&self) {
        if self.moves {
            eprintln!();
        }
    }
}

fn line(view: &DownloadView) -> String {
    let percent = (view.received * 100).checked_div(view.total).unwrap_or(0);
    let mut words = match view.state {
        DownloadState::Queued => "waiting for its turn".to_owned(),
        DownloadState::Connecting => format!("asking {}", visible(&view.host)),
        DownloadState::Verifying => "checking what is here".to_owned(),
        DownloadState::Paused => "paused".to_owned(),
        DownloadState::Failed => "stopped".to_owned(),
        DownloadState::Fetching => {
            let here = bytes(view.received);
            let mut words = format!("{percent:3} %  {here} of {}", bytes(view.total));
            if view.rate > 0 {
                words.push_str(&format!("  {}/s", bytes(view.rate)));
            }
            if let Some(seconds) = view.seconds_left {
                words.push_str(&format!("  {} left", duration(seconds)));
            }
            words
        }
    };
    if !view.message.is_empty() {
        words.push_str(": ");
        words.push_str(&visible(&view.message));
    }
    words
}

/// `bytes` in kB, MB or GB, each a thousand of the one before; only GB have a decimal.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!(
            "{}.{} GB",
            bytes / 1_000_000_000,
            bytes % 1_000_000_000 / 100_000_000
        ),
    }
}

fn duration(seconds: u32) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(state: DownloadState, message: &str) -> DownloadView {
        DownloadView {
            id: "tiny".to_owned(),
            title: "Tiny".to_owned(),
            host: "hub.example".to_owned(),
            file: "tiny.gguf".to_owned(),
            received: 49_181_216,
            total: 98_362_432,
            state,
            rate: 2_500_000,
            seconds_left: Some(75),
            elsewhere: false,
            message: message.to_owned(),
        }
    }

    #[test]
    fn the_parts_of_a_model_must_fit_together() {
        let part = |size, received| DownloadOffer {
            id: "a/b/part.gguf".to_owned(),
            title: "Part".to_owned(),
            host: "hub.example".to_owned(),
            further_hosts: Vec::new(),
            file: "part.gguf".to_owned(),
            size: Some(size),
            sha256: String::new(),
            here: false,
            received,
            licence: sotto_api::view::models::LicenceView::default(),
            free: Some(100),
            verified: false,
            obstacle: String::new(),
        };
        assert!(fit(&[part(60, 0), part(40, 0)]).is_ok());
        assert!(fit(&[part(60, 0), part(60, 0)]).is_err());
        assert!(fit(&[part(60, 20), part(60, 0)]).is_ok());
    }

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long() {
        let check = |state, message: &str, expected: &str| {
            assert_eq!(line(&view(state, message)), expected);
        };
        check(
            DownloadState::Fetching,
            "",
            " 50 %  49 MB of 98 MB  2 MB/s  1 min 15 s left",
        );
        check(
            DownloadState::Connecting,
            "hub.example is asked again in 7 s.",
            "asking hub.example: hub.example is asked again in 7 s.",
        );
        assert_eq!(bytes(98_362_432), "98 MB");
        assert_eq!(bytes(1_117_320_768), "1.1 GB");
        assert_eq!(bytes(65_536), "65 kB");
        assert_eq!(duration(7_260), "2 h 1 min");
    }
}
