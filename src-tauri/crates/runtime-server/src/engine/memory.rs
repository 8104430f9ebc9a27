//! How much memory there is, and how much a model would take.

use sysinfo::System;

use super::gguf::Metadata;
use crate::error::Error;

/// Bytes for evaluation buffers and the program itself, on top of weights and cache.
const WORKING_BYTES: u64 = 256 << 20;

/// The memory of this computer or, within a control group with a limit, of that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemMemory {
    /// Bytes in all.
    pub(crate) total: u64,
    /// Bytes that a new model could take.
    pub(crate) available: u64,
}

/// Asks the system now.
pub(crate) fn system_memory() -> SystemMemory {
    // Unknown: nothing is refused for it, llama.cpp finds out itself.
    const UNKNOWN: SystemMemory = SystemMemory {
        total: 0,
        available: u64::MAX,
    };
    let Ok(mut system) = System::new() else {
        return UNKNOWN;
    };
    system.refresh_memory();
    if system.total_memory() == 0 {
        return UNKNOWN;
    }
    let mut memory = SystemMemory {
        total: system.total_memory(),
        available: system.available_memory(),
    };
    if let Some(limits) = system
        .cgroup_limits()
        .filter(|limits| limits.total_memory > 0)
    {
        memory.total = memory.total.min(limits.total_memory);
        // What the group has as page cache can be given back: only its resident memory counts.
        memory.available = memory
            .available
            .min(limits.total_memory.saturating_sub(limits.rss));
    }
    memory
}

/// Bytes that the model takes with a context of this many tokens: weights, cache, buffers.
pub(crate) fn needed(metadata: &Metadata, context: u32) -> u64 {
    metadata
        .tensor_bytes
        .saturating_add(cache(metadata, context))
        .saturating_add(WORKING_BYTES)
}

/// Refuses a model that does not fit, before llama.cpp tries and the system starts killing.
pub(super) fn check(metadata: &Metadata, context: u32, available: u64) -> Result<(), Error> {
    let needed = needed(metadata, context);
    if needed > available {
        Err(Error::InsufficientMemory { needed, available })
    } else {
        Ok(())
    }
}

/// Bytes of the key and value cache for so many tokens.
pub(super) fn cache(metadata: &Metadata, context: u32) -> u64 {
    metadata
        .cache_bytes_per_token
        .saturating_mul(u64::from(context))
}

/// The same for a cache of another size, of a model whose weights are in memory already.
pub(super) fn check_cache(needed: u64, available: u64) -> Result<(), Error> {
    if needed > available {
        Err(Error::InsufficientMemory { needed, available })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_cache_and_buffers_count() {
        let metadata = Metadata {
            tensor_bytes: 1 << 30,
            cache_bytes_per_token: 1 << 10,
            ..Metadata::default()
        };
        for (context, available, fits) in [
            (1024, 2 << 30, true),
            (1 << 20, 2 << 30, false),
            (1024, 1 << 30, false),
            (u32::MAX, u64::MAX, true),
        ] {
            assert_eq!(
                check(&metadata, context, available).is_ok(),
                fits,
                "{context} in {available}"
            );
        }
    }
}
