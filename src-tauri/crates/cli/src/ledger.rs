//! `sotto ledger`: what left this computer, and whether the record of it is what was written.

use sotto_api::view::cloud::{LedgerCheck, LedgerRequest, LedgerRow, LedgerState};

use crate::{exit::Exit, history::day, larger::dollars, print_json, print_line, session::Session};

pub(crate) async fn list(json: bool) -> Result<(), Exit> {
    let session = Session::reading().await?;
    let ledger = session.sotto.ledger().await?;
    if json {
        return print_json(&ledger);
    }
    if ledger.rows.is_empty() {
        return print_line("Nothing ever left this computer, and nothing was asked to.");
    }
    for row in &ledger.rows {
        match row {
            LedgerRow::Request(request) => print_line(&line(request))?,
            LedgerRow::Connection { at, host, .. } => {
                print_line(&format!("{}  connected to {host}", day(*at)))?;
            }
            LedgerRow::Change { at, text } => print_line(&format!("{}  {text}", day(*at)))?,
        }
    }
    for total in &ledger.months {
        let unknown = match total.unknown_cost {
            0 => String::new(),
            requests => format!(", and {requests} at unknown cost"),
        };
        print_line(&format!(
            "{} {}: {} requests, {} bytes sent, {}{unknown}",
            total.month,
            total.provider,
            total.requests,
            total.sent_bytes,
            dollars(total.cost)
        ))?;
    }
    Ok(())
}

fn line(request: &LedgerRequest) -> String {
    let state = match request.state {
        LedgerState::Waiting => "waiting",
        LedgerState::OnItsWay => "on its way",
        LedgerState::Sent => "sent",
        LedgerState::Failed => "failed, nothing left",
        LedgerState::MayHaveBeenSent => "MAY HAVE BEEN SENT",
        LedgerState::Denied => "denied, nothing left",
        LedgerState::Revoked => "taken back, nothing left",
    };
    let mut words = vec![
        day(request.at),
        state.to_owned(),
        format!(
            "{}{}",
            request.provider,
            request
                .model
                .as_ref()
                .map(|model| format!("/{model}"))
                .unwrap_or_default()
        ),
        request.host.clone(),
        format!(
            "{} bytes out, {} in",
            request.body_bytes, request.received_bytes
        ),
    ];
    words.extend(request.cost.map(dollars));
    words.extend(Some(request.trouble.clone()).filter(|trouble| !trouble.is_empty()));
    words.join("  ")
}

pub(crate) async fn verify(json: bool) -> Result<(), Exit> {
    let session = Session::reading().await?;
    let check = session.sotto.ledger().await?.check;
    if json {
        print_json(&check)?;
    }
    match check {
        LedgerCheck::Whole {
            entries,
            sealed_in_keyring,
        } => {
            if !json {
                let seal = if sealed_in_keyring {
                    "and its end is the one that the keyring knows"
                } else {
                    "but no keyring knows its end, so entries missing there would not be seen"
                };
                print_line(&format!(
                    "All {entries} entries are there and as they were written, {seal}."
                ))?;
            }
            Ok(())
        }
        LedgerCheck::Damaged { message } | LedgerCheck::Unchecked { message } => {
            Err(Exit::Failed(if json { String::new() } else { message }))
        }
    }
}
