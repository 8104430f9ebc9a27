//! A question to a larger model, from asking to the ledger, through the real gate and a real
//! connection: what was shown is what arrives, once, and only after a yes.

use sotto_api::{
    ConversationId, ErrorCode,
    consent::{ProviderId, StartedBy},
    view::{
        AppEvent, AskRequest, Asked,
        cloud::{
            Decided, LargerQuestion, LargerRequest, LedgerState, NotSent, Protocol, ProviderAnswer,
            ProviderEntry,
        },
        consent::{ConsentChange, ConsentDecision, ConsentView},
        quick::QuickAsk,
    },
};
use sotto_domain::{EndReason, MessageState, Place};
use sotto_test_support::{FakeLanguageModel, LargerServer, Reply, Said, World};

use crate::gate::{armed, ask_and_agree, decision, ledger, shown};

fn ended() -> Said {
    Said::Ends(EndReason::Finished)
}

/// A world in which one question was answered here, and a server that can be asked.
pub(crate) async fn world(reply: Reply) -> (World, LargerServer, Asked) {
    let model = FakeLanguageModel::new(vec![vec![Said::Text("Paris."), ended()]]);
    let world = World::new(model).await;
    let server = LargerServer::start(reply).await;
    enter(&world, &server).await;
    let first = AskRequest {
        text: "The capital of France?".to_owned(),
        ..AskRequest::default()
    };
    let asked = world.sotto.ask(first).await.unwrap();
    world.end_of_answer().await;
    (world, server, asked)
}

async fn enter(world: &World, server: &LargerServer) {
    let entry = ProviderEntry {
        id: None,
        title: "My server".to_owned(),
        protocol: Protocol::OpenAi,
        address: server.address.clone(),
        models: vec!["large".to_owned()],
    };
    let cloud = world.sotto.save_provider(entry).await.unwrap();
    let own = cloud.providers.last().unwrap();
    assert_eq!(
        (own.id.as_str(), own.place),
        ("my-server", Place::YourNetwork)
    );
}

fn provider() -> ProviderId {
    "my-server".parse().unwrap()
}

pub(crate) fn new(conversation: Option<ConversationId>, text: &str) -> LargerRequest {
    LargerRequest {
        what: LargerQuestion::New {
            conversation,
            text: text.to_owned(),
            context: None,
            action: None,
        },
        provider: provider(),
        model: "large".to_owned(),
        ask_anyway: false,
    }
}

fn texts(view: &ConsentView) -> Vec<String> {
    let text = |part: &sotto_api::view::consent::ConsentPart| {
        part.pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    };
    view.parts.iter().map(text).collect()
}

pub(crate) fn not_sent(decided: &Decided) -> NotSent {
    match decided {
        Decided::NotSent { why } => *why,
        Decided::Asked { .. } => panic!("it was sent"),
    }
}

/// Waits until an answer has begun.
pub(crate) async fn first_words(world: &World) {
    while !matches!(world.next_event().await, AppEvent::AnswerText { .. }) {}
}

