//! The confinement on Linux: landlock(7) for files, seccomp(2) for system calls.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
    path_beneath_rules,
};
#[cfg(target_arch = "x86_64")]
use seccompiler::sock_filter;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter_all_threads,
};

use super::Confinement;
use super::graphics::{self, Need};

/// What the memory check reads.
const SYSTEM_FILES: [&str; 2] = ["/proc/meminfo", "/sys/fs/cgroup"];

/// System calls that nothing here needs. Sockets are bound before; only accepted connections and the
/// pair that carries signals are used after. Landlock looks at what is opened and not at what is
/// changed about a file, and old kernels' landlock not at truncation and signals: so calls do.
const REFUSED: &[libc::c_long] = &[
    // Reaching others.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_sendmsg,
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
    // Looking into other processes, or ending them.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_kcmp,
    libc::SYS_perf_event_open,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_setpriority,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    // Changing what is known of a file, or emptying it.
    libc::SYS_truncate,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchmodat2,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    463, // setxattrat
    466, // removexattrat
    469, // file_setattr
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utime,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utimes,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_futimesat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_creat,
    libc::SYS_utimensat,
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

/// Calls whose meaning stands in memory, where no filter looks. To libc they are unknown, and it
/// takes the older ones.
const UNKNOWN: &[libc::c_long] = &[libc::SYS_clone3, libc::SYS_openat2];

/// `graphics`: a driver of a graphics card is open in this process and goes on working.
pub(super) fn confine(readable: &[PathBuf], graphics: bool) -> Confinement {
    let said = |what: &str, result: Result<bool, Box<dyn Error>>| {
        result.unwrap_or_else(|error| {
            tracing::warn!("{what}: {error}");
            false
        })
    };
    Confinement {
        files: said("landlock", files(readable, graphics)),
        calls: said("seccomp", calls()),
    }
}

/// `false`: this kernel has no landlock.
fn files(readable: &[PathBuf], graphics: bool) -> Result<bool, Box<dyn Error>> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    // A rule holds for the inode, and procfs makes new ones when it is short of memory: while this
    // descriptor is open, which is for good, it does not.
    std::mem::forget(PathFd::new(SYSTEM_FILES[0]));
    for missing in readable.iter().filter(|place| !place.exists()) {
        tracing::warn!(place = %missing.display(), "not there yet: read after the next start");
    }
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules(SYSTEM_FILES, read))?;
    if graphics {
        let command = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
        for (need, access) in [(Need::Read, read), (Need::Command, command)] {
            rules = rules.add_rules(path_beneath_rules(graphics::places(need), access))?;
        }
    }
    let status = rules.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

fn calls() -> Result<bool, Box<dyn Error>> {
    let always = |calls: &[libc::c_long]| -> BTreeMap<i64, Vec<SeccompRule>> {
        calls.iter().map(|call| (*call, Vec::new())).collect()
    };
    let mut refused = always(REFUSED);
    for (call, argument, test, value) in some_refused() {
        let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, test, value)?;
        let rule = SeccompRule::new(vec![condition])?;
        refused.entry(call).or_default().push(rule);
    }
    #[cfg(target_arch = "x86_64")]
    apply_filter_all_threads(&no_x32())?;
    for (rules, error) in [(always(UNKNOWN), libc::ENOSYS), (refused, libc::EPERM)] {
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            SeccompAction::Errno(error.unsigned_abs()),
            std::env::consts::ARCH.try_into()?,
        )?;
        let program: BpfProgram = filter.try_into()?;
        apply_filter_all_threads(&program)?;
    }
    Ok(true)
}

/// Calls that are refused for one value of an argument: call, argument, comparison, value.
fn some_refused() -> Vec<(libc::c_long, u8, SeccompCmpOp, u64)> {
    use SeccompCmpOp::{Eq, MaskedEq, Ne};
    let is = |bits: libc::c_int| (MaskedEq(number(bits)), number(bits));
    let (thread, truncate) = (number(libc::CLONE_THREAD), is(libc::O_TRUNC));
    let own = u64::from(std::process::id());
    let mut calls = vec![
        // A message with an address: its length is not zero.
        (libc::SYS_sendto, 5, Ne, 0),
        // Only connected streams: their messages need no address and take none.
        (libc::SYS_socketpair, 0, Ne, number(libc::AF_UNIX)),
        (libc::SYS_socketpair, 1, MaskedEq(0b0010), 0b0010),
        (libc::SYS_socketpair, 1, MaskedEq(0b0100), 0b0100),
        (libc::SYS_socketpair, 1, MaskedEq(0b1000), 0b1000),
        // Threads, not processes.
        (libc::SYS_clone, 0, MaskedEq(thread), 0),
        // An abort ends this process and no other.
        (libc::SYS_tgkill, 0, Ne, own),
        (libc::SYS_prlimit64, 0, Ne, 0),
        (libc::SYS_openat, 2, truncate.0.clone(), truncate.1),
        // Typing into the terminal that started this.
        (libc::SYS_ioctl, 1, Eq, libc::TIOCSTI),
        (libc::SYS_ioctl, 1, Eq, libc::TIOCLINUX),
    ];
    #[cfg(target_arch = "x86_64")]
    calls.push((libc::SYS_open, 1, truncate.0, truncate.1));
    calls
}

/// The x32 numbers of all calls are other ones of the same architecture: none is used.
#[cfg(target_arch = "x86_64")]
fn no_x32() -> BpfProgram {
    const LOAD_NUMBER: u16 = 0x20;
    const JUMP_IF_AT_LEAST: u16 = 0x35;
    const RETURN: u16 = 0x06;
    const X32: u32 = 0x4000_0000;
    let line = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![
        line(LOAD_NUMBER, 0, 0, 0),
        line(JUMP_IF_AT_LEAST, 0, 1, X32),
        line(
            RETURN,
            0,
            0,
            libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs(),
        ),
        line(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

fn number(flag: libc::c_int) -> u64 {
    u64::from(flag.unsigned_abs())
}
