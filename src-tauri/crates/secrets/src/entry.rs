//! The names of what Sotto keeps in a keyring. All that belongs to one history ends in the same
//! random digits, so that two histories of one person never share a secret.

/// The database key.
pub(crate) const HISTORY: &str = "history-";
/// The key that a provider gave to the person.
pub(crate) const PROVIDER: &str = "provider-";
/// Where the ledger ends.
pub(crate) const LEDGER: &str = "ledger-";

/// What a person reads in the keyring's own window.
pub(crate) fn label(entry: &str) -> &'static str {
    if entry.starts_with(PROVIDER) {
        "Sotto: key of a provider"
    } else if entry.starts_with(LEDGER) {
        "Sotto: seal of the ledger"
    } else {
        "Sotto: key of the history"
    }
}
