//! The check digits and impossible values of national numbers. Each function gets letters and digits
//! alone, in capitals, in the right number, and names the source of its rule.

use crate::digits::values;

/// Social Security Administration: areas 000, 666 and 900 to 999, group 00 and serial 0000 are never
/// given out; 9xx with the groups below are taxpayer numbers (ITIN) of the same form.
pub(super) fn united_states(number: &str) -> bool {
    let (area, group, serial) = (&number[..3], &number[3..5], &number[5..]);
    let taxpayer = area.starts_with('9')
        && (("50"..="65").contains(&group)
            || ("70"..="88").contains(&group)
            || ("90"..="92").contains(&group)
            || ("94"..="99").contains(&group));
    let given = !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00";
    (given || taxpayer) && serial != "0000"
}

/// HM Revenue & Customs, NIM39110: letters that are not used, and prefixes that are not given out.
pub(super) fn united_kingdom(number: &str) -> bool {
    let never = |letter: char| "DFIQUV".contains(letter);
    let prefix = &number[..2];
    !prefix.contains(never)
        && !prefix.ends_with('O')
        && !matches!(prefix, "BG" | "GB" | "KN" | "NK" | "NT" | "TN" | "ZZ")
}

/// Steuer-Identifikationsnummer (§ 139b AO): of the first ten digits exactly one occurs twice or
/// three times; the last is ISO/IEC 7064 MOD 11,10.
pub(super) fn germany(number: &str) -> bool {
    let digits = values(number);
    let (Some((check, first)), true) = (digits.split_last(), digits.len() == 11) else {
        return false;
    };
    let mut counts = [0_u32; 10];
    for digit in first {
        counts[*digit as usize] += 1;
    }
    let repeated: Vec<u32> = counts.into_iter().filter(|count| *count > 1).collect();
    let product = first.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    first[0] != 0 && matches!(repeated.as_slice(), [2] | [3]) && (11 - product) % 10 == *check
}

/// Numéro d'inscription au répertoire (INSEE): sex, year, month, département, and as key 97 minus the
/// rest by 97; 2A and 2B of Corsica count as 19 and 18.
pub(super) fn france(number: &str) -> bool {
    let plain = number.replace("2A", "19").replace("2B", "18");
    let (Ok(body), Ok(key)) = (plain[..13].parse::<u64>(), plain[13..].parse::<u64>()) else {
        return false;
    };
    let month = &number[3..5];
    let known_month =
        ("01"..="12").contains(&month) || ("20"..="42").contains(&month) || month >= "50";
    "123478".contains(&number[..1]) && known_month && 97 - body % 97 == key
}

/// The same without spaces, where other numbers of 15 digits pass more easily: only ordinary months.
pub(super) fn france_in_a_row(number: &str) -> bool {
    ("01"..="12").contains(&&number[3..5]) && france(number)
}

/// Codice fiscale (D.M. 12 March 1974): characters in odd places have values of a table, those in
/// even places their own; the rest by 26 is the last letter.
pub(super) fn italy(code: &str) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let place = |byte: u8| {
        let first = if byte.is_ascii_digit() { b'0' } else { b'A' };
        usize::from(byte.wrapping_sub(first)).min(25)
    };
    let Some((check, body)) = code.as_bytes().split_last() else {
        return false;
    };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(index, byte)| match index % 2 {
            0 => ODD[place(*byte)],
            _ => u32::try_from(place(*byte)).unwrap_or_default(),
        })
        .sum();
    let month = body
        .get(8)
        .is_some_and(|month| b"ABCDEHLMPRST".contains(month));
    month && u32::from(check - b'A') == sum % 26
}

/// DNI and NIE (Real Decreto 1553/2005): the number by 23 chooses the letter; X, Y and Z count as 0,
/// 1 and 2.
pub(super) fn spain(number: &str) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let (body, letter) = number.split_at(number.len() - 1);
    let body = body.replace('X', "0").replace('Y', "1").replace('Z', "2");
    let rest = body.parse::<usize>().map(|value| value % LETTERS.len());
    rest.is_ok_and(|rest| LETTERS[rest] == letter.as_bytes()[0])
}

/// Cadastro de Pessoas Físicas (Receita Federal): two check digits by 11; not all digits the same.
pub(super) fn brazil(number: &str) -> bool {
    let digits = values(number);
    let check = |length: usize, first_weight: u32| {
        let weights = (2..=first_weight).rev();
        let sum: u32 = digits
            .iter()
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        digits.get(length) == Some(&(sum * 10 % 11 % 10))
    };
    let different = digits.iter().any(|digit| *digit != digits[0]);
    digits.len() == 11 && different && check(9, 10) && check(10, 11)
}

/// Aadhaar (UIDAI): begins with 2 to 9; Verhoeff's check digit (dihedral group of order ten).
pub(super) fn india_aadhaar(number: &str) -> bool {
    const PRODUCT: [&[u8; 10]; 10] = [
        b"0123456789",
        b"1234067895",
        b"2340178956",
        b"3401289567",
        b"4012395678",
        b"5987604321",
        b"6598710432",
        b"7659821043",
        b"8765932104",
        b"9876543210",
    ];
    const PERMUTATION: [&[u8; 10]; 8] = [
        b"0123456789",
        b"1576283094",
        b"5803796142",
        b"8916043527",
        b"9453126870",
        b"4286573901",
        b"2793806415",
        b"7046913258",
    ];
    let value = |digit: u8| usize::from(digit - b'0');
    let rest = number
        .bytes()
        .rev()
        .enumerate()
        .fold(0, |rest, (place, digit)| {
            let moved = value(PERMUTATION[place % 8][value(digit)]);
            value(PRODUCT[rest][moved])
        });
    rest == 0 && number.as_bytes()[0] >= b'2'
}

/// Thai citizen number (Department of Provincial Administration): first digit 1 to 8; weights 13 to 2;
/// eleven minus the rest by eleven, its last digit.
pub(super) fn thailand(number: &str) -> bool {
    let digits = values(number);
    let (Some((check, body)), true) = (digits.split_last(), digits.len() == 13) else {
        return false;
    };
    let weights = (2..=13).rev();
    let sum: u32 = body
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    (1..=8).contains(&body[0]) && (11 - sum % 11) % 10 == *check
}

/// GB 11643-1999: a date of birth, and ISO/IEC 7064 MOD 11-2, where X stands for 10.
pub(super) fn china(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let digits = values(&number[..17]);
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let (month, day) = (&number[10..12], &number[12..14]);
    ("01"..="12").contains(&month)
        && ("01"..="31").contains(&day)
        && CHECKS[(sum % 11) as usize] == number.as_bytes()[17]
}
