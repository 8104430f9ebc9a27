//! The confinement on Linux: landlock(7) for files, seccomp(2) for system calls.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
    path_beneath_rules,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

use super::Confinement;

/// What the memory check reads.
const SYSTEM_FILES: [&str; 2] = ["/proc/meminfo", "/sys/fs/cgroup"];

/// System calls that nothing here needs. Sockets are bound before; only accepted connections and the
/// pair that carries signals are used after.
const REFUSED: &[libc::c_long] = &[
    // Reaching others.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_sendmmsg,
    // An asynchronous ring would open sockets without calls that a filter sees.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Becoming or starting another program.
    libc::SYS_execve,
    libc::SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    // Looking into other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_perf_event_open,
    // The kernel's own secrets and machinery.
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_open_by_handle_at,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
];

pub(super) fn confine(readable: &[PathBuf]) -> Confinement {
    let said = |what: &str, result: Result<bool, Box<dyn Error>>| {
        result.unwrap_or_else(|error| {
            tracing::warn!("{what}: {error}");
            false
        })
    };
    Confinement {
        files: said("landlock", files(readable)),
        calls: said("seccomp", calls()),
    }
}

/// `false`: this kernel has no landlock.
fn files(readable: &[PathBuf]) -> Result<bool, Box<dyn Error>> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules(SYSTEM_FILES, read))?
        .restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

fn calls() -> Result<bool, Box<dyn Error>> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> =
        REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let unless = |argument, length, comparison, value| -> Result<_, Box<dyn Error>> {
        let condition = SeccompCondition::new(argument, length, comparison, value)?;
        Ok(vec![SeccompRule::new(vec![condition])?])
    };
    let thread = number(libc::CLONE_THREAD);
    // A datagram could name an address; a connected stream cannot.
    refused.insert(
        libc::SYS_sendto,
        unless(4, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?,
    );
    refused.insert(
        libc::SYS_socketpair,
        unless(
            1,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::MaskedEq(0xf),
            number(libc::SOCK_DGRAM),
        )?,
    );
    // Threads, not processes.
    refused.insert(
        libc::SYS_clone,
        unless(
            0,
            SeccompCmpArgLen::Qword,
            SeccompCmpOp::MaskedEq(thread),
            0,
        )?,
    );
    // What clone3 would do stands in memory, where no filter looks: libc then takes clone.
    let unknown = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    for (rules, error) in [(unknown, libc::ENOSYS), (refused, libc::EPERM)] {
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            SeccompAction::Errno(error.unsigned_abs()),
            std::env::consts::ARCH.try_into()?,
        )?;
        let program: BpfProgram = filter.try_into()?;
        apply_filter(&program)?;
    }
    Ok(true)
}

fn number(flag: libc::c_int) -> u64 {
    u64::from(flag.unsigned_abs())
}
