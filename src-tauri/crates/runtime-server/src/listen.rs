//! Where requests come in: a private Unix socket, or loopback TCP with a guard. And how it ends.
//!
//! On Windows a named pipe (`\\.\pipe\...`, for the current user only) belongs in [`Place`]; it
//! is not built yet, so there only `--listen` works.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::args::ServeArguments;
use crate::guard::{self, Guard};
use crate::routes::{self, Runtime};

/// A place to listen at.
pub(crate) enum Place {
    /// A Unix socket: the file's mode is the guard.
    Socket(PathBuf),
    /// Loopback TCP.
    Loopback {
        /// The address; port 0 takes a free one.
        address: SocketAddr,
        /// What requests must carry.
        token: String,
    },
}

impl Place {
    /// Reads the arguments, and the token's file.
    pub(crate) fn from_arguments(arguments: &ServeArguments) -> io::Result<Self> {
        match (&arguments.socket, arguments.listen, &arguments.token_file) {
            (Some(path), _, _) => Ok(Self::Socket(path.clone())),
            (None, Some(address), Some(file)) => {
                let token = std::fs::read_to_string(file).map_err(|error| {
                    io::Error::other(format!(
                        "the token file {} cannot be read: {error}",
                        file.display()
                    ))
                })?;
                let token = token.trim().to_owned();
                if token.len() < 16 {
                    return Err(io::Error::other(
                        "the token must have at least 16 characters",
                    ));
                }
                Ok(Self::Loopback { address, token })
            }
            _ => Err(io::Error::other(
                "say where to listen: --socket PATH, or --listen ADDRESS:PORT --token-file FILE",
            )),
        }
    }

    /// Serves until a signal ends the process.
    pub(crate) async fn serve(self, runtime: Arc<Runtime>) -> io::Result<()> {
        let router = routes::router(runtime);
        match self {
            Self::Socket(path) => serve_socket(&path, router).await,
            Self::Loopback { address, token } => {
                let listener = tokio::net::TcpListener::bind(address).await?;
                let address = listener.local_addr()?;
                let guard = Arc::new(Guard::new(token, address));
                announce(&format!("listening {address}"))?;
                let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
                    // Each token is a small write that must not wait for the next.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!("TCP_NODELAY: {error}");
                    }
                });
                tokio::select! {
                    result = axum::serve(listener, router.layer(from_fn_with_state(guard, guard::check))) => result,
                    result = ended() => result,
                }
            }
        }
    }
}

#[cfg(unix)]
async fn serve_socket(path: &Path, router: Router) -> io::Result<()> {
    use rustix::fs::Mode;
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        return Err(io::Error::other(format!(
            "another runtime already serves {}",
            path.display()
        )));
    }
    // What is left of a killed one is in the way; anything else than a socket is not touched.
    if let Ok(about) = std::fs::symlink_metadata(path)
        && std::os::unix::fs::FileTypeExt::is_socket(&about.file_type())
    {
        std::fs::remove_file(path)?;
    }
    let before = rustix::process::umask(Mode::from_raw_mode(0o177));
    let listener = tokio::net::UnixListener::bind(path);
    rustix::process::umask(before);
    let listener = listener.map_err(|error| {
        io::Error::other(format!(
            "the socket {} cannot be made: {error}",
            path.display()
        ))
    })?;
    announce(&format!("listening {}", path.display()))?;
    let result = tokio::select! {
        result = axum::serve(listener, router) => result,
        result = ended() => result,
    };
    let _ = std::fs::remove_file(path);
    result
}

#[cfg(not(unix))]
async fn serve_socket(_path: &Path, _router: Router) -> io::Result<()> {
    Err(io::Error::other(
        "sockets are not built for this system; use --listen with --token-file",
    ))
}

/// Waits for the signal to end.
async fn ended() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            result = tokio::signal::ctrl_c() => result,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Says one line on standard output, at once.
pub(crate) fn announce(line: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}
