//! Any single change of a ledger is found, and where; by example, and over arbitrary ledgers.

use proptest::prelude::*;

use super::*;
use crate::{
    ledger::{PolicyChange, UnknownCause},
    testing::id,
};

fn event(number: u64) -> Event {
    match number % 3 {
        0 => Event::Consumed {
            proposal: id(number),
        },
        1 => Event::PolicyChanged {
            change: PolicyChange::CloudOn,
        },
        _ => Event::Unknown {
            proposal: id(number),
            cause: UnknownCause::NoAnswer,
        },
    }
}

fn ledger(length: u64) -> (Vec<Sealed>, Head) {
    let mut head = Head::default();
    let seal = |number| {
        let sealed = head
            .seal(Timestamp::from_milliseconds(number * 7), event(number))
            .unwrap();
        head = sealed.head().unwrap();
        sealed
    };
    let entries = (1..=length).map(seal).collect();
    (entries, head)
}

/// Hashes everything from `first` on anew, as somebody would who knows how.
fn rehash(entries: &mut [Sealed], first: usize) {
    for index in first..entries.len() {
        let before = index
            .checked_sub(1)
            .map_or(Head::default().hash, |before| entries[before].hash);
        entries[index].hash = link(&before, &entries[index].text);
    }
}

#[track_caller]
fn check(length: u64, change: impl FnOnce(&mut Vec<Sealed>), expected: Result<(), Damage>) {
    let (mut entries, head) = ledger(length);
    change(&mut entries);
    assert_eq!(verify(&entries, &head), expected);
}

#[test]
fn an_untouched_ledger_is_whole() {
    check(0, |_| {}, Ok(()));
    check(9, |_| {}, Ok(()));
}

/// The format on disk. The hash was computed apart, with Python's hashlib.
#[test]
fn the_format_is_the_documented_one() {
    let sealed = Head::default()
        .seal(
            Timestamp::from_milliseconds(1_700_000_000_000),
            Event::Consumed { proposal: id(1) },
        )
        .unwrap();
    assert_eq!(
        sealed.text(),
        r#"{"sequence":1,"at":1700000000000,"event":{"kind":"consumed","proposal":"00000000-0001-7000-8000-000000000000"}}"#
    );
    assert_eq!(
        sealed.hash().to_string(),
        "7271bdf4b421eba1f6d8233ce674f24b5bdda19a34c3d66deb15397c346d8b40"
    );
    let head = sealed.head().unwrap();
    let json = serde_json::to_string(&head).unwrap();
    assert_eq!(serde_json::from_str::<Head>(&json).unwrap(), head);
}

#[test]
fn each_kind_of_damage_is_told_apart() {
    use Damage::{Altered, BeyondHead, OutOfPlace, Replaced, Truncated};
    let later = |text: &str| text.replace("\"at\":28", "\"at\":29");
    check(
        9,
        |all| all[3].text = later(&all[3].text),
        Err(Altered { at: 4 }),
    );
    check(9, |all| all[3].hash = all[4].hash, Err(Altered { at: 4 }));
    check(9, |all| all[3].text = "{".into(), Err(Altered { at: 4 }));
    check(
        9,
        |all| drop(all.remove(3)),
        Err(OutOfPlace { at: 4, found: 5 }),
    );
    check(9, |all| all.swap(3, 6), Err(OutOfPlace { at: 4, found: 7 }));
    check(
        9,
        |all| all.insert(3, all[0].clone()),
        Err(OutOfPlace { at: 4, found: 1 }),
    );
    check(
        9,
        |all| all.truncate(6),
        Err(Truncated { at: 7, length: 9 }),
    );
    check(9, Vec::clear, Err(Truncated { at: 1, length: 9 }));
    // With the hashes made to fit.
    let forge = |all: &mut Vec<Sealed>| {
        all[3].text = later(&all[3].text);
        rehash(all, 3);
    };
    check(9, forge, Err(Replaced { at: 9 }));
    let not_an_entry = |all: &mut Vec<Sealed>| {
        all[8].text = "{}".into();
        rehash(all, 8);
    };
    check(9, not_an_entry, Err(Altered { at: 9 }));
    // One more than the head knows: what a crash leaves, and what somebody adds.
    let (more, _) = ledger(10);
    check(
        9,
        |all| all.push(more[9].clone()),
        Err(BeyondHead { at: 10, length: 10 }),
    );
    // Cut off and filled up again.
    let (mut other, _) = ledger(9);
    other[8].text = other[8].text.replace("consumed", "shown");
    rehash(&mut other, 8);
    check(9, |all| *all = other, Err(Replaced { at: 9 }));
}

#[test]
fn an_entry_of_a_newer_version_verifies() {
    let text = r#"{"sequence":1,"at":5,"event":{"kind":"of the future"},"more":[1]}"#;
    let sealed = Sealed::from_storage(text.into(), link(&Head::default().hash, text));
    let head = sealed.head().unwrap();
    assert!(sealed.entry().is_err());
    assert_eq!(verify([&sealed], &head), Ok(()));
    assert_eq!(head.length(), 1);
}

#[derive(Debug, Clone)]
enum Change {
    Edit(prop::sample::Index, prop::sample::Index, u8),
    Delete(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Copy(prop::sample::Index, prop::sample::Index),
    Truncate(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), index(), 0_u8..128)
            .prop_map(|(entry, byte, value)| Change::Edit(entry, byte, value)),
        index().prop_map(Change::Delete),
        (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        (index(), index()).prop_map(|(from, to)| Change::Copy(from, to)),
        index().prop_map(Change::Truncate),
    ]
}

proptest! {
    /// Whoever changes the ledger once is found, whether the hashes are made to fit or not; and if
    /// they are not, the entry named is the first that is not what was written.
    #[test]
    fn any_single_change_is_found(length in 1_u64..30, change in change(), forge: bool) {
        let (before, head) = ledger(length);
        let mut after = before.clone();
        match change {
            Change::Edit(entry, byte, value) => {
                let sealed = &mut after[entry.index(before.len())];
                let mut bytes = sealed.text.clone().into_bytes();
                let byte = byte.index(bytes.len());
                bytes[byte] = value;
                sealed.text = String::from_utf8(bytes).unwrap();
            }
            Change::Delete(entry) => drop(after.remove(entry.index(before.len()))),
            Change::Swap(one, other) => after.swap(one.index(before.len()), other.index(before.len())),
            Change::Copy(from, to) => {
                let copy = after[from.index(before.len())].clone();
                after.insert(to.index(before.len() + 1), copy);
            }
            Change::Truncate(to) => after.truncate(to.index(before.len())),
        }
        if forge {
            rehash(&mut after, 0);
        }
        let found = verify(&after, &head);
        prop_assert_eq!(found.is_ok(), after == before);
        let first = before.iter().zip(&after).take_while(|(before, after)| before == after).count() as u64 + 1;
        match found {
            Ok(()) | Err(Damage::Replaced { .. }) => {}
            Err(Damage::Altered { at } | Damage::OutOfPlace { at, .. } | Damage::Truncated { at, .. } | Damage::BeyondHead { at, .. }) => {
                prop_assert!(forge || at == first, "{:?}, not {}", found, first);
            }
        }
    }

    /// What is written is read back as it was.
    #[test]
    fn entries_round_trip(number: u32, at: u32) {
        let event = event(number.into());
        let sealed = Head::default().seal(Timestamp::from_milliseconds(at.into()), event.clone()).unwrap();
        let entry = sealed.entry().unwrap();
        prop_assert_eq!((entry.sequence, entry.event), (1, event));
    }
}
