//! What the person decided for good: whether the cloud may be asked for at all, and which servers of
//! their network need no more questions. There is no such thing as "always" for the cloud.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sotto_domain::Place;

use crate::{
    destination::{Destination, Server},
    proposal::Purpose,
};

/// The person's decisions, as they are kept between two starts. The default is that of a first
/// start: the cloud is off, nothing is blocked, no server has a standing yes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    cloud: bool,
    blocked: bool,
    standing: BTreeSet<Server>,
}

impl Policy {
    /// Whether a proposal to the cloud may be made.
    #[must_use]
    pub const fn cloud_is_on(&self) -> bool {
        self.cloud
    }

    /// Whether nothing at all may leave.
    #[must_use]
    pub const fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// The servers that need no more questions.
    pub fn standing_yeses(&self) -> impl Iterator<Item = &Server> {
        self.standing.iter()
    }

    /// Whether a standing yes covers this destination. The cloud has none, whatever is kept.
    #[must_use]
    pub fn covers(&self, destination: &Destination) -> bool {
        destination
            .server()
            .is_some_and(|server| self.standing.contains(&server))
    }

    /// These decisions, made from `base`, put onto what somebody else kept meanwhile: what was changed
    /// here counts, and what was changed there stays.
    #[must_use]
    pub fn merged(&self, base: &Self, kept: &Self) -> Self {
        let pick = |mine: bool, base: bool, kept: bool| if mine == base { kept } else { mine };
        let taken_back =
            |server: &&Server| base.standing.contains(*server) && !self.standing.contains(*server);
        let added = self.standing.difference(&base.standing);
        let stays = kept.standing.iter().filter(|server| !taken_back(server));
        Self {
            cloud: pick(self.cloud, base.cloud, kept.cloud),
            blocked: pick(self.blocked, base.blocked, kept.blocked),
            standing: stays.chain(added).cloned().collect(),
        }
    }

    /// What both allow, and no more.
    #[must_use]
    pub fn strictest(&self, other: &Self) -> Self {
        Self {
            cloud: self.cloud && other.cloud,
            blocked: self.blocked || other.blocked,
            standing: self
                .standing
                .intersection(&other.standing)
                .cloned()
                .collect(),
        }
    }

    /// Why nothing may be proposed to this place for this purpose, if so. Whether the cloud is on
    /// is about its models: a download is asked for by itself, also where the cloud is off.
    pub(crate) fn refuses(&self, place: Place, purpose: Purpose) -> Option<Barrier> {
        if self.blocked {
            Some(Barrier::Blocked)
        } else if place == Place::Cloud && purpose.asks_model() && !self.cloud {
            Some(Barrier::CloudOff)
        } else {
            None
        }
    }

    /// Sets the block; whether that changed anything.
    pub(crate) const fn set_blocked(&mut self, blocked: bool) -> bool {
        std::mem::replace(&mut self.blocked, blocked) != blocked
    }

    /// Turns the cloud on or off; whether that changed anything.
    pub(crate) const fn set_cloud(&mut self, on: bool) -> bool {
        std::mem::replace(&mut self.cloud, on) != on
    }

    /// Keeps a standing yes; whether it is new.
    pub(crate) fn keep(&mut self, server: Server) -> bool {
        self.standing.insert(server)
    }

    /// Takes a standing yes back; whether there was one.
    pub(crate) fn withdraw(&mut self, server: &Server) -> bool {
        self.standing.remove(server)
    }
}

/// What stands in the way of every proposal to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Barrier {
    /// The person blocked everything.
    #[error("nothing may leave this computer now: it is blocked. Unblock it to ask again")]
    Blocked,
    /// The cloud is off.
    #[error("cloud models are off. Turn them on in the settings to ask one")]
    CloudOff,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy() -> impl Strategy<Value = Policy> {
        let servers = proptest::collection::btree_set(0..4_u8, 0..4);
        (any::<bool>(), any::<bool>(), servers).prop_map(|(cloud, blocked, servers)| Policy {
            cloud,
            blocked,
            standing: servers
                .into_iter()
                .map(|number| format!("http://10.0.0.{number}").parse().unwrap())
                .collect(),
        })
    }

    proptest! {
        /// Whatever two programs decide at the same time: neither loses what it changed.
        #[test]
        fn two_programs_lose_no_decision(base in policy(), mine in policy(), kept in policy()) {
            let merged = mine.merged(&base, &kept);
            for each in [&mine, &kept] {
                prop_assert!(each.cloud == base.cloud || merged.cloud == each.cloud);
                prop_assert!(each.blocked == base.blocked || merged.blocked == each.blocked);
                for server in base.standing.difference(&each.standing) {
                    prop_assert!(!merged.standing.contains(server), "taken back");
                }
                for server in each.standing.difference(&base.standing) {
                    prop_assert!(merged.standing.contains(server), "given");
                }
            }
            prop_assert_eq!(base.merged(&base, &kept), kept);
        }

        /// Nothing is allowed that one of the two does not allow.
        #[test]
        fn the_strictest_allows_what_both_do(one in policy(), other in policy()) {
            let both = one.strictest(&other);
            prop_assert_eq!(&both, &other.strictest(&one));
            prop_assert_eq!(both.cloud, one.cloud && other.cloud);
            prop_assert_eq!(!both.blocked, !one.blocked && !other.blocked);
            for server in one.standing.union(&other.standing) {
                let allowed = one.standing.contains(server) && other.standing.contains(server);
                prop_assert_eq!(both.standing.contains(server), allowed);
            }
        }
    }
}