#[tokio::test]
async fn what_was_shown_is_what_arrives_and_the_answer_says_where_it_is_from() {
    let (world, server, asked) = world(Reply::Says(vec!["Lut", "etia."])).await;
    let again = LargerRequest {
        what: LargerQuestion::Again {
            answer: asked.added[1].message.id,
        },
        ..new(None, "")
    };
    let (view, decided) = ask_and_agree(&world, again).await;
    let Decided::Asked { asked } = decided else {
        panic!("{decided:?}")
    };
    // Only the question: the old answer is not part of what is asked again.
    assert_eq!(texts(&view), ["The capital of France?"]);
    assert_eq!(view.destination.place(), Place::YourNetwork);

    let (answer, told) = world.end_of_answer().await;
    assert_eq!(
        (told.as_str(), answer.state),
        ("Lutetia.", MessageState::Complete)
    );
    assert_eq!(answer.model.as_deref(), Some("my-server/large"));
    assert_eq!(answer.place, Place::YourNetwork);

    let heard = server.heard();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].body.len() as u64, view.body_bytes);
    let request = sotto_api::consent::Request::new(
        view.destination.method(),
        view.destination.url().clone(),
        heard[0].body.clone(),
    );
    assert_eq!(request.digest(), view.digest);

    // Both answers are there, side by side, and the question is known to have left.
    let conversation = world
        .sotto
        .open_conversation(asked.conversation.id)
        .await
        .unwrap();
    assert_eq!(conversation.messages.len(), 2);
    assert_eq!(conversation.messages[0].left_to, ["127.0.0.1"]);
    assert_eq!(conversation.messages[1].alternatives.len(), 2);
    assert!(conversation.messages[1].left_to.is_empty());
    // The conversation stays a local one.
    assert_eq!(conversation.conversation.model, None);

    let rows = ledger(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].state, rows[0].status),
        (LedgerState::Sent, Some(200))
    );
    assert_eq!((rows[0].tokens, rows[0].trouble.as_str()), (Some(18), ""));
}

#[tokio::test]
async fn a_no_leaves_no_trace_but_in_the_ledger() {
    let (world, server, asked) = world(Reply::Repeats).await;
    let asking = world.sotto.ask_larger(
        new(Some(asked.conversation.id), "And of Spain?"),
        StartedBy::Person,
    );
    let denying = async {
        let view = shown(&world).await;
        assert_eq!(
            texts(&view),
            ["The capital of France?", "Paris.", "And of Spain?"]
        );
        world
            .sotto
            .consent_decide(decision(&view, false))
            .await
            .unwrap();
    };
    let (decided, ()) = tokio::join!(asking, denying);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::Denied);
    assert!(server.heard().is_empty());
    let conversation = world
        .sotto
        .open_conversation(asked.conversation.id)
        .await
        .unwrap();
    assert_eq!(conversation.messages.len(), 2);
    assert_eq!(ledger(&world).await[0].state, LedgerState::Denied);
}

#[tokio::test]
async fn a_yes_that_comes_early_or_to_something_else_is_none() {
    let (world, server, asked) = world(Reply::Repeats).await;
    let asking = world
        .sotto
        .ask_larger(new(Some(asked.conversation.id), "Now?"), StartedBy::Person);
    let pressing = async {
        let view = shown(&world).await;
        // At once, and before it is in sight.
        for _ in 0..20 {
            assert!(
                world
                    .sotto
                    .consent_decide(decision(&view, true))
                    .await
                    .is_err()
            );
        }
        armed(&world, &view).await;
        let other = ConsentDecision {
            digest: "ab".repeat(32).parse().unwrap(),
            ..decision(&view, true)
        };
        assert!(world.sotto.consent_decide(other).await.is_err());
        assert!(server.heard().is_empty());
        world
            .sotto
            .consent_decide(decision(&view, false))
            .await
            .unwrap();
        // What is decided is decided.
        assert!(
            world
                .sotto
                .consent_decide(decision(&view, true))
                .await
                .is_err()
        );
    };
    let (decided, ()) = tokio::join!(asking, pressing);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::Denied);
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_conversation_edited_between_showing_and_deciding_is_not_sent() {
    let (world, server, asked) = world(Reply::Repeats).await;
    let asking = world.sotto.ask_larger(
        new(Some(asked.conversation.id), "And now?"),
        StartedBy::Person,
    );
    let editing = async {
        let view = shown(&world).await;
        armed(&world, &view).await;
        let question = asked.added[0].message.id;
        let edited = world.sotto.edit_question(question, "Of Italy?".to_owned());
        edited.await.unwrap();
        let refused = world
            .sotto
            .consent_decide(decision(&view, true))
            .await
            .unwrap_err();
        assert!(refused.message.contains("edited"), "{refused}");
    };
    let (decided, ()) = tokio::join!(asking, editing);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::ConversationChanged);
    assert!(server.heard().is_empty());
    assert_eq!(ledger(&world).await[0].state, LedgerState::Revoked);
}

