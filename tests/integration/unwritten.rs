//! A computer on which nothing can be written for a while: nothing leaves that the ledger does not
//! know of, and a block holds all the same.

use std::process::{Command, Stdio};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sotto_api::{
    ErrorCode,
    consent::StartedBy,
    view::{
        cloud::{Decided, LedgerState, NotSent},
        consent::ConsentDecision,
    },
};
use sotto_domain::MessageState;
use sotto_test_support::{FakeLanguageModel, Reply, World};

use crate::{
    gate::{armed, ask_and_agree, decision, ledger, shown},
    larger::{first_words, new, not_sent, world},
};

const ALONE: &str = "SOTTO_WRITES_NOTHING";

/// While it lives, this process cannot write into any file. Connections are none.
struct NothingWritten;

impl NothingWritten {
    fn begin() -> Self {
        longest_file(Some(0));
        Self
    }
}

impl Drop for NothingWritten {
    fn drop(&mut self) {
        longest_file(None);
    }
}

/// `None` is as long as this process may make it.
fn longest_file(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let limit = Rlimit {
        current: bytes.or(maximum),
        maximum,
    };
    setrlimit(Resource::Fsize, limit).unwrap();
}

/// In a process of its own, because the limit holds for all of it. The signal that comes with it is
/// ignored, as a full disk sends none.
#[test]
fn what_cannot_be_written_down_does_not_leave_and_a_block_holds() {
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "unwritten::while_nothing_is_written"])
        .args(["--nocapture", "--test-threads=1"])
        .env(ALONE, "yes")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        child.status.success() && said(&child.stdout).contains("1 passed"),
        "{}{}",
        said(&child.stdout),
        said(&child.stderr)
    );
}

/// Not a test by itself.
#[tokio::test]
async fn while_nothing_is_written() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let (world, server, asked) = world(Reply::Endlessly).await;
    let id = asked.conversation.id;

    // It is not even asked for.
    let unwritten = NothingWritten::begin();
    let refused = world
        .sotto
        .ask_larger(new(Some(id), "First"), StartedBy::Person)
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::History);
    assert!(world.sotto.consent_view().await.is_none());
    drop(unwritten);
    assert!(ledger(&world).await.is_empty());

    // A yes that is not on disk is none.
    let asking = world
        .sotto
        .ask_larger(new(Some(id), "Second"), StartedBy::Person);
    let agreeing = async {
        let view = shown(&world).await;
        armed(&world, &view).await;
        let unwritten = NothingWritten::begin();
        let agreed = world.sotto.consent_decide(decision(&view, true)).await;
        assert_eq!(agreed.unwrap_err().code, ErrorCode::History);
        drop(unwritten);
    };
    let (decided, ()) = tokio::join!(asking, agreeing);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::NotUsed);
    assert!(server.heard().is_empty());
    let rows = ledger(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].state, LedgerState::Revoked);

    // Nor does a yes for later remain of it.
    let asking = world
        .sotto
        .ask_larger(new(Some(id), "Standing"), StartedBy::Person);
    let agreeing = async {
        let view = shown(&world).await;
        armed(&world, &view).await;
        let standing = ConsentDecision {
            standing: true,
            ..decision(&view, true)
        };
        let unwritten = NothingWritten::begin();
        assert!(world.sotto.consent_decide(standing).await.is_err());
        drop(unwritten);
    };
    let (decided, ()) = tokio::join!(asking, agreeing);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::NotUsed);
    let cloud = world.sotto.cloud().await.unwrap();
    assert!(
        cloud
            .providers
            .iter()
            .all(|each| each.standing_yes.is_none())
    );

    // What would allow more is not allowed.
    let unwritten = NothingWritten::begin();
    let on = world.sotto.turn_cloud(true).await.unwrap_err();
    assert_eq!(on.code, ErrorCode::History);
    assert!(!world.sotto.cloud().await.unwrap().on);
    drop(unwritten);

    // A block cuts what is on its way, and holds in this program.
    let (_, decided) = ask_and_agree(&world, new(Some(id), "Third")).await;
    assert!(matches!(decided, Decided::Asked { .. }));
    first_words(&world).await;
    let unwritten = NothingWritten::begin();
    let blocked = world.sotto.block_cloud().await.unwrap_err();
    assert_eq!(blocked.code, ErrorCode::History);
    drop(unwritten);
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.state, MessageState::Failed);
    let refused = world
        .sotto
        .ask_larger(new(Some(id), "Fourth"), StartedBy::Person)
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Blocked);
    assert_eq!(server.heard().len(), 1);

    // It is written down by itself as soon as it can be, for the next program too, and so is what
    // became of the request.
    while !next_is_blocked(&world).await {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let left = ledger(&world).await;
    let left: Vec<_> = left
        .iter()
        .filter(|row| row.state == LedgerState::Sent)
        .collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].trouble, "stopped");
    // Taking it back is another decision.
    assert!(!world.sotto.unblock_cloud().await.unwrap().blocked);
}

/// Whether a program that is started now finds the block.
async fn next_is_blocked(world: &World) -> bool {
    let next = world.again(FakeLanguageModel::new(Vec::new())).await;
    next.sotto.cloud().await.unwrap().blocked
}
