//! A hub: where its files are, and which hosts it may send a request on to. The protocol is that of
//! huggingface.co (`huggingface_hub` speaks it); a mirror speaks the same at another address.

use serde::{Deserialize, Serialize};
use sotto_consent::Url;

use super::error::{DownloadError, SourceError};

/// The hub that is asked where no other is configured.
pub const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// Where that hub keeps its files: Xet's bridge (cas-bridge.xethub.hf.co), the CDN of its LFS files
/// (cdn-lfs.hf.co, cdn-lfs-us-1.hf.co, us.aws.cdn.hf.co) and their older names.
const DEFAULT_FURTHER: [&str; 2] = ["*.hf.co", "*.huggingface.co"];

/// The longest name of a repository's owner, of a repository or of a revision, in bytes.
const LONGEST_NAME: usize = 96;

/// The longest path of a file, in bytes.
const LONGEST_PATH: usize = 400;

/// A file on a hub.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// `owner/name`.
    pub repository: String,
    /// A commit, a tag or a branch.
    pub revision: String,
    /// Its path in the repository, with `/` between folders.
    pub path: String,
}

/// A host, or all hosts below one, that a hub may send a request on to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    /// This one; with a port only there.
    One(String, Option<u16>),
    /// All below it.
    Below(String),
}

impl Host {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(parent) = text.strip_prefix("*.") {
            return is_host(parent).then(|| Self::Below(parent.to_owned()));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text.as_str(), None),
        };
        is_host(host).then(|| Self::One(host.to_owned(), port))
    }

    fn admits(&self, url: &url::Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        match self {
            Self::One(name, port) => {
                host == name && (port.is_none() && url.port().is_none() || *port == url.port())
            }
            Self::Below(parent) => {
                let below = host.strip_suffix(parent);
                below.is_some_and(|rest| rest.ends_with('.')) && url.port().is_none()
            }
        }
    }
}

/// A name of at least two parts, or an address in numbers: nothing that stands for all hosts.
fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text == "localhost" || (text.contains('.') && text.split('.').all(label))
}

/// A hub that is asked for files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    endpoint: Url,
    further: Vec<Host>,
    shown: Vec<String>,
}

impl Hub {
    /// A hub at an address, and the hosts that the person lets it send requests on to: names, `name:port`,
    /// or `*.name` for all below one. huggingface.co needs none.
    ///
    /// # Errors
    ///
    /// [`SourceError::Host`].
    pub fn new(endpoint: Url, further: &[String]) -> Result<Self, SourceError> {
        let mut shown: Vec<String> = further.to_vec();
        let host = endpoint.host();
        if host == "huggingface.co" || host == "hf.co" || host.ends_with(".huggingface.co") {
            shown.extend(DEFAULT_FURTHER.iter().map(|host| (*host).to_owned()));
        }
        let read = |text: &String| Host::read(text).ok_or_else(|| SourceError::Host(text.clone()));
        let further = shown.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self {
            endpoint,
            further,
            shown,
        })
    }

    /// Its address.
    #[must_use]
    pub const fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// The hosts that it may send a request on to, as they are shown.
    #[must_use]
    pub fn further_hosts(&self) -> &[String] {
        &self.shown
    }

    /// Where a file is asked for.
    ///
    /// # Errors
    ///
    /// If the names in `source` cannot be those of a file.
    pub fn file_url(&self, source: &Source) -> Result<Url, SourceError> {
        source.check()?;
        let mut parts: Vec<&str> = source.repository.split('/').collect();
        parts.extend(["resolve", &source.revision]);
        parts.extend(source.path.split('/'));
        self.below(&parts, "")
    }

    /// Where the list of a repository's files is asked for.
    ///
    /// # Errors
    ///
    /// If the names cannot be those of a repository.
    pub fn list_url(&self, repository: &str, revision: &str) -> Result<Url, SourceError> {
        check_repository(repository)?;
        check_revision(revision)?;
        let mut parts = vec!["api", "models"];
        parts.extend(repository.split('/'));
        parts.extend(["tree", revision]);
        self.below(&parts, "?recursive=true")
    }

    fn below(&self, parts: &[&str], query: &str) -> Result<Url, SourceError> {
        let mut url = url::Url::parse(self.endpoint.as_str()).map_err(|_| SourceError::Path)?;
        url.path_segments_mut()
            .map_err(|()| SourceError::Path)?
            .pop_if_empty()
            .extend(parts);
        // Read once more as an address that can be shown and agreed to.
        format!("{url}{query}")
            .parse()
            .map_err(|_| SourceError::Path)
    }

    /// Whether an address is the hub itself: same scheme, host and port. Only there the token goes, and
    /// only its word about a file counts.
    pub(super) fn is_endpoint(&self, url: &url::Url) -> bool {
        url.origin().ascii_serialization() == self.endpoint.origin()
    }

    /// Whether the hub may send a request there.
    ///
    /// # Errors
    ///
    /// If the host is not in the list, or the way there is less protected than the hub itself.
    pub(super) fn admit(&self, url: &url::Url) -> Result<(), DownloadError> {
        let host = || url.host_str().unwrap_or_default().to_owned();
        if !matches!(url.scheme(), "http" | "https") {
            return Err(DownloadError::OtherHost { host: host() });
        }
        if self.endpoint.is_encrypted() && url.scheme() == "http" {
            return Err(DownloadError::NotEncrypted { host: host() });
        }
        let listed = self.is_endpoint(url) || self.further.iter().any(|host| host.admits(url));
        let plain = url.username().is_empty() && url.password().is_none();
        if listed && plain {
            Ok(())
        } else {
            Err(DownloadError::OtherHost { host: host() })
        }
    }
}