#[tokio::test]
async fn what_is_kept_nowhere_is_asked_about_and_its_answer_goes_where_it_is_then() {
    for kept_meanwhile in [false, true] {
        let model = FakeLanguageModel::new(vec![vec![Said::Text("Paris."), ended()]]);
        let world = World::new(model).await;
        let server = LargerServer::start(Reply::Says(vec!["Lutetia."])).await;
        enter(&world, &server).await;
        let request = AskRequest {
            text: "The capital of France?".to_owned(),
            ..AskRequest::default()
        };
        let ask = QuickAsk {
            request,
            temporary: true,
        };
        let asked = world.sotto.quick_ask(ask).await.unwrap();
        world.end_of_answer().await;
        let again = LargerRequest {
            what: LargerQuestion::Again {
                answer: asked.added[1].message.id,
            },
            ..new(None, "")
        };
        let deciding = async {
            let view = shown(&world).await;
            if kept_meanwhile {
                world.sotto.quick_keep().await.unwrap();
            }
            armed(&world, &view).await;
            let yes = world.sotto.consent_decide(decision(&view, true));
            yes.await.unwrap();
        };
        let larger = world.sotto.ask_larger(again, StartedBy::Person);
        let (decided, ()) = tokio::join!(larger, deciding);
        assert!(matches!(decided.unwrap(), Decided::Asked { .. }));
        world.end_of_answer().await;

        let quick = world.sotto.quick_conversation().await.unwrap().unwrap();
        assert_eq!(quick.temporary, !kept_meanwhile);
        assert_eq!(quick.view.messages[1].message.text, "Lutetia.");
        let listed = world.sotto.list_conversations().await.unwrap();
        assert_eq!(listed.len(), usize::from(kept_meanwhile));
        if kept_meanwhile {
            let kept = world.sotto.open_conversation(listed[0].id).await.unwrap();
            assert_eq!(kept, quick.view);
        }
        assert_eq!(ledger(&world).await[0].state, LedgerState::Sent);
    }
}

#[tokio::test]
async fn a_hundred_yeses_at_once_are_one() {
    let (world, server, asked) = world(Reply::Repeats).await;
    let asking = world
        .sotto
        .ask_larger(new(Some(asked.conversation.id), "Once?"), StartedBy::Person);
    let agreeing = async {
        let view = shown(&world).await;
        armed(&world, &view).await;
        let decisions = (0..100).map(|_| {
            let (sotto, yes) = (world.sotto.clone(), decision(&view, true));
            tokio::spawn(async move { sotto.consent_decide(yes).await })
        });
        let mut taken = 0;
        for decision in decisions.collect::<Vec<_>>() {
            taken += usize::from(decision.await.unwrap().is_ok());
        }
        assert_eq!(taken, 1);
    };
    let (decided, ()) = tokio::join!(asking, agreeing);
    assert!(matches!(decided.unwrap(), Decided::Asked { .. }));
    let (_, told) = world.end_of_answer().await;
    assert_eq!(told, "Once?");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn what_is_left_out_stays_and_what_is_replaced_comes_back() {
    let (world, server, asked) = world(Reply::Repeats).await;
    let words = vec!["Sagarmatha".to_owned()];
    world.sotto.set_own_words(words).await.unwrap();
    let text = "Write to ann@example.org about Sagarmatha.";
    let asking = world
        .sotto
        .ask_larger(new(Some(asked.conversation.id), text), StartedBy::Person);
    let changing = async {
        let view = shown(&world).await;
        let findings: Vec<_> = view.parts[2]
            .pieces
            .iter()
            .filter_map(|piece| piece.finding.clone())
            .collect();
        assert_eq!(findings.len(), 2);
        let change = ConsentChange {
            leave_out: vec![view.parts[0].id, view.parts[1].id],
            replace: findings.iter().map(|finding| finding.number).collect(),
        };
        world
            .sotto
            .consent_change(view.proposal, change)
            .await
            .unwrap();
        let changed = shown(&world).await;
        assert_ne!(
            (changed.proposal, changed.digest),
            (view.proposal, view.digest)
        );
        assert_eq!(texts(&changed)[2], "Write to [EMAIL_1] about [WORD_1].");
        assert!(changed.parts[0].left_out && changed.parts[1].left_out);
        // A yes to what was shown before is none.
        assert!(
            world
                .sotto
                .consent_decide(decision(&view, true))
                .await
                .is_err()
        );
        armed(&world, &changed).await;
        world
            .sotto
            .consent_decide(decision(&changed, true))
            .await
            .unwrap();
    };
    let (decided, ()) = tokio::join!(asking, changing);
    assert!(matches!(decided.unwrap(), Decided::Asked { .. }));
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.text, text);
    let body = String::from_utf8(server.heard()[0].body.clone()).unwrap();
    for secret in ["France", "Paris", "ann@", "Sagarmatha"] {
        assert!(!body.contains(secret), "{body}");
    }
    assert!(body.contains("[EMAIL_1]"));
    let rows = ledger(&world).await;
    assert_eq!((rows.len(), rows[0].parts, rows[0].left_out), (1, 1, 2));
}

