//! What is piped into a command, as text.

use std::io::{IsTerminal, Read};

use crate::exit::Exit;

/// More than this is not read: no context here holds a tenth of it.
const MOST_INPUT: u64 = 16 << 20;

/// Standard input, if it is not a terminal and not empty.
pub(crate) fn text() -> Result<Option<String>, Exit> {
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    input
        .take(MOST_INPUT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Exit::BadInput(format!("Standard input cannot be read: {error}")))?;
    if bytes.len() as u64 > MOST_INPUT {
        return Err(Exit::BadInput(
            "Standard input has more than 16 MB, which no model here can read.".to_owned(),
        ));
    }
    decoded(bytes).map(|text| Some(text).filter(|text| !text.trim().is_empty()))
}

/// Whether somebody gives something: a pipe or a file. What starts a command for a key gives it
/// anything, also something that never ends.
#[cfg(unix)]
pub(crate) fn is_given() -> bool {
    use rustix::fs::FileType;
    rustix::fs::fstat(std::io::stdin()).is_ok_and(|input| {
        matches!(
            FileType::from_raw_mode(input.st_mode),
            FileType::Fifo | FileType::RegularFile
        )
    })
}

#[cfg(not(unix))]
pub(crate) fn is_given() -> bool {
    !std::io::stdin().is_terminal()
}

fn decoded(bytes: Vec<u8>) -> Result<String, Exit> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Exit::BadInput(format!(
            "Standard input is not UTF-8 text (first at byte {at}). Convert it, for example with `iconv -t utf-8`."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_text_are_refused_with_their_place() {
        assert_eq!(decoded("für".into()).unwrap(), "für");
        let Err(Exit::BadInput(why)) = decoded(b"ab\xff".to_vec()) else {
            panic!("accepted")
        };
        assert!(why.contains("byte 2"), "{why}");
    }
}
