//! The list of a repository's files, page by page as the hub gives it.

use reqwest_tls::header::{HeaderMap, LINK};
use serde::Deserialize;

use super::head::is_sha256;

/// A file of a repository that could be fetched and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its path in the repository.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    lfs: Option<Linked>,
}

/// What a large file's own entry stands for.
#[derive(Deserialize)]
struct Linked {
    oid: String,
    size: u64,
}

/// The GGUF files of a page. Small files, which the hub keeps in git, are no models.
pub(super) fn files(page: &[u8]) -> Result<Vec<ListedFile>, serde_json::Error> {
    let entries: Vec<Entry> = serde_json::from_slice(page)?;
    let file = |entry: Entry| {
        let linked = entry.lfs?;
        let is_model = entry.kind == "file" && entry.path.ends_with(".gguf");
        (is_model && is_sha256(&linked.oid)).then_some(ListedFile {
            path: entry.path,
            size: linked.size,
            sha256: linked.oid,
        })
    };
    Ok(entries.into_iter().filter_map(file).collect())
}

/// Where the next page is (RFC 8288, as huggingface.co and GitHub write it).
pub(super) fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(LINK)?.to_str().ok()?;
    links.split(", ").find_map(|link| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters
            .split(';')
            .any(|one| matches!(one.trim(), r#"rel="next""# | "rel=next"));
        is_next.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_among_the_files() {
        let hash = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
        let page = format!(
            r#"[{{"type":"directory","oid":"1","size":0,"path":"sub"}},
            {{"type":"file","oid":"2","size":135,"path":"README.md"}},
            {{"type":"file","oid":"3","size":7,"path":"small.gguf"}},
            {{"type":"file","oid":"4","size":9,"path":"sub/a-Q4_K_M.gguf","xetHash":"x",
              "lfs":{{"oid":"{hash}","size":9,"pointerSize":130}}}},
            {{"type":"file","oid":"5","size":9,"path":"odd.gguf","lfs":{{"oid":"5","size":9,"pointerSize":1}}}}]"#
        );
        let expected = ListedFile {
            path: "sub/a-Q4_K_M.gguf".to_owned(),
            size: 9,
            sha256: hash.to_owned(),
        };
        assert_eq!(files(page.as_bytes()).unwrap(), [expected]);
        assert!(files(b"{}").is_err());
    }

    #[test]
    fn the_next_page_is_named_in_a_header() {
        let check = |text: &str, expected: Option<&str>| {
            let headers = [(LINK, text.parse().unwrap())].into_iter().collect();
            assert_eq!(next_page(&headers).as_deref(), expected, "{text}");
        };
        check(
            r#"<https://huggingface.co/api/models/a/b/tree/main?recursive=true&cursor=Zm9v>; rel="next""#,
            Some("https://huggingface.co/api/models/a/b/tree/main?recursive=true&cursor=Zm9v"),
        );
        check(
            r#"<https://a/1>; rel="prev", <https://a/2>; rel="next""#,
            Some("https://a/2"),
        );
        check(r#"<https://a/1>; rel="last""#, None);
        check("next", None);
    }
}
