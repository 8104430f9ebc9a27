//! A computer on which nothing can be written for a while: nothing leaves that the ledger does not
//! know of, and a block holds all the same.

use std::process::{Command, Stdio};

use rustix::process::{Resource, Rlimit, setrlimit};
use sotto_api::{
    ErrorCode,
    view::cloud::{Decided, LedgerState, NotSent},
};
use sotto_domain::MessageState;
use sotto_test_support::{FakeLanguageModel, Reply};

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

fn longest_file(bytes: Option<u64>) {
    let limit = Rlimit {
        current: bytes,
        maximum: None,
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
    let refused = world.sotto.ask_larger(new(Some(id), "First")).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::History);
    assert!(world.sotto.consent_view().await.is_none());
    drop(unwritten);
    assert!(ledger(&world).await.is_empty());

    // A yes that is not on disk is none.
    let asking = world.sotto.ask_larger(new(Some(id), "Second"));
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
    let refused = world.sotto.ask_larger(new(Some(id), "Fourth")).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Blocked);
    assert_eq!(server.heard().len(), 1);

    // Done once more it is written down, for the next program too.
    assert!(world.sotto.block_cloud().await.unwrap().blocked);
    let next = world.again(FakeLanguageModel::new(Vec::new())).await;
    assert!(next.sotto.cloud().await.unwrap().blocked);
    let left = ledger(&next).await;
    let left = left.iter().filter(|row| row.state == LedgerState::Sent);
    assert_eq!(left.count(), 1);
}