#[tokio::test]
async fn nothing_left_to_ask_is_said_and_what_is_shown_stays() {
    let (world, server, asked) = world(Reply::Repeats).await;
    let asking = world
        .sotto
        .ask_larger(new(Some(asked.conversation.id), "?"), StartedBy::Person);
    let changing = async {
        let view = shown(&world).await;
        let change = ConsentChange {
            leave_out: view.parts.iter().map(|part| part.id).collect(),
            replace: Vec::new(),
        };
        assert!(
            world
                .sotto
                .consent_change(view.proposal, change)
                .await
                .is_err()
        );
        assert_eq!(
            world.sotto.consent_view().await.unwrap().digest,
            view.digest
        );
        world.sotto.withdraw_larger();
    };
    let (decided, ()) = tokio::join!(asking, changing);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::Withdrawn);
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn block_cloud_now_cuts_what_is_on_its_way_and_what_waits() {
    let (world, server, asked) = world(Reply::Endlessly).await;
    let id = asked.conversation.id;
    let (_, decided) = ask_and_agree(&world, new(Some(id), "Go on")).await;
    assert!(matches!(decided, Decided::Asked { .. }));
    first_words(&world).await;
    let cloud = world.sotto.block_cloud().await.unwrap();
    assert!(cloud.blocked);
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.state, MessageState::Failed);
    assert!(answer.text.starts_with("word "), "what came is kept");
    assert_eq!(ledger(&world).await[0].trouble, "stopped");

    let refused = world
        .sotto
        .ask_larger(new(Some(id), "Still?"), StartedBy::Person)
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::Blocked);
    assert!(!world.sotto.unblock_cloud().await.unwrap().blocked);
    let asking = world
        .sotto
        .ask_larger(new(Some(id), "Again?"), StartedBy::Person);
    let blocking = async {
        shown(&world).await;
        world.sotto.block_cloud().await.unwrap();
    };
    let (decided, ()) = tokio::join!(asking, blocking);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::Blocked);
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn stop_cuts_the_connection_and_keeps_what_was_said() {
    let (world, _server, asked) = world(Reply::Endlessly).await;
    let id = asked.conversation.id;
    ask_and_agree(&world, new(Some(id), "Go on")).await;
    first_words(&world).await;
    world.sotto.stop(id);
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.state, MessageState::Stopped);
    // Recorded by itself, after the turn is over.
    loop {
        let rows = ledger(&world).await;
        if rows[0].trouble == "stopped" {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_standing_yes_is_for_one_server_and_can_be_taken_back() {
    let (world, server, asked) = world(Reply::Repeats).await;
    let id = asked.conversation.id;
    let asking = world
        .sotto
        .ask_larger(new(Some(id), "One"), StartedBy::Person);
    let agreeing = async {
        let view = shown(&world).await;
        assert!(view.standing_possible);
        armed(&world, &view).await;
        let standing = ConsentDecision {
            standing: true,
            ..decision(&view, true)
        };
        world.sotto.consent_decide(standing).await.unwrap();
    };
    let (decided, ()) = tokio::join!(asking, agreeing);
    assert!(matches!(decided.unwrap(), Decided::Asked { .. }));
    world.end_of_answer().await;
    let without = world
        .sotto
        .ask_larger(new(Some(id), "Two"), StartedBy::Person)
        .await
        .unwrap();
    assert!(matches!(without, Decided::Asked { .. }));
    world.end_of_answer().await;
    assert_eq!(server.heard().len(), 2);

    // Who wants to see it is asked all the same.
    let seeing = LargerRequest {
        ask_anyway: true,
        ..new(Some(id), "Seen?")
    };
    let asking = world.sotto.ask_larger(seeing, StartedBy::Person);
    let denying = async {
        let view = shown(&world).await;
        let no = decision(&view, false);
        world.sotto.consent_decide(no).await.unwrap();
    };
    let (decided, ()) = tokio::join!(asking, denying);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::Denied);

    let cloud = world.sotto.cloud().await.unwrap();
    let given = cloud
        .providers
        .last()
        .unwrap()
        .standing_yes
        .clone()
        .unwrap();
    world.sotto.withdraw_standing_yes(given).await.unwrap();
    let asking = world
        .sotto
        .ask_larger(new(Some(id), "Three"), StartedBy::Person);
    let denying = async {
        let view = shown(&world).await;
        world
            .sotto
            .consent_decide(decision(&view, false))
            .await
            .unwrap();
    };
    let (decided, ()) = tokio::join!(asking, denying);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::Denied);
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn the_cloud_is_off_at_a_first_start_and_wants_a_key() {
    let (world, _server, asked) = world(Reply::Repeats).await;
    let cloud = world.sotto.cloud().await.unwrap();
    assert!(!cloud.on && !cloud.blocked);
    let request = LargerRequest {
        provider: "openai".parse().unwrap(),
        ..new(Some(asked.conversation.id), "?")
    };
    let refused = world
        .sotto
        .ask_larger(request, StartedBy::Person)
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoKey);
    let entry = ProviderEntry {
        id: None,
        title: "Elsewhere".to_owned(),
        protocol: Protocol::OpenAi,
        address: "https://elsewhere.example/v1".to_owned(),
        models: vec!["large".to_owned()],
    };
    world.sotto.save_provider(entry).await.unwrap();
    let request = LargerRequest {
        provider: "elsewhere".parse().unwrap(),
        ..new(Some(asked.conversation.id), "?")
    };
    let refused = world
        .sotto
        .ask_larger(request, StartedBy::Person)
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::CloudOff);
    assert!(ledger(&world).await.is_empty());
}

