//! A desktop's portal for shortcuts, for tests of the whole program: it takes the portal's name on the
//! session bus and does what whoever drives it says. How it answers at first is its argument, in JSON;
//! then one request in JSON on each line of the input, and what was asked of it so far on each line of
//! the output; it ends with its input.

#[cfg(target_os = "linux")]
mod double;

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(desktop::run())
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod desktop {
    use serde::Deserialize;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use zbus::connection::Builder;

    use super::double::{Answers, Portal};

    type Failure = Box<dyn std::error::Error>;

    /// What can be done to it.
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case", tag = "do")]
    enum Request {
        /// Nothing: only what was asked of it is wanted.
        Look,
        /// The keys of a shortcut are pressed.
        Press { id: String },
        /// A shortcut has other keys from now on.
        Change { id: String, trigger: String },
        /// It answers otherwise from now on.
        Answer { answers: Answers },
        /// It takes the shortcuts back.
        Close,
    }

    pub(crate) async fn run() -> Result<(), Failure> {
        let answers = match std::env::args().nth(1) {
            Some(answers) => serde_json::from_str(&answers)?,
            None => Answers::default(),
        };
        let portal = Portal::on(Builder::session()?, answers).await?;
        let mut output = tokio::io::stdout();
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        say(&mut output, &portal).await?;
        while let Some(line) = lines.next_line().await? {
            match serde_json::from_str(&line)? {
                Request::Look => {}
                Request::Press { id } => portal.press(&id).await?,
                Request::Change { id, trigger } => portal.change(&id, &trigger).await?,
                Request::Answer { answers } => portal.answer(answers),
                Request::Close => portal.close().await?,
            }
            say(&mut output, &portal).await?;
        }
        Ok(())
    }

    async fn say(output: &mut tokio::io::Stdout, portal: &Portal) -> Result<(), Failure> {
        let seen = serde_json::to_string(&portal.seen())?;
        output.write_all(format!("{seen}\n").as_bytes()).await?;
        output.flush().await?;
        Ok(())
    }
}
