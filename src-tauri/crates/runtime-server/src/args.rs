//! The command line: what may be asked of the process, refused early and in words.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::library::{self, Place};

/// Runs language models on this computer and serves the Ollama HTTP API.
#[derive(Debug, Parser)]
#[command(
    name = "sotto-runtime",
    version,
    about,
    args_conflicts_with_subcommands = true
)]
pub(crate) struct CommandLine {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub(crate) tool: Option<Tool>,
    /// How to serve.
    #[command(flatten)]
    pub(crate) serve: ServeArguments,
}

/// Things other than serving.
#[derive(Debug, Subcommand)]
pub(crate) enum Tool {
    /// Measures prefill and decode in a bare loop: the reference for the API's speed.
    #[command(hide = true)]
    BenchLoop(BenchArguments),
}

/// Arguments of the server.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// A folder whose `.gguf` files can be asked; may be given several times.
    #[arg(long = "models", value_name = "DIR")]
    pub(crate) models: Vec<PathBuf>,
    /// The store of another app, whose models can be asked as well; may be given several times. KIND is
    /// one of ollama, lm_studio, jan, gpt4all, hugging_face.
    #[arg(long = "store", value_name = "KIND=DIR", value_parser = library::store)]
    pub(crate) stores: Vec<Place>,
    /// What `GET /api/sotto/index` gave an earlier process: headers of files that did not change are not
    /// read again.
    #[arg(long, value_name = "FILE")]
    pub(crate) index: Option<PathBuf>,
    /// Threads for evaluation; by default one for each physical core that may be used.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=512))]
    pub(crate) threads: Option<u32>,
    /// Context size in tokens when a request does not say; never more than the model was trained for.
    #[arg(long = "ctx", default_value_t = 8192, value_parser = clap::value_parser!(u32).range(16..))]
    pub(crate) context: u32,
    /// Bytes that all models in memory may take; by default three quarters of the memory that this
    /// process may use.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) memory: Option<u64>,
    /// Serve on this Unix socket (mode 0600).
    #[arg(long, value_name = "PATH", conflicts_with = "listen")]
    pub(crate) socket: Option<PathBuf>,
    /// Serve on this loopback address, with a token; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", requires = "token_file", value_parser = loopback_address)]
    pub(crate) listen: Option<SocketAddr>,
    /// A file whose content is the token that every request over TCP must carry.
    #[arg(
        long,
        value_name = "FILE",
        requires = "listen",
        conflicts_with = "socket"
    )]
    pub(crate) token_file: Option<PathBuf>,
    /// The device that layers of models go to, such as Vulkan0, or `none`; may be given several times.
    /// By default all graphics cards with memory of their own.
    #[arg(long = "device", value_name = "NAME")]
    pub(crate) devices: Vec<String>,
    /// Use no device, for this reason, which is told to whoever asks why.
    #[arg(long, value_name = "REASON", hide = true)]
    pub(crate) without_devices: Option<String>,
    /// Exit as soon as standard input ends: whoever holds its other end keeps this process alive.
    #[arg(long)]
    pub(crate) lifeline: bool,
}

/// Arguments of the bare loop.
#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    /// The GGUF file.
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Tokens to evaluate before decoding.
    #[arg(long, default_value_t = 512)]
    pub(crate) prompt_tokens: u32,
    /// Tokens to decode greedily.
    #[arg(long, default_value_t = 128)]
    pub(crate) predict: u32,
    /// Threads for evaluation.
    #[arg(long)]
    pub(crate) threads: Option<u32>,
    /// Context size in tokens.
    #[arg(long = "ctx", default_value_t = 8192)]
    pub(crate) context: u32,
}

fn loopback_address(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text
        .parse()
        .map_err(|_| format!("`{text}` is not an address and a port, such as 127.0.0.1:11500"))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!(
            "{} is not a loopback address; other machines are never served",
            address.ip()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(line: &str) -> bool {
        CommandLine::try_parse_from(std::iter::once("sotto-runtime").chain(line.split_whitespace()))
            .is_ok()
    }

    #[test]
    fn only_loopback_with_a_token_is_accepted() {
        for (line, expected) in [
            ("--models m --socket s", true),
            ("--models m --listen 127.0.0.1:0 --token-file t", true),
            ("--models m --listen [::1]:0 --token-file t", true),
            ("--models m --listen 127.0.0.1:0", false),
            ("--models m --listen 0.0.0.0:1 --token-file t", false),
            ("--models m --listen 192.168.0.2:1 --token-file t", false),
            ("--models m --listen localhost:1 --token-file t", false),
            (
                "--models m --socket s --listen 127.0.0.1:0 --token-file t",
                false,
            ),
            ("--models m --socket s --token-file t", false),
            ("--models m --socket s --threads 0", false),
            ("--models m --socket s --memory 1500000000", true),
            ("--models m --socket s --memory 0", false),
            ("--models m --store ollama=o --store jan=j --socket s", true),
            ("--models m --store o --socket s", false),
            ("bench-loop --model m", true),
        ] {
            assert_eq!(accepts(line), expected, "{line}");
        }
    }
}
