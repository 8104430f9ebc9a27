//! A measurement on its way: lines of JSON in, steps and at last the numbers out.

use futures_util::{StreamExt, TryStreamExt};
use sotto_domain::{Failure, FailureCode};
use tokio_util::{
    codec::{FramedRead, LinesCodec},
    io::StreamReader,
};

use crate::{
    failure,
    protocol::{BenchLine, BenchStep, ErrorBody, Measured},
};

/// Bytes of one line.
const LONGEST_LINE: usize = 1 << 16;

/// Reads the body of a response. `broken_off` says what it means if the last line is missing.
pub(crate) async fn read(
    response: reqwest::Response,
    model: &str,
    mut progress: impl FnMut(BenchStep),
    broken_off: impl Fn() -> Failure,
) -> Result<Measured, Failure> {
    let bytes = response.bytes_stream().map_err(std::io::Error::other);
    let reader = StreamReader::new(bytes.boxed());
    let mut lines = FramedRead::new(reader, LinesCodec::new_with_max_length(LONGEST_LINE));
    while let Some(Ok(line)) = lines.next().await {
        match parse(&line, model)? {
            BenchLine {
                done: true,
                measured,
                ..
            } => return Ok(measured),
            BenchLine { step, .. } => progress(step),
        }
    }
    Err(broken_off())
}

fn parse(line: &str, model: &str) -> Result<BenchLine, Failure> {
    let parsed: BenchLine = serde_json::from_str(line).map_err(|error| {
        Failure::new(
            FailureCode::Other,
            format!("The runtime said something that Sotto does not understand ({error})."),
        )
    })?;
    if parsed.error.is_some() {
        let body: ErrorBody = serde_json::from_str(line).unwrap_or_default();
        return Err(failure::from_body(&body, model));
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_numbers_and_errors_are_told_apart() {
        let step = parse(r#"{"stage":"decode","percent":40,"done":false}"#, "Tiny").unwrap();
        assert_eq!(
            (step.step.stage.as_str(), step.step.percent),
            ("decode", 40)
        );
        assert!(!step.done);
        let last = parse(
            r#"{"done":true,"prefill_tokens_per_second":104.5,"decode_tokens_per_second":34.0,
                "first_token_duration":500000000,"memory":9,"backend":"CPU","threads":2}"#,
            "Tiny",
        )
        .unwrap();
        assert!(last.done);
        assert_eq!((last.measured.prefill, last.measured.threads), (104.5, 2));
        let failed = parse(r#"{"error":"e","code":"model_not_found"}"#, "Tiny").unwrap_err();
        assert_eq!(failed.code, FailureCode::ModelNotFound);
        assert!(parse("not json", "Tiny").is_err());
    }
}
