//! The second, by example, and over arbitrary sequences against a plain model.

use proptest::prelude::*;

use super::*;

const ENTER: Input = Input::Key(13);
const CLICK: Input = Input::Button(0);

fn at(milliseconds: u64) -> Monotonic {
    Monotonic::from_milliseconds(milliseconds)
}

fn press(input: Input, on_approve: bool, held: bool) -> WindowFact {
    WindowFact::Pressed {
        input,
        on_approve,
        held,
    }
}

/// Shown in plain sight at 0.
fn in_sight() -> Arming {
    let mut arming = Arming::new();
    arming.step(WindowFact::Visible(true), at(0));
    arming.step(WindowFact::Covered(false), at(0));
    arming.step(WindowFact::Focused(true), at(0));
    arming.shown(at(0));
    arming
}

/// Feeds facts at their times, then says whether it is armed at `end`.
#[track_caller]
fn check(facts: &[(u64, WindowFact)], end: u64, armed: bool) {
    let mut arming = in_sight();
    for (when, fact) in facts {
        arming.tick(at(*when));
        arming.step(*fact, at(*when));
    }
    arming.tick(at(end));
    assert_eq!(arming.is_armed(), armed, "{facts:?} at {end}");
}

#[test]
fn a_second_in_plain_sight_arms() {
    check(&[], 999, false);
    check(&[], 1_000, true);
    assert_eq!(in_sight().due(), Some(at(1_000)));
}

#[test]
fn what_nobody_said_counts_as_no() {
    for missing in 0..4 {
        let mut arming = Arming::new();
        let facts = [
            WindowFact::Visible(true),
            WindowFact::Focused(true),
            WindowFact::Covered(false),
        ];
        for (number, fact) in facts.into_iter().enumerate() {
            if number != missing {
                arming.step(fact, at(0));
            }
        }
        if missing != 3 {
            arming.shown(at(0));
        }
        arming.tick(at(60_000));
        assert!(!arming.is_armed(), "without fact {missing}");
    }
}

#[test]
fn every_disturbance_begins_the_second_anew() {
    for fact in [
        WindowFact::Moved,
        WindowFact::Resized,
        WindowFact::Released(CLICK),
    ] {
        check(&[(900, fact)], 1_899, false);
        check(&[(900, fact)], 1_900, true);
        check(&[(1_500, fact)], 1_600, false);
    }
    for (away, back) in [
        (WindowFact::Visible(false), WindowFact::Visible(true)),
        (WindowFact::Focused(false), WindowFact::Focused(true)),
        (WindowFact::Covered(true), WindowFact::Covered(false)),
    ] {
        check(&[(500, away)], 60_000, false);
        check(&[(1_500, away)], 60_000, false);
        check(&[(500, away), (600, back)], 1_599, false);
        check(&[(500, away), (600, back)], 1_600, true);
    }
}

#[test]
fn a_fact_that_is_known_disturbs_nothing() {
    let known = [
        (400, WindowFact::Visible(true)),
        (500, WindowFact::Focused(true)),
        (600, WindowFact::Covered(false)),
    ];
    check(&known, 1_000, true);
}

#[test]
fn a_press_elsewhere_or_too_early_begins_the_second_anew() {
    for on_approve in [false, true] {
        let early = [
            (900, press(CLICK, on_approve, false)),
            (950, WindowFact::Released(CLICK)),
        ];
        check(&early, 1_949, false);
        check(&early, 1_950, true);
    }
    // Tab, to reach Approve from Deny.
    check(&[(5_000, press(Input::Key(9), false, false))], 5_001, false);
}

#[test]
fn a_burst_of_clicks_never_arms() {
    let burst: Vec<_> = (0..100)
        .flat_map(|number| {
            let when = number * 300;
            [
                (when, press(CLICK, true, false)),
                (when + 50, WindowFact::Released(CLICK)),
            ]
        })
        .collect();
    check(&burst, 99 * 300 + 50 + 999, false);
    check(&burst, 99 * 300 + 50 + 1_000, true);
}

