//! One turn, in all the ways it can go.

use sotto_api::{
    ErrorCode,
    view::{AppEvent, AskRequest, Asked},
};
use sotto_domain::{EndReason, Failure, FailureCode, Message, MessageState, Role};
use sotto_test_support::{FakeLanguageModel, Said, World};

fn question(text: &str) -> AskRequest {
    AskRequest {
        text: text.to_owned(),
        ..AskRequest::default()
    }
}

fn ended() -> Said {
    Said::Ends(EndReason::Finished)
}

/// What the history holds of a conversation, read anew.
async fn kept(world: &World, asked: &Asked) -> Vec<Message> {
    let view = world
        .sotto
        .open_conversation(asked.conversation.id)
        .await
        .unwrap();
    view.messages
        .into_iter()
        .map(|shown| shown.message)
        .collect()
}

#[tokio::test]
async fn a_question_is_answered_and_kept() {
    let model = FakeLanguageModel::new(vec![vec![Said::Text("Par"), Said::Text("is."), ended()]]);
    let world = World::new(model.clone()).await;
    let asked = world
        .sotto
        .ask(question("The capital of France?"))
        .await
        .unwrap();
    assert_eq!(asked.added.len(), 2);
    assert_eq!(asked.after, None);
    assert_eq!(asked.conversation.title, "The capital of France?");

    let (answer, told) = world.end_of_answer().await;
    assert_eq!(told, "Paris.");
    assert_eq!(
        (answer.text.as_str(), answer.state),
        ("Paris.", MessageState::Complete)
    );

    let kept = kept(&world, &asked).await;
    assert_eq!(kept.len(), 2);
    assert_eq!(
        (kept[0].role, kept[0].text.as_str()),
        (Role::User, "The capital of France?")
    );
    assert_eq!(kept[1].text, "Paris.");
    assert_eq!(kept[1].model.as_deref(), Some("test-model"));
    assert_eq!(model.asked()[0].messages.len(), 1);
}

#[tokio::test]
async fn the_question_is_on_disk_before_the_model_is_asked() {
    let (model, _silent) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let asked = world.sotto.ask(question("Anybody?")).await.unwrap();
    let after_a_crash = world.again(FakeLanguageModel::new(Vec::new())).await;
    let kept = kept(&after_a_crash, &asked).await;
    assert_eq!(kept[0].text, "Anybody?");
}

#[tokio::test]
async fn an_answer_in_flight_is_saved_within_a_second() {
    let (model, hand) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let asked = world.sotto.ask(question("Slowly, please")).await.unwrap();
    // The test host's clock moves a millisecond at each look; a word that comes again and again
    // stands for a slow model.
    let looks = async {
        loop {
            hand.send(Said::Text("word ")).unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            if kept(&world, &asked).await[1].text.contains("word") {
                return;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), looks)
        .await
        .expect("the answer is saved");
    let half = kept(&world, &asked).await;
    assert_eq!(half[1].state, MessageState::Streaming);
}

#[tokio::test]
async fn stop_keeps_what_was_said() {
    let (model, hand) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let asked = world.sotto.ask(question("Tell me a story")).await.unwrap();
    hand.send(Said::Text("Once upon")).unwrap();
    while !matches!(world.next_event().await, AppEvent::AnswerText { .. }) {}
    world.sotto.stop(asked.conversation.id);
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(
        (answer.text.as_str(), answer.state),
        ("Once upon", MessageState::Stopped)
    );
    assert!(
        hand.send(Said::Text("late")).is_err(),
        "the model's stream was dropped"
    );
    assert_eq!(kept(&world, &asked).await[1].state, MessageState::Stopped);
}

#[tokio::test]
async fn one_conversation_is_answered_once_at_a_time() {
    let (model, _silent) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let asked = world.sotto.ask(question("First")).await.unwrap();
    let again = AskRequest {
        conversation: Some(asked.conversation.id),
        ..question("Second")
    };
    let refused = world.sotto.ask(again).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Answering);
    assert_eq!(kept(&world, &asked).await.len(), 2, "nothing was written");
}

#[tokio::test]
async fn a_runtime_that_ends_leaves_what_was_said_and_the_next_question_is_answered() {
    let gone = Failure::new(FailureCode::RuntimeEnded, "The runtime ended.");
    let model = FakeLanguageModel::new(vec![
        vec![Said::Text("Half an ans"), Said::Fails(gone.clone())],
        vec![Said::Text("Whole."), ended()],
    ]);
    let world = World::new(model.clone()).await;
    let asked = world.sotto.ask(question("Will it hold?")).await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(
        (answer.text.as_str(), answer.state),
        ("Half an ans", MessageState::Failed)
    );
    assert_eq!(answer.failure, Some(gone));

    let next = AskRequest {
        conversation: Some(asked.conversation.id),
        ..question("And now?")
    };
    world.sotto.ask(next).await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.text, "Whole.");
    let roles: Vec<Role> = model.asked()[1]
        .messages
        .iter()
        .map(|message| message.role)
        .collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::User]);
}

