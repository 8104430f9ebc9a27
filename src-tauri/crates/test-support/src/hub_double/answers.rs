//! What the double of a hub answers: the hub's own words, and the bytes of files, well or badly.

use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, Response, StatusCode, Uri, header},
};
use futures_util::stream;
use serde_json::{Value, json};

use super::{At, CHUNK, Fault, Fetched, HubDouble, HubFile, Shared};

fn fetched(uri: &Uri, headers: &HeaderMap, status: u16, sent: Range<u64>) -> Fetched {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    Fetched {
        uri: uri.to_string(),
        authorization: text(header::AUTHORIZATION),
        range: text(header::RANGE),
        if_range: text(header::IF_RANGE),
        status,
        sent,
    }
}

fn refusal(status: u16, wait: Option<u64>) -> Response<Body> {
    let mut response = Response::builder().status(status);
    if let Some(wait) = wait {
        response = response.header(header::RETRY_AFTER, wait);
    }
    response.body(Body::empty()).unwrap()
}

fn web_page() -> Response<Body> {
    Response::builder()
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .body(Body::from("<!doctype html><title>Welcome</title>"))
        .unwrap()
}

impl Shared {
    /// What the hub says instead of an answer, if it does.
    fn refuses(&mut self, headers: &HeaderMap) -> Option<Response<Body>> {
        match self.manner.hub_faults.pop_front() {
            Some(Fault::Status(status, wait)) => return Some(refusal(status, wait)),
            Some(Fault::WebPage) => return Some(web_page()),
            _ => {}
        }
        let wanted = self.manner.wants_token.as_ref()?;
        let shown = headers.get(header::AUTHORIZATION);
        let shown = shown.and_then(|value| value.to_str().ok());
        if shown == Some(&format!("Bearer {wanted}")) {
            return None;
        }
        let response = Response::builder()
            .status(StatusCode::UNAUTHORIZED)
            .header("x-error-code", "GatedRepo")
            .header("x-error-message", "Access to this model is restricted.");
        Some(response.body(Body::empty()).unwrap())
    }
}