#[test]
fn a_key_held_from_before_is_no_press_and_blocks_until_it_is_released() {
    let held = [
        (200, press(ENTER, true, true)),
        (230, press(ENTER, true, true)),
    ];
    check(&held, 60_000, false);
    let mut released = held.to_vec();
    released.push((3_000, WindowFact::Released(ENTER)));
    check(&released, 3_999, false);
    check(&released, 4_000, true);
    // Its first repetition comes late: it disarms and answers nothing.
    check(&[(1_200, press(ENTER, true, true))], 60_000, false);
}

#[test]
fn a_press_of_approve_while_armed_stays_armed_until_it_ends() {
    let answer = press(ENTER, true, false);
    check(&[(1_100, answer)], 1_101, true);
    check(
        &[(1_100, answer), (1_200, press(ENTER, true, true))],
        1_201,
        true,
    );
    check(
        &[(1_100, answer), (1_200, WindowFact::Released(ENTER))],
        1_201,
        true,
    );
    // The key stays down while the focus wanders to another button.
    check(
        &[(1_100, answer), (1_200, press(ENTER, false, true))],
        60_000,
        false,
    );
    check(
        &[(1_100, answer), (1_200, WindowFact::Moved)],
        60_000,
        false,
    );
    check(
        &[(1_100, answer), (1_150, press(CLICK, true, false))],
        60_000,
        false,
    );
}

#[test]
fn what_was_held_when_the_focus_went_is_forgotten() {
    let facts = [
        (100, press(ENTER, false, false)),
        (200, WindowFact::Focused(false)),
        (300, WindowFact::Focused(true)),
    ];
    check(&facts, 1_299, false);
    check(&facts, 1_300, true);
}

#[test]
fn another_proposal_in_the_same_window_begins_anew() {
    let mut arming = in_sight();
    arming.tick(at(1_000));
    let mut next = arming.for_next();
    next.tick(at(5_000));
    assert!(!next.is_armed(), "not shown yet");
    next.shown(at(5_000));
    next.tick(at(5_999));
    assert!(!next.is_armed());
    next.tick(at(6_000));
    assert!(next.is_armed());
}

#[test]
fn a_clock_that_goes_back_arms_nothing() {
    let mut arming = in_sight();
    arming.restart(at(50_000));
    arming.tick(at(1_000));
    assert!(!arming.is_armed());
}

fn fact() -> impl Strategy<Value = WindowFact> {
    let input = || prop_oneof![Just(ENTER), Just(CLICK)];
    prop_oneof![
        any::<bool>().prop_map(WindowFact::Visible),
        any::<bool>().prop_map(WindowFact::Focused),
        any::<bool>().prop_map(WindowFact::Covered),
        Just(WindowFact::Moved),
        Just(WindowFact::Resized),
        (input(), any::<bool>(), any::<bool>())
            .prop_map(|(input, on_approve, held)| press(input, on_approve, held)),
        input().prop_map(WindowFact::Released),
    ]
}

proptest! {
    /// Whenever it is armed, the window is in plain sight, and since it became armed nothing
    /// happened but one answer; in the second before that, nothing happened at all.
    #[test]
    fn armed_means_a_quiet_second(script in proptest::collection::vec((fact(), 0_u64..1_500), 0..80)) {
        let mut arming = in_sight();
        let (mut visible, mut focused, mut covered) = (true, true, false);
        let mut disturbed = 0;
        let mut now = 0;
        for (fact, wait) in script {
            now += wait;
            arming.tick(at(now));
            let before = arming.is_armed();
            if before {
                prop_assert!(visible && focused && !covered);
                prop_assert!(now >= disturbed + ARM_AFTER_MILLISECONDS);
            }
            let changed = match fact {
                WindowFact::Visible(value) => std::mem::replace(&mut visible, value) != value,
                WindowFact::Focused(value) => std::mem::replace(&mut focused, value) != value,
                WindowFact::Covered(value) => std::mem::replace(&mut covered, value) != value,
                _ => true,
            };
            arming.step(fact, at(now));
            if changed && !arming.is_armed() {
                disturbed = now;
            }
            if arming.is_armed() {
                let part_of_an_answer = match fact {
                    WindowFact::Pressed { on_approve, .. } => on_approve,
                    WindowFact::Released(_) => true,
                    _ => !changed,
                };
                prop_assert!(before && part_of_an_answer, "{:?} left it armed", fact);
            }
        }
    }
}