#[tokio::test]
async fn two_questions_in_a_row_reach_the_model_as_one() {
    let refused = Failure::new(FailureCode::ModelUnusable, "No.");
    let model = FakeLanguageModel::new(vec![
        vec![Said::Refuses(refused)],
        vec![Said::Text("Yes."), ended()],
    ]);
    let world = World::new(model.clone()).await;
    let asked = world.sotto.ask(question("One")).await.unwrap();
    world.end_of_answer().await;
    world
        .sotto
        .ask(AskRequest {
            conversation: Some(asked.conversation.id),
            ..question("Two")
        })
        .await
        .unwrap();
    world.end_of_answer().await;
    let prompt = &model.asked()[1].messages;
    assert_eq!(
        prompt.len(),
        1,
        "many templates refuse two questions in a row"
    );
    assert_eq!(prompt[0].text, "One\n\nTwo");
}

#[tokio::test]
async fn an_answer_that_was_cut_says_so() {
    let model = FakeLanguageModel::new(vec![vec![
        Said::Text("and so"),
        Said::Ends(EndReason::Length),
    ]]);
    let world = World::new(model).await;
    world.sotto.ask(question("Go on and on")).await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert!(answer.statistics.unwrap().cut_by_length);
}

#[tokio::test]
async fn the_end_of_the_program_keeps_an_answer_in_flight() {
    let (model, hand) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let asked = world.sotto.ask(question("A long one")).await.unwrap();
    hand.send(Said::Text("The first half")).unwrap();
    while !matches!(world.next_event().await, AppEvent::AnswerText { .. }) {}
    world.sotto.shutdown().await;
    let again = world.again(FakeLanguageModel::new(Vec::new())).await;
    let kept = kept(&again, &asked).await;
    assert_eq!(
        (kept[1].text.as_str(), kept[1].state),
        ("The first half", MessageState::Stopped)
    );
}

#[tokio::test]
async fn a_crash_leaves_the_answer_marked_interrupted() {
    let (model, hand) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let asked = world
        .sotto
        .ask(question("Will you be there?"))
        .await
        .unwrap();
    drop(hand);
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(
        answer.state,
        MessageState::Failed,
        "a stream without an end has failed"
    );
    assert_eq!(kept(&world, &asked).await[1].state, MessageState::Failed);
}

#[tokio::test]
async fn a_refused_turn_changes_nothing() {
    let (model, _silent) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let asked = world.sotto.ask(question("First")).await.unwrap();
    let id = asked.conversation.id;
    let other = AskRequest {
        conversation: Some(id),
        model: Some("other".to_owned()),
        ..question("Second")
    };
    world.sotto.ask(other).await.unwrap_err();
    let refused = world
        .sotto
        .choose_alternative(asked.added[0].message.id)
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Answering);
    let view = world.sotto.open_conversation(id).await.unwrap();
    assert_eq!(view.conversation.model, None);
    assert_eq!(view.conversation.leaf, asked.conversation.leaf);
}

#[tokio::test]
async fn questions_and_answers_are_not_taken_for_each_other() {
    let model = FakeLanguageModel::new(vec![vec![Said::Text("Yes."), ended()]]);
    let world = World::new(model).await;
    let asked = world.sotto.ask(question("First")).await.unwrap();
    world.end_of_answer().await;
    let [question, answer] = [0, 1].map(|at: usize| asked.added[at].message.id);
    let refused = world.sotto.answer_again(question, Default::default()).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound);
    let refused = world.sotto.edit_question(answer, "No".to_owned()).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound);
}

/// Two programs write one history, as the window and `sotto ask` do. Each has a runtime of its own,
/// so that one can go while the other looks.
#[test]
fn an_answer_of_a_program_that_is_gone_is_shown_as_interrupted() {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let (terminal_runtime, window_runtime) = (runtime(), runtime());
    let (model, _silent) = FakeLanguageModel::by_hand();
    let (terminal, asked) = terminal_runtime.block_on(async {
        let terminal = World::new(model).await;
        let asked = terminal.sotto.ask(question("From the terminal")).await;
        (terminal, asked.unwrap())
    });
    window_runtime.block_on(async {
        let window = terminal.again(FakeLanguageModel::new(Vec::new())).await;
        let state = async || kept(&window, &asked).await[1].state;
        assert_eq!(
            state().await,
            MessageState::Streaming,
            "it is being written"
        );
        drop(terminal);
        terminal_runtime.shutdown_background();
        let gone = async {
            while state().await != MessageState::Interrupted {
                tokio::task::yield_now().await;
            }
        };
        let limit = std::time::Duration::from_secs(60);
        tokio::time::timeout(limit, gone)
            .await
            .expect("it is interrupted");
    });
}
