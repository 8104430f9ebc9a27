//! Recall and precision of the scanner on the data set that `npm run bench -- redaction` fetches:
//! `measure_redaction FILE [odd|even]` prints one JSON object. The rules are tuned on texts whose
//! template has an even number; figures are those of the odd ones, whose misses are never printed.
//! `measure_redaction FILE urls` does the same for passwords in the URL Standard's own test URLs.
//!
//! A labelled span counts as found if findings of its kind cover every character of it (white space
//! apart): a number of which four digits still leave is not found. A finding counts as right if at
//! least half of it lies in spans whose label its kind stands for.

use std::{
    env, fs,
    io::{self, Write as _},
    ops::Range,
    process::ExitCode,
    time::Instant,
};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use sotto_redaction::{Finding, Kind, Words, scan};

/// A test of the URL Standard (web-platform-tests, `urltestdata.json`): a URL and its parts.
#[derive(Deserialize)]
struct UrlTest {
    input: String,
    /// Percent-encoded. Missing where the input is no URL.
    password: Option<String>,
}

/// The file holds comments, too, as plain texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum UrlTestOrComment {
    Test(UrlTest),
    Comment(#[expect(dead_code, reason = "only told apart")] String),
}

/// One labelled text, as presidio-evaluator writes it.
#[derive(Deserialize)]
struct Sample {
    full_text: String,
    spans: Vec<Span>,
    template_id: u32,
}

/// A labelled stretch, in characters.
#[derive(Deserialize)]
struct Span {
    entity_type: String,
    start_position: usize,
    end_position: usize,
}

/// A label, the kinds that stand for it, and the labels that its findings may also cover.
struct Type {
    label: &'static str,
    kinds: &'static [Kind],
    also: &'static [&'static str],
}

const TYPES: &[Type] = &[
    of("CREDIT_CARD", &[Kind::PaymentCard]),
    of("IBAN_CODE", &[Kind::Iban]),
    of("EMAIL_ADDRESS", &[Kind::Email]),
    of("IP_ADDRESS", &[Kind::IpAddress]),
    of("PHONE_NUMBER", &[Kind::Phone]),
    of("US_SSN", &[Kind::NationalId]),
    // A finding goes on to the city and its code, which have labels of their own.
    Type {
        label: "STREET_ADDRESS",
        kinds: &[Kind::Address],
        also: &["ZIP_CODE", "GPE"],
    },
    // Nothing looks for these; the row says how many there were.
    of("PERSON", &[]),
    of("ORGANIZATION", &[]),
    of("US_DRIVER_LICENSE", &[]),
];

const fn of(label: &'static str, kinds: &'static [Kind]) -> Type {
    Type {
        label,
        kinds,
        also: &[],
    }
}

#[derive(Default, Serialize)]
struct Row {
    label: &'static str,
    spans: usize,
    found: usize,
    findings: usize,
    right: usize,
}

#[derive(Serialize)]
struct Report {
    texts: usize,
    rows: Vec<Row>,
    /// Findings of kinds that no label of the data set stands for.
    other_findings: usize,
    megabytes_per_second: f64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (file, set) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [file] | [file, "odd"] => (file, Set::Odd),
        [file, "even"] => (file, Set::Even),
        [file, "urls"] => (file, Set::Urls),
        _ => return fail("usage: measure_redaction FILE [odd|even|urls]"),
    };
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return fail(&format!("{file} could not be read: {error}")),
    };
    let report = match set {
        Set::Urls => {
            serde_json::from_str(&text).and_then(|tests| serde_json::to_string(&urls(tests)))
        }
        Set::Odd | Set::Even => serde_json::from_str(&text).and_then(|samples| {
            let even = matches!(set, Set::Even);
            serde_json::to_string(&measure(samples, even))
        }),
    };
    match report.map(|line| writeln!(io::stdout(), "{line}")) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => fail(&format!("the report could not be written: {error}")),
        Err(error) => fail(&format!("{file} is not the data set: {error}")),
    }
}

/// What is measured.
enum Set {
    /// The texts that figures are of.
    Odd,
    /// The texts that rules are tuned on; misses are explained.
    Even,
    /// Passwords in URLs.
    Urls,
}

fn fail(reason: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{reason}");
    ExitCode::FAILURE
}