pub(super) async fn resolve(
    State(at): State<At>,
    Path((owner, name, _revision, path)): Path<(String, String, String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let mut shared = at.double.lock();
    let response = match shared.refuses(&headers) {
        Some(response) => response,
        None => redirect(
            &mut shared,
            &at.double.cdn,
            &format!("{owner}/{name}"),
            &path,
        ),
    };
    let status = response.status().as_u16();
    shared.hub.push(fetched(&uri, &headers, status, 0..0));
    response
}

fn redirect(shared: &mut Shared, cdn: &str, repository: &str, path: &str) -> Response<Body> {
    let is_it = |file: &&HubFile| file.repository == repository && file.path == path;
    let Some(file) = shared.files.iter().find(is_it).cloned() else {
        return Response::builder()
            .status(StatusCode::NOT_FOUND)
            .header("x-error-code", "EntryNotFound")
            .header("x-error-message", "Entry not found")
            .body(Body::empty())
            .unwrap();
    };
    let manner = &shared.manner;
    let size = manner.says_size.unwrap_or(file.bytes.len() as u64);
    let says = manner
        .says_sha256
        .clone()
        .unwrap_or_else(|| file.sha256.clone());
    let location = manner.sends_on_to.clone().unwrap_or_else(|| {
        let number = shared.signatures.len() as u64 + 1;
        shared.signatures.insert(number, Instant::now());
        let seconds = manner.expires_after.as_secs();
        format!(
            "http://{cdn}/blob/{}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={seconds}&X-Amz-Signature={number}&response-content-disposition=inline%3B+filename%3D%22{}%22%3B",
            file.sha256,
            path.rsplit('/').next().unwrap()
        )
    });
    let mut response = Response::builder()
        .status(StatusCode::FOUND)
        .header(header::LOCATION, location)
        .header("x-repo-commit", "0123456789abcdef0123456789abcdef01234567")
        .header("x-linked-size", size);
    if !says.is_empty() {
        response = response.header("x-linked-etag", format!("\"{says}\""));
    }
    response.body(Body::from("Found. Redirecting")).unwrap()
}

pub(super) async fn tree(
    State(at): State<At>,
    Path((owner, name, revision)): Path<(String, String, String)>,
    Query(query): Query<BTreeMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let mut shared = at.double.lock();
    let response = shared.refuses(&headers).unwrap_or_else(|| {
        let repository = format!("{owner}/{name}");
        let of_it = shared.files.iter().filter(|file| file.repository == repository);
        let entries: Vec<Value> = of_it.map(entry).collect();
        if entries.is_empty() {
            return Response::builder()
                .status(StatusCode::UNAUTHORIZED)
                .header("x-error-code", "RepoNotFound")
                .body(Body::empty())
                .unwrap();
        }
        let from: usize = query.get("cursor").map_or(0, |cursor| cursor.parse().unwrap());
        let until = entries.len().min(from + shared.manner.page);
        let mut response = Response::builder().header(header::CONTENT_TYPE, "application/json");
        if until < entries.len() {
            let endpoint = &at.double.endpoint;
            let next = format!(
                "<{endpoint}/api/models/{repository}/tree/{revision}?recursive=true&cursor={until}>; rel=\"next\""
            );
            response = response.header(header::LINK, next);
        }
        let page = Value::from(entries[from..until].to_vec());
        response.body(Body::from(page.to_string())).unwrap()
    });
    let status = response.status().as_u16();
    shared.hub.push(fetched(&uri, &headers, status, 0..0));
    response
}

fn entry(file: &HubFile) -> Value {
    let size = file.bytes.len();
    json!({
        "type": "file", "oid": "0000000000000000000000000000000000000000", "size": size, "path": file.path,
        "lfs": {"oid": file.sha256, "size": size, "pointerSize": 135}, "xetHash": file.sha256,
    })
}

/// One answer's bytes.
struct Sending {
    double: HubDouble,
    number: usize,
    bytes: Bytes,
    at: usize,
    until: usize,
    chunk: usize,
    pause: Duration,
    /// What comes at the end of these bytes.
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    End,
    Break,
    Hang,
}

impl Sending {
    fn stream(self) -> Body {
        Body::from_stream(stream::unfold(self, |mut sending| async move {
            if sending.at >= sending.until {
                return match sending.then {
                    Then::End => None,
                    Then::Hang => std::future::pending().await,
                    Then::Break => {
                        sending.then = Then::End;
                        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                        // What was handed over goes out first: then the counts are those of the wire.
                        // Long, because a client on a busy machine reads late.
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        Some((Err(broken), sending))
                    }
                };
            }
            let end = sending.until.min(sending.at + sending.chunk);
            let mut pause = sending.pause;
            if let Some(rate) = sending.double.lock().manner.rate {
                pause += Duration::from_secs_f64((end - sending.at) as f64 / rate as f64);
            }
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            let piece = sending.bytes.slice(sending.at..end);
            sending.double.lock().cdn[sending.number].sent.end += piece.len() as u64;
            sending.at = end;
            Some((Ok::<_, std::io::Error>(piece), sending))
        }))
    }
}

pub(super) async fn blob(
    State(at): State<At>,
    Path(sha256): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let double = at.double.clone();
    let mut shared = double.lock();
    let fault = shared.manner.faults.pop_front();
    let number = shared.cdn.len();
    let response = answer(&mut shared, &at.double, fault, &sha256, &query, &headers);
    let (response, first) = response;
    let status = response.status().as_u16();
    shared
        .cdn
        .insert(number, fetched(&uri, &headers, status, first..first));
    response
}

fn answer(
    shared: &mut Shared,
    double: &HubDouble,
    fault: Option<Fault>,
    sha256: &str,
    query: &BTreeMap<String, String>,
    headers: &HeaderMap,
) -> (Response<Body>, u64) {
    match &fault {
        Some(Fault::Status(status, wait)) => return (refusal(*status, *wait), 0),
        Some(Fault::WebPage) => return (web_page(), 0),
        Some(Fault::Expired) => return (refusal(403, None), 0),
        _ => {}
    }
    let signed = query
        .get("X-Amz-Signature")
        .and_then(|number| number.parse().ok());
    let given = signed.and_then(|number: u64| shared.signatures.get(&number));
    if given.is_none_or(|given| given.elapsed() > shared.manner.expires_after) {
        return (refusal(403, None), 0);
    }
    let Some(file) = shared.files.iter().find(|file| file.sha256 == sha256) else {
        return (refusal(404, None), 0);
    };
    let mut bytes = file.bytes.clone();
    let size = bytes.len() as u64;
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &header::HeaderValue| value.to_str().ok())
    };
    let wanted = text(header::RANGE).and_then(|range| {
        let from = range.strip_prefix("bytes=")?.strip_suffix('-')?;
        from.parse::<u64>().ok()
    });
    let etag = shared.manner.etag.clone();
    let same = text(header::IF_RANGE).is_none_or(|tag| etag.as_deref() == Some(tag));
    let part = wanted.filter(|_| same && fault != Some(Fault::Whole));
    let mut response = Response::builder().header(header::ACCEPT_RANGES, "bytes");
    if let Some(etag) = &etag {
        response = response.header(header::ETAG, etag);
    }
    if part.is_some_and(|first| first >= size) {
        let range = format!("bytes */{size}");
        let response = response.status(416).header(header::CONTENT_RANGE, range);
        return (response.body(Body::empty()).unwrap(), 0);
    }
    let mut first = part.unwrap_or(0);
    let mut says = size;
    let (mut until, mut then) = (size, Then::End);
    let (mut chunk, mut pause, mut with_length) = (CHUNK, Duration::ZERO, true);
    match fault {
        Some(Fault::Cut(after)) => (until, then) = (size.min(first + after), Then::Break),
        Some(Fault::Hang(after)) => (until, then) = (size.min(first + after), Then::Hang),
        Some(Fault::Drip(each)) => (chunk, pause) = (1, each),
        Some(Fault::OtherPart(later)) => first = (first + later).min(size - 1),
        Some(Fault::Longer(more)) => says += more,
        Some(Fault::TooMuch(more)) => {
            bytes = [bytes.as_ref(), &vec![0; more]].concat().into();
            (until, with_length) = (bytes.len() as u64, false);
        }
        Some(Fault::Short(less)) => (until, with_length) = (size - less, false),
        Some(Fault::Flipped(place)) => {
            let mut other = bytes.to_vec();
            other[usize::try_from(place).unwrap()] ^= 1;
            bytes = other.into();
        }
        _ => {}
    }
    if let Some(_part) = part {
        let range = format!("bytes {first}-{}/{says}", size - 1);
        response = response.status(206).header(header::CONTENT_RANGE, range);
    }
    if with_length {
        response = response.header(header::CONTENT_LENGTH, says - first);
    }
    let sending = Sending {
        double: double.clone(),
        number: shared.cdn.len(),
        bytes,
        at: usize::try_from(first).unwrap(),
        until: usize::try_from(until).unwrap(),
        chunk,
        pause,
        then,
    };
    (response.body(sending.stream()).unwrap(), first)
}