#[tokio::test]
async fn a_provider_that_refuses_is_told_apart_and_nothing_is_lost() {
    for (status, word) in [
        (401, "key"),
        (404, "model"),
        (429, "no more questions"),
        (500, "failed"),
    ] {
        let (world, _server, asked) = world(Reply::Refuses(status)).await;
        ask_and_agree(&world, new(Some(asked.conversation.id), "Well?")).await;
        let (answer, _) = world.end_of_answer().await;
        let failure = answer.failure.unwrap().message;
        assert!(failure.contains(word), "{status}: {failure}");
        let conversation = world
            .sotto
            .open_conversation(asked.conversation.id)
            .await
            .unwrap();
        assert_eq!(conversation.messages[2].message.text, "Well?");
        assert_eq!(ledger(&world).await[0].status, Some(status));
    }
}

#[tokio::test]
async fn asking_for_the_models_asks_for_a_yes_and_keeps_them() {
    let (world, server, _) = world(Reply::Repeats).await;
    let testing = world.sotto.test_provider(provider(), StartedBy::Person);
    let agreeing = async {
        let view = shown(&world).await;
        assert!(view.parts.is_empty() && view.body_bytes == 0);
        armed(&world, &view).await;
        world
            .sotto
            .consent_decide(decision(&view, true))
            .await
            .unwrap();
    };
    let (answer, ()) = tokio::join!(testing, agreeing);
    let ProviderAnswer::Works { cloud } = answer.unwrap() else {
        panic!("it does not work")
    };
    assert_eq!(cloud.providers.last().unwrap().models[0].name, "large");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn another_program_that_blocks_reaches_this_one() {
    let (world, server, asked) = world(Reply::Endlessly).await;
    let other = world.again(FakeLanguageModel::new(Vec::new())).await;
    ask_and_agree(&world, new(Some(asked.conversation.id), "Go on")).await;
    first_words(&world).await;
    other.sotto.block_cloud().await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.state, MessageState::Failed);
    assert_eq!(server.heard().len(), 1);
    let rows = ledger(&other).await;
    assert_eq!(
        (rows[0].state, rows[0].trouble.as_str()),
        (LedgerState::Sent, "stopped")
    );
}