/// Passwords in URLs. What the standard gets from a base address stands in no text, and what it
/// calls no URL has no label.
fn urls(tests: Vec<UrlTestOrComment>) -> Row {
    let words = Words::default();
    let mut row = Row {
        label: "URL_PASSWORD",
        ..Row::default()
    };
    for test in tests {
        let UrlTestOrComment::Test(UrlTest {
            input,
            password: Some(password),
        }) = test
        else {
            continue;
        };
        let decoded: Vec<u8> = percent_decode_str(&password).collect();
        let is_password = |finding: &&Finding| {
            let text = &input[finding.range.clone()];
            percent_decode_str(text).eq(decoded.iter().copied())
        };
        let findings = scan(&input, &words);
        let findings = findings
            .iter()
            .filter(|each| each.kind == Kind::UrlPassword);
        row.findings += findings.clone().count();
        if !password.is_empty() && input.contains('@') {
            let right = findings.filter(is_password).count();
            row.spans += 1;
            row.right += right;
            row.found += right.min(1);
        }
    }
    row
}

/// `explain` writes what was missed and what was wrong to standard error.
fn measure(mut samples: Vec<Sample>, even: bool) -> Report {
    samples.retain(|sample| sample.template_id.is_multiple_of(2) == even);
    let explain = even;
    let words = Words::default();
    let mut rows: Vec<Row> = TYPES
        .iter()
        .map(|kind| Row {
            label: kind.label,
            ..Row::default()
        })
        .collect();
    let mut other_findings = 0;
    for sample in &samples {
        let text = sample.full_text.as_str();
        let offsets: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let spans: Vec<(&str, Range<usize>)> = sample
            .spans
            .iter()
            .map(|span| {
                (
                    span.entity_type.as_str(),
                    offsets[span.start_position]..offsets[span.end_position],
                )
            })
            .collect();
        let findings = scan(text, &words);
        let known = |kind: Kind| TYPES.iter().any(|of| of.kinds.contains(&kind));
        for finding in findings.iter().filter(|finding| !known(finding.kind)) {
            other_findings += 1;
            if explain {
                tell(
                    "other",
                    &format!("{:?}", finding.kind),
                    text,
                    &finding.range,
                );
            }
        }
        for (of, row) in TYPES.iter().zip(&mut rows) {
            count(text, &spans, &findings, of, row, explain);
        }
    }
    Report {
        texts: samples.len(),
        rows,
        other_findings,
        megabytes_per_second: speed(&samples, &words),
    }
}

fn count(
    text: &str,
    spans: &[(&str, Range<usize>)],
    findings: &[Finding],
    of: &Type,
    row: &mut Row,
    explain: bool,
) {
    let of_kind = || {
        findings
            .iter()
            .filter(|finding| of.kinds.contains(&finding.kind))
    };
    for (_, span) in spans.iter().filter(|(label, _)| *label == of.label) {
        row.spans += 1;
        let covered = |at: usize| of_kind().any(|finding| finding.range.contains(&at));
        let mut characters = text[span.clone()].char_indices();
        if characters.all(|(at, character)| character.is_whitespace() || covered(span.start + at)) {
            row.found += 1;
        } else if explain && !of.kinds.is_empty() {
            tell("missed", of.label, text, span);
        }
    }
    for finding in of_kind() {
        row.findings += 1;
        let labelled = |at: &usize| {
            spans.iter().any(|(label, span)| {
                (*label == of.label || of.also.contains(label)) && span.contains(at)
            })
        };
        let inside = finding.range.clone().filter(labelled).count();
        if inside * 2 >= finding.range.len() {
            row.right += 1;
        } else if explain {
            tell("wrong", of.label, text, &finding.range);
        }
    }
}

/// A stretch with what stands around it.
fn tell(what: &str, label: &str, text: &str, range: &Range<usize>) {
    let start = text.floor_char_boundary(range.start.saturating_sub(40));
    let end = text.ceil_char_boundary(range.end.saturating_add(40));
    let (value, around) = (&text[range.clone()], &text[start..end]);
    let _ = writeln!(io::stderr(), "{what} {label}: {value:?} in {around:?}");
}

/// Over one megabyte of the same texts.
fn speed(samples: &[Sample], words: &Words) -> f64 {
    const LENGTH: usize = 1_000_000;
    let mut text = String::with_capacity(2 * LENGTH);
    for sample in samples.iter().cycle().take(100_000) {
        text.push_str(&sample.full_text);
        text.push('\n');
        if text.len() >= LENGTH {
            break;
        }
    }
    let began = Instant::now();
    let findings = scan(&text, words);
    let megabytes = findings.last().map_or(0.0, |_| text.len() as f64 / 1e6);
    megabytes / began.elapsed().as_secs_f64()
}