impl Source {
    /// Checks the names, which a person may have typed.
    ///
    /// # Errors
    ///
    /// Which of them cannot be one.
    pub fn check(&self) -> Result<(), SourceError> {
        check_repository(&self.repository)?;
        check_revision(&self.revision)?;
        let part = |part: &str| !part.is_empty() && part != "." && part != "..";
        let plain = !self
            .path
            .chars()
            .any(|letter| letter.is_control() || letter == '\\');
        if self.path.len() <= LONGEST_PATH && plain && self.path.split('/').all(part) {
            Ok(())
        } else {
            Err(SourceError::Path)
        }
    }

    /// The file's own name, without the folders of the repository: what it is called here.
    ///
    /// # Errors
    ///
    /// If it is no name of a GGUF file on every system.
    pub fn file_name(&self) -> Result<&str, SourceError> {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let odd = |letter: char| letter.is_control() || r#"<>:"/\|?*"#.contains(letter);
        if name.ends_with(".gguf")
            && !name.starts_with('.')
            && name.len() <= 200
            && !name.contains(odd)
        {
            Ok(name)
        } else {
            Err(SourceError::NotGguf)
        }
    }
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(plain)
        && !text.starts_with(['.', '-'])
        && !text.contains("..")
}

fn check_repository(repository: &str) -> Result<(), SourceError> {
    match repository.split_once('/') {
        Some((owner, name)) if is_name(owner) && is_name(name) => Ok(()),
        _ => Err(SourceError::Repository),
    }
}