#[tokio::test]
async fn a_conversation_that_is_deleted_takes_its_question_with_it() {
    let (world, server, asked) = world(Reply::Repeats).await;
    let id = asked.conversation.id;
    let asking = world
        .sotto
        .ask_larger(new(Some(id), "Gone?"), StartedBy::Person);
    let deleting = async {
        shown(&world).await;
        world.sotto.delete_conversation(id).await.unwrap();
    };
    let (decided, ()) = tokio::join!(asking, deleting);
    assert_eq!(not_sent(&decided.unwrap()), NotSent::Withdrawn);
    assert!(world.sotto.consent_view().await.is_none());
    assert!(server.heard().is_empty());
}

/// The home of the child that is killed, and the address that it asks.
const KILLED_HOME: &str = "SOTTO_KILLED_HOME";
const KILLED_SERVER: &str = "SOTTO_KILLED_SERVER";

/// Not a test by itself: a program that asks a server which never answers.
#[tokio::test]
async fn asks_and_is_killed() {
    let (Ok(home), Ok(address)) = (std::env::var(KILLED_HOME), std::env::var(KILLED_SERVER)) else {
        return;
    };
    let world = World::at(home.as_ref(), FakeLanguageModel::new(Vec::new())).await;
    let entry = ProviderEntry {
        id: None,
        title: "My server".to_owned(),
        protocol: Protocol::OpenAi,
        address,
        models: Vec::new(),
    };
    world.sotto.save_provider(entry).await.unwrap();
    ask_and_agree(&world, new(None, "Are you there?")).await;
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn killed_before_the_answer_it_may_have_been_sent_and_is_not_sent_again() {
    let server = LargerServer::start(Reply::Never).await;
    let home = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "larger::asks_and_is_killed", "--nocapture"])
        .env(KILLED_HOME, home.path())
        .env(KILLED_SERVER, &server.address)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while server.heard().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let world = World::at(home.path(), FakeLanguageModel::new(Vec::new())).await;
    let rows = ledger(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].state, LedgerState::MayHaveBeenSent);
    assert_eq!(rows[0].trouble, "Sotto ended meanwhile");
    let id = rows[0].conversation.unwrap();
    let conversation = world.sotto.open_conversation(id).await.unwrap();
    assert_eq!(conversation.messages[0].message.text, "Are you there?");
    assert_eq!(conversation.messages[0].left_to, ["127.0.0.1"]);
    assert_eq!(
        conversation.messages[1].message.state,
        MessageState::Interrupted
    );
    assert_eq!(server.heard().len(), 1);
}
