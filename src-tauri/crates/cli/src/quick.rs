//! `sotto quick`: opens the quick prompt over whatever is on the screen, for desktops where Sotto's own
//! shortcut does not work and a command is bound instead. The window's program does it: the one that
//! runs already, or else the one that is started here.

use std::{
    env::{self, consts::EXE_SUFFIX},
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use sotto_api::{
    leave_opening,
    view::quick::{ContextSource, MOST_CONTEXT, QuickContext, QuickOpening},
};
use tokio::process::Command;

use crate::{arguments::QuickArguments, exit::Exit, piped};

/// After this the program that was started has not handed over to another one: it stays.
const HANDED_OVER_WITHIN: Duration = Duration::from_secs(3);

pub(crate) async fn run(arguments: QuickArguments) -> Result<(), Exit> {
    let opening = opening(arguments)?;
    let program = beside_this_one()?;
    let mut command = Command::new(&program);
    command
        .arg("--quick")
        .args(opening)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // It outlives this command and the terminal's Ctrl-C.
    #[cfg(unix)]
    command.process_group(0);
    let failed = |error: std::io::Error| {
        Exit::Failed(format!("{} cannot be started: {error}", program.display()))
    };
    let mut window = command.spawn().map_err(failed)?;
    match tokio::time::timeout(HANDED_OVER_WITHIN, window.wait()).await {
        Err(_) => Ok(()),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(_)) => Err(Exit::Failed(
            "The quick prompt could not be opened. `sotto doctor` says what is missing.".to_owned(),
        )),
        Ok(Err(error)) => Err(failed(error)),
    }
}

/// The name under which the window's program finds what it is opened with; `None` for nothing.
fn opening(arguments: QuickArguments) -> Result<Option<String>, Exit> {
    let QuickArguments {
        clipboard,
        action,
        text,
    } = arguments;
    let piped = if piped::is_given() {
        piped::text()?
    } else {
        None
    };
    if clipboard && piped.is_some() {
        return Err(Exit::BadInput(
            "Give along what is piped in or the clipboard, not both.".to_owned(),
        ));
    }
    if piped.as_ref().is_some_and(|text| text.len() > MOST_CONTEXT) {
        return Err(Exit::BadInput(format!(
            "Standard input has more than {} kB, too much for a small model. Give a part of it.",
            MOST_CONTEXT >> 10
        )));
    }
    let text = text.join(" ");
    let opening = QuickOpening {
        text: Some(text).filter(|text| !text.trim().is_empty()),
        action,
        context: piped.map(|text| QuickContext {
            from: ContextSource::Pipe,
            text,
        }),
        clipboard,
    };
    if opening == QuickOpening::default() {
        return Ok(None);
    }
    let left = leave_opening(&opening).map_err(|error| {
        Exit::Failed(format!(
            "The quick prompt cannot be told what to open with: {error}"
        ))
    })?;
    Ok(Some(left))
}

/// The window's program, in the folder of this one. Never looked for on PATH: another program of that
/// name must not be handed what the person writes. A link such as /usr/local/bin/sotto leads to that
/// folder.
fn beside_this_one() -> Result<PathBuf, Exit> {
    let name = format!("sotto-desktop{EXE_SUFFIX}");
    let current = env::current_exe().ok();
    let resolved = current.as_deref().and_then(|path| path.canonicalize().ok());
    let mut places = [resolved, current]
        .into_iter()
        .flatten()
        .map(|path| path.with_file_name(&name));
    places.find(|path| path.is_file()).ok_or_else(|| {
        Exit::Failed(format!(
            "Sotto's window is not here: {name} is missing beside this program. Install Sotto again."
        ))
    })
}
