//! Where requests come in: a private Unix socket, or loopback TCP with a guard. And how it ends.
//!
//! On Windows a named pipe (`\\.\pipe\...`, for the current user only) belongs in [`Listener`]; it
//! is not built yet, so there only `--listen` works.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::middleware::from_fn_with_state;

use crate::args::ServeArguments;
use crate::guard::{self, Guard};
use crate::routes::{self, Runtime};

/// A place that is listened at: nothing more can be opened once the process is confined.
pub(crate) enum Listener {
    /// A Unix socket: the file's mode is the guard.
    #[cfg(unix)]
    Socket(PathBuf, std::os::unix::net::UnixListener),
    /// Loopback TCP, and what requests must carry.
    Loopback(std::net::TcpListener, String),
}

impl Listener {
    /// Reads the token's file and takes the place.
    pub(crate) fn bind(arguments: &ServeArguments) -> io::Result<Self> {
        match (&arguments.socket, arguments.listen, &arguments.token_file) {
            (Some(path), _, _) => bind_socket(path),
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
                let listener = std::net::TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                Ok(Self::Loopback(listener, token))
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
            #[cfg(unix)]
            Self::Socket(path, listener) => {
                let listener = tokio::net::UnixListener::from_std(listener)?;
                announce(&format!("listening {}", path.display()))?;
                // The file stays: a confined process removes nothing, and the next start does.
                tokio::select! {
                    result = axum::serve(listener, router) => result,
                    result = ended() => result,
                }
            }
            Self::Loopback(listener, token) => {
                let listener = tokio::net::TcpListener::from_std(listener)?;
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
fn bind_socket(path: &Path) -> io::Result<Listener> {
    use rustix::fs::Mode;
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        return Err(io::Error::other(format!(
            "another runtime already serves {}",
            path.display()
        )));
    }
    // What is left of an ended one is in the way; anything else than a socket is not touched.
    if let Ok(about) = std::fs::symlink_metadata(path)
        && std::os::unix::fs::FileTypeExt::is_socket(&about.file_type())
    {
        std::fs::remove_file(path)?;
    }
    let before = rustix::process::umask(Mode::from_raw_mode(0o177));
    let listener = std::os::unix::net::UnixListener::bind(path);
    rustix::process::umask(before);
    let listener = listener.map_err(|error| {
        io::Error::other(format!(
            "the socket {} cannot be made: {error}",
            path.display()
        ))
    })?;
    listener.set_nonblocking(true)?;
    Ok(Listener::Socket(path.to_owned(), listener))
}

#[cfg(not(unix))]
fn bind_socket(_path: &Path) -> io::Result<Listener> {
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
