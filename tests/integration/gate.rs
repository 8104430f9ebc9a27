//! A person at the consent window: what is shown to them, how they say yes, and what the ledger says
//! of it afterwards.

use sotto_api::{
    consent::{StartedBy, WindowFact},
    view::{
        cloud::{Decided, LargerRequest, LedgerCheck, LedgerRequest, LedgerRow},
        consent::{ConsentDecision, ConsentEvent, ConsentView},
    },
};
use sotto_test_support::World;

/// Waits until something is shown.
pub(crate) async fn shown(world: &World) -> ConsentView {
    loop {
        if let ConsentEvent::Show { request } = world.next_proposal().await {
            return *request;
        }
    }
}

/// Looks at what is shown for a second, as a person does, until Approve can be pressed.
pub(crate) async fn armed(world: &World, view: &ConsentView) {
    world.sotto.consent_shown(view.proposal);
    for fact in [
        WindowFact::Visible(true),
        WindowFact::Focused(true),
        WindowFact::Covered(false),
    ] {
        world.sotto.consent_fact(fact);
    }
    loop {
        if let ConsentEvent::Approve { enabled: true, .. } = world.next_proposal().await {
            return;
        }
    }
}

pub(crate) fn decision(view: &ConsentView, yes: bool) -> ConsentDecision {
    ConsentDecision {
        proposal: view.proposal,
        digest: view.digest,
        yes,
        standing: false,
    }
}

/// Says yes to what is shown next, and gives what it was.
pub(crate) async fn agree(world: &World) -> ConsentView {
    let view = shown(world).await;
    armed(world, &view).await;
    let deciding = world.sotto.consent_decide(decision(&view, true));
    deciding.await.unwrap();
    view
}

/// Asks, and says yes to what is shown. Gives what was shown, and what became of it.
pub(crate) async fn ask_and_agree(world: &World, request: LargerRequest) -> (ConsentView, Decided) {
    let (decided, view) = tokio::join!(
        world.sotto.ask_larger(request, StartedBy::Person),
        agree(world)
    );
    (view, decided.unwrap())
}

/// All requests in the ledger, which must be whole.
pub(crate) async fn ledger(world: &World) -> Vec<LedgerRequest> {
    let view = world.sotto.ledger().await.unwrap();
    assert!(
        matches!(view.check, LedgerCheck::Whole { .. }),
        "{:?}",
        view.check
    );
    let request = |row| match row {
        LedgerRow::Request(request) => Some(*request),
        _ => None,
    };
    view.rows.into_iter().filter_map(request).collect()
}
