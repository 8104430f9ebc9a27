//! Single paths by example, and the promises over arbitrary sequences of events.

use proptest::prelude::*;

use super::*;
use crate::FailureCode;

fn at(milliseconds: u64) -> Timestamp {
    Timestamp::from_milliseconds(milliseconds)
}

fn failure() -> Failure {
    Failure::new(FailureCode::Other, "the disk is full")
}

fn said(text: &str, now: u64) -> Event {
    Event::Said {
        text: text.to_owned(),
        now: at(now),
    }
}

fn ended(now: u64) -> Event {
    Event::ModelEnded {
        reason: EndReason::Finished,
        statistics: AnswerStatistics::default(),
        now: at(now),
    }
}

fn asking() -> Turn {
    let (mut turn, effects) = Turn::begin(at(0));
    assert_eq!(effects, [Effect::Record]);
    assert_eq!(
        turn.step(Event::Recorded { now: at(0) }),
        [Effect::Announce(Announcement::Asked), Effect::Ask]
    );
    turn
}

#[test]
fn a_turn_that_goes_well() {
    let mut turn = asking();
    assert_eq!(
        turn.step(said("He", 40)),
        [Effect::Announce(Announcement::Said("He".into()))]
    );
    turn.step(said("llo", 50));
    let effects = turn.step(ended(60));
    let [Effect::Close { text, ending }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(text, "Hello");
    assert_eq!(ending.state, MessageState::Complete);
    assert_eq!(ending.statistics.unwrap().first_token_milliseconds, 40);
    assert!(matches!(
        turn.step(Event::Closed).as_slice(),
        [Effect::Announce(Announcement::Ended(_))]
    ));
    assert!(turn.is_over());
}

#[test]
fn an_answer_is_saved_as_time_passes_even_if_the_model_pauses() {
    let mut turn = asking();
    turn.step(said("a", 100));
    assert_eq!(turn.step(Event::Tick { now: at(400) }), []);
    assert_eq!(
        turn.step(Event::Tick { now: at(600) }),
        [Effect::Save { text: "a".into() }]
    );
    assert_eq!(
        turn.step(Event::Tick { now: at(1_200) }),
        [],
        "nothing new to save"
    );
}

#[test]
fn a_stop_keeps_what_was_said_and_cancels_first() {
    let mut turn = asking();
    turn.step(said("half", 10));
    let effects = turn.step(Event::StopRequested { now: at(20) });
    assert_eq!(effects[0], Effect::Cancel);
    assert!(matches!(&effects[1], Effect::Close { text, ending }
        if text == "half" && ending.state == MessageState::Stopped));
    assert_eq!(
        turn.step(said("late", 30)),
        [],
        "the model's last words come too late"
    );
}

#[test]
fn an_end_that_cannot_be_written_is_told_once_and_tried_again() {
    let mut turn = asking();
    turn.step(said("kept", 10));
    turn.step(ended(20));
    let effects = turn.step(Event::NotClosed {
        failure: failure(),
        now: at(30),
    });
    assert!(matches!(
        effects.as_slice(),
        [
            Effect::Announce(Announcement::NotSaved(_)),
            Effect::Announce(Announcement::Ended(_))
        ]
    ));
    assert_eq!(turn.step(Event::Tick { now: at(1_000) }), []);
    assert!(matches!(
        turn.step(Event::Tick { now: at(3_030) }).as_slice(),
        [Effect::Close { .. }]
    ));
    assert_eq!(
        turn.step(Event::NotClosed {
            failure: failure(),
            now: at(3_040)
        }),
        []
    );
    turn.step(Event::Tick { now: at(9_000) });
    assert_eq!(
        turn.step(Event::Closed),
        [Effect::Announce(Announcement::SavedAfterAll)]
    );
}

#[test]
fn a_save_that_failed_on_the_way_is_taken_back_at_the_end() {
    let mut turn = asking();
    turn.step(said("kept", 600));
    assert_eq!(
        turn.step(Event::NotSaved(failure())),
        [Effect::Announce(Announcement::NotSaved(failure()))]
    );
    turn.step(ended(700));
    assert!(matches!(
        turn.step(Event::Closed).as_slice(),
        [
            Effect::Announce(Announcement::SavedAfterAll),
            Effect::Announce(Announcement::Ended(_))
        ]
    ));
}

#[derive(Debug, Clone)]
enum Happens {
    Said(String),
    Tick,
    Stop,
    Ended,
    Failed,
    DiskFull,
    DiskBack,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        8 => "[a-zä ]{1,4}".prop_map(Happens::Said),
        6 => Just(Happens::Tick),
        1 => Just(Happens::Stop),
        1 => Just(Happens::Ended),
        1 => Just(Happens::Failed),
        1 => Just(Happens::DiskFull),
        1 => Just(Happens::DiskBack),
    ]
}

proptest! {
    /// A driver that does what the turn says, over a disk that fills up and empties at will.
    #[test]
    fn promises_hold_whatever_happens(script in proptest::collection::vec((happens(), 1_u64..700), 0..60)) {
        let mut now = 0;
        let (mut turn, _) = Turn::begin(at(0));
        turn.step(Event::Recorded { now: at(0) });
        let mut disk = String::new();
        let mut full = false;
        let mut heard = String::new();
        let mut endings = 0;
        let mut unsaved_since = None;
        for (what, wait) in script {
            now += wait;
            let event = match what {
                Happens::Said(text) => Event::Said { text, now: at(now) },
                Happens::Tick => Event::Tick { now: at(now) },
                Happens::Stop => Event::StopRequested { now: at(now) },
                Happens::Ended => ended(now),
                Happens::Failed => Event::ModelFailed { failure: failure(), now: at(now) },
                Happens::DiskFull => { full = true; Event::Tick { now: at(now) } }
                Happens::DiskBack => { full = false; unsaved_since = unsaved_since.map(|_| now); Event::Tick { now: at(now) } }
            };
            let mut queue = std::collections::VecDeque::from([event]);
            while let Some(event) = queue.pop_front() {
                for effect in turn.step(event) {
                    match effect {
                        Effect::Save { .. } if full => queue.push_back(Event::NotSaved(failure())),
                        Effect::Save { text } => { disk = text; unsaved_since = None; }
                        Effect::Close { .. } if full => queue.push_back(Event::NotClosed { failure: failure(), now: at(now) }),
                        Effect::Close { text, .. } => { disk = text; unsaved_since = None; queue.push_back(Event::Closed); }
                        Effect::Announce(Announcement::Said(text)) => {
                            prop_assert_eq!(endings, 0, "said after the end");
                            heard.push_str(&text);
                            unsaved_since.get_or_insert(now);
                        }
                        Effect::Announce(Announcement::Ended(_)) => endings += 1,
                        Effect::Announce(_) | Effect::Cancel => {}
                        Effect::Record | Effect::Ask => prop_assert!(false, "asked twice"),
                    }
                }
            }
            prop_assert!(heard.starts_with(&disk), "what is on disk was said");
            if !full && endings == 0 && let Some(since) = unsaved_since {
                // Events came in between at most 700 ms apart, so that no save is later than that.
                prop_assert!(now - since < SAVE_EVERY_MILLISECONDS + 700);
            }
        }
        prop_assert!(endings <= 1);
        if turn.is_over() {
            prop_assert_eq!(endings, 1);
            prop_assert_eq!(&disk, &heard, "nothing that was heard is lost");
        }
    }
}
