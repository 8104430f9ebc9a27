//! Calling codes that are assigned (ITU-T, list of country codes of Recommendation E.164).

use std::ops::RangeInclusive;

/// Codes of one and two digits.
const SHORT: &[&str] = &[
    "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45",
    "46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
    "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// Codes of three digits.
const LONG: &[RangeInclusive<u16>] = &[
    211..=213,
    216..=216,
    218..=218,
    220..=258,
    260..=269,
    290..=291,
    297..=299,
    350..=359,
    370..=383,
    385..=387,
    389..=389,
    420..=421,
    423..=423,
    500..=509,
    590..=599,
    670..=670,
    672..=683,
    685..=692,
    800..=800,
    808..=808,
    850..=850,
    852..=853,
    855..=856,
    870..=870,
    878..=878,
    880..=883,
    886..=886,
    888..=888,
    960..=968,
    970..=977,
    979..=979,
    992..=996,
    998..=998,
];

/// True if these digits begin with an assigned code.
pub(super) fn is_assigned(digits: &str) -> bool {
    let long = digits.get(..3).and_then(|code| code.parse::<u16>().ok());
    SHORT.iter().any(|code| digits.starts_with(code))
        || long.is_some_and(|code| LONG.iter().any(|range| range.contains(&code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for number in ["16502530000", "66812345678", "35312345678", "9951234567"] {
            assert!(is_assigned(number), "{number}");
        }
        for number in ["", "0", "999123", "21", "2101234567"] {
            assert!(!is_assigned(number), "{number}");
        }
    }
}
