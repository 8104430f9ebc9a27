//! Larger models on other computers: what the person may do about them.

use sotto_consent::{ProposalId, ProviderId, Server, WindowFact};

use crate::{
    error::ApiError,
    sotto::Sotto,
    view::{
        cloud::{
            CloudView, Decided, LargerRequest, LedgerView, NewKey, ProviderAnswer, ProviderEntry,
        },
        consent::{ConsentChange, ConsentDecision, ConsentView},
    },
};

impl Sotto {
    /// All providers and switches.
    pub async fn cloud(&self) -> Result<CloudView, ApiError> {
        todo!()
    }
    /// Lets cloud models be asked for, each time with a yes; or not any more: then what is on its
    /// way is cut.
    pub async fn turn_cloud(&self, on: bool) -> Result<CloudView, ApiError> {
        let _ = on;
        todo!()
    }
    /// "Block cloud now": every yes is void, what is on its way is cut, nothing may be asked.
    pub async fn block_cloud(&self) -> Result<CloudView, ApiError> {
        todo!()
    }
    /// Lets things be asked again.
    pub async fn unblock_cloud(&self) -> Result<CloudView, ApiError> {
        todo!()
    }
    /// Adds or changes a provider.
    pub async fn save_provider(&self, entry: ProviderEntry) -> Result<CloudView, ApiError> {
        let _ = entry;
        todo!()
    }
    /// Removes a provider that the person entered, and its key.
    pub async fn remove_provider(&self, provider: ProviderId) -> Result<CloudView, ApiError> {
        let _ = provider;
        todo!()
    }
    /// Keeps a key in the keyring. An empty one changes nothing and is an error.
    pub async fn keep_key(&self, provider: ProviderId, key: NewKey) -> Result<CloudView, ApiError> {
        let _ = (provider, key);
        todo!()
    }
    /// Removes a key from the keyring.
    pub async fn remove_key(&self, provider: ProviderId) -> Result<CloudView, ApiError> {
        let _ = provider;
        todo!()
    }
    /// Asks a provider for its models, which also tries the key. Itself asks for a yes.
    pub async fn test_provider(&self, provider: ProviderId) -> Result<ProviderAnswer, ApiError> {
        let _ = provider;
        todo!()
    }
    /// Takes back a standing yes.
    pub async fn withdraw_standing_yes(&self, server: Server) -> Result<CloudView, ApiError> {
        let _ = server;
        todo!()
    }
    /// Replaces the person's own confidential words.
    pub async fn set_own_words(&self, words: Vec<String>) -> Result<CloudView, ApiError> {
        let _ = words;
        todo!()
    }
    /// Asks a larger model; resolves when the person has decided.
    pub async fn ask_larger(&self, request: LargerRequest) -> Result<Decided, ApiError> {
        let _ = request;
        todo!()
    }
    /// Takes back what waits for a decision. Not a denial.
    pub fn withdraw_larger(&self) {
        todo!()
    }
    /// The ledger, for people.
    pub async fn ledger(&self) -> Result<LedgerView, ApiError> {
        todo!()
    }
    /// Writes the whole ledger as JSON into a new file, and says where.
    pub async fn export_ledger(&self) -> Result<String, ApiError> {
        todo!()
    }
    /// What waits for a decision, for a consent window that was just loaded.
    pub async fn consent_view(&self) -> Option<ConsentView> {
        todo!()
    }
    /// The consent window has painted it.
    pub fn consent_shown(&self, proposal: ProposalId) {
        let _ = proposal;
        todo!()
    }
    /// Something happened to the consent window, as the core saw it. Never from a page.
    pub fn consent_fact(&self, fact: WindowFact) {
        let _ = fact;
        todo!()
    }
    /// The consent window was closed: a no.
    pub fn consent_closed(&self) {
        todo!()
    }
    /// The person decides. An error says why a yes was not taken; then nothing was sent.
    pub async fn consent_decide(&self, decision: ConsentDecision) -> Result<(), ApiError> {
        let _ = decision;
        todo!()
    }
    /// The person leaves parts out or replaces findings: a new proposal, shown as an event.
    pub async fn consent_change(
        &self,
        proposal: ProposalId,
        change: ConsentChange,
    ) -> Result<(), ApiError> {
        let _ = (proposal, change);
        todo!()
    }
}