fn check_revision(revision: &str) -> Result<(), SourceError> {
    if is_name(revision) {
        Ok(())
    } else {
        Err(SourceError::Revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(endpoint: &str, further: &[&str]) -> Hub {
        let further: Vec<String> = further.iter().map(|host| (*host).to_owned()).collect();
        Hub::new(endpoint.parse().unwrap(), &further).unwrap()
    }

    fn source(repository: &str, path: &str) -> Source {
        Source {
            repository: repository.to_owned(),
            revision: "main".to_owned(),
            path: path.to_owned(),
        }
    }

    #[track_caller]
    fn admits(hub: &Hub, url: &str, expected: bool) {
        let url = url::Url::parse(url).unwrap();
        assert_eq!(hub.admit(&url).is_ok(), expected, "{url}");
    }

    #[test]
    fn the_usual_hub_sends_on_to_its_own_hosts_only() {
        let hub = hub(DEFAULT_ENDPOINT, &[]);
        for own in [
            "https://huggingface.co/api/resolve-cache/models/a/b",
            "https://cas-bridge.xethub.hf.co/xet-bridge-us/1?X-Amz-Expires=3600",
            "https://cdn-lfs.hf.co/repos/1",
            "https://cdn-lfs-us-1.huggingface.co/repos/1",
        ] {
            admits(&hub, own, true);
        }
        for other in [
            "https://evil.example/",
            "https://hf.co.evil.example/",
            "https://nothf.co/",
            "https://huggingface.co.evil.example/",
            "https://huggingface.co:8443/",
            "https://cdn-lfs.hf.co:8443/",
            "https://user@cdn-lfs.hf.co/",
            "http://cdn-lfs.hf.co/",
            "http://huggingface.co/",
            "ftp://cdn-lfs.hf.co/",
            "https://127.0.0.1/",
        ] {
            admits(&hub, other, false);
        }
    }

    #[test]
    fn a_mirror_sends_on_to_what_the_person_named() {
        let mirror = hub(
            "http://127.0.0.1:8080/hub",
            &["127.0.0.1:8081", "*.cdn.example", "files.example"],
        );
        for listed in [
            "http://127.0.0.1:8080/x",
            "http://127.0.0.1:8081/x",
            "https://a.b.cdn.example/x",
            "https://files.example/x",
        ] {
            admits(&mirror, listed, true);
        }
        for other in [
            "http://127.0.0.1:8082/x",
            "http://127.0.0.1/x",
            "https://cdn.example/x",
            "https://files.example:1/x",
        ] {
            admits(&mirror, other, false);
        }
        for wrong in [
            "*",
            "*.",
            "*.com",
            "a b",
            "https://a.example",
            "a.example/x",
            "",
        ] {
            let endpoint = "https://a.example".parse().unwrap();
            assert!(Hub::new(endpoint, &[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_hub_itself_is_the_hub() {
        let hub = hub(DEFAULT_ENDPOINT, &[]);
        let is = |url: &str| hub.is_endpoint(&url::Url::parse(url).unwrap());
        assert!(is("https://huggingface.co/x"));
        for other in [
            "http://huggingface.co/x",
            "https://huggingface.co:444/x",
            "https://cdn-lfs.huggingface.co/x",
        ] {
            assert!(!is(other), "{other}");
        }
    }

    #[test]
    fn addresses_are_those_of_the_protocol() {
        let hub = hub("https://mirror.example/hub/", &[]);
        let url = hub
            .file_url(&source("owner/some.Name-1", "sub dir/model-Q4_K_M.gguf"))
            .unwrap();
        assert_eq!(
            url.as_str(),
            "https://mirror.example/hub/owner/some.Name-1/resolve/main/sub%20dir/model-Q4_K_M.gguf"
        );
        let url = hub.list_url("owner/name", "main").unwrap();
        assert_eq!(
            url.as_str(),
            "https://mirror.example/hub/api/models/owner/name/tree/main?recursive=true"
        );
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let hub = hub(DEFAULT_ENDPOINT, &[]);
        for repository in [
            "", "name", "a/b/c", "../b", "a/..", "a b/c", "a/b?c", ".a/b", "a/-b",
        ] {
            assert_eq!(
                hub.list_url(repository, "main"),
                Err(SourceError::Repository),
                "{repository}"
            );
        }
        for revision in ["", "a/b", "..", "a b"] {
            assert_eq!(
                hub.list_url("a/b", revision),
                Err(SourceError::Revision),
                "{revision}"
            );
        }
        for path in [
            "",
            "/x.gguf",
            "a//x.gguf",
            "../x.gguf",
            "a/./x.gguf",
            "a\\x.gguf",
            "a\nb.gguf",
        ] {
            assert_eq!(
                hub.file_url(&source("a/b", path)),
                Err(SourceError::Path),
                "{path}"
            );
        }
        assert_eq!(source("a/b", "folder/x.gguf").file_name(), Ok("x.gguf"));
        for path in ["x.bin", ".gguf", ".x.gguf", "a/b:c.gguf", "x.GGUF"] {
            assert_eq!(
                source("a/b", path).file_name(),
                Err(SourceError::NotGguf),
                "{path}"
            );
        }
    }
}
