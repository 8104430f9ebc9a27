//! Postal addresses as far as they have a form: a number beside a word such as "Street" or
//! "-straße", a post box, a code of a country with letters in it, a flat. Most addresses of the world
//! have none of these; the person is told so.

use std::sync::LazyLock;

use regex::Regex;

use crate::{Certainty, Kind, boundary::pattern, scan::Candidates};

/// A word with a capital letter, also `O'Neill`, `St.`, `Saint-Denis`.
const NAME: &str = r"\p{Lu}[\p{L}\p{M}'’.-]*";
/// Small words inside a name: `rue de la Paix`.
const SMALL: &str = r"(?:de|du|des|del|della|dei|delle|di|da|do|dos|das|la|le|les|las|los|el|von|van|der|den|zum|zur|of|the|und|and|y|e|d'|l')";
/// A number of a house: `12`, `12b`, `12-14`, `12/3`.
const HOUSE: &str = r"[0-9]{1,5}[A-Za-z]?(?:[-/][0-9]{1,4}[A-Za-z]?)?";
/// A flat or the like, after an address.
const FLAT: &str = r"(?:,?[ \n]{1,2}[ ]{0,2}(?:Apt|Apartment|Suite|Ste|Unit|Flat|Room|Floor|Building|Bldg|#)\.?[ ]?#?[0-9]{1,5}[A-Za-z]?)?";
/// A city with a code, after an address: `, Springfield, IL 62704`, `, 10115 Berlin`.
const CITY: &str = r"(?:,?[ \n]{1,2}[ ]{0,2}(?:[A-Z]{1,2}-)?[0-9]{4,6}[ ]\p{Lu}[\p{L}\p{M}'’.-]*|,?[ \n]{1,2}[ ]{0,2}\p{Lu}[\p{L}\p{M}'’.-]*(?:[ ]\p{Lu}[\p{L}\p{M}'’.-]*){0,2},?[ ][A-Z]{2,3}[ ][0-9]{4,6}(?:-[0-9]{4})?)?";

/// What English puts after the name of a street.
const AFTER: &str = "Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Pl|Terrace|Ter|Way|Parkway|Pkwy|Circle|Cir|Highway|Hwy|Close|Crescent|Cres|Gardens|Grove|Row|Mews|Hill|Quay|Walk|Trail|Broadway|Alley|Expressway|Turnpike|Plaza|Rue|Soi|Jalan";
/// What German, Dutch, the languages of the north and of the Baltic put at the end of the name.
const ENDING: &str = "straße|strasse|str\\.|gasse|weg|platz|allee|damm|ufer|steig|chaussee|straat|laan|plein|kade|gracht|dijk|hof|gatan|vägen|väg|gränd|torget|gata|gate|gaten|vej|vejen|veien|vei|gade|stræde|tie|katu|kuja|polku|stígur|vegur|braut|stræti|götu|tänav|puiestee";
/// What the Romance and Slavic languages, Arabic, Greek and Turkish put before the name.
const BEFORE: &str = "[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Aa]llée|[Cc]hemin|[Ii]mpasse|[Qq]uai|[Rr]oute|Via|Viale|Piazza|Corso|Largo|Vicolo|Calle|C/|Avenida|Avda\\.?|Av\\.?|Paseo|Plaza|Carrer|Ronda|Rua|R\\.|Praça|Travessa|Alameda|Estrada|Rodovia|ul\\.|ulica|al\\.|ulice|nám\\.|ул\\.|улица|проспект|пр\\.|вул\\.|Λεωφόρος|Οδός|Strada|Bulevardul|Jalan|Jl\\.|Soi|Đường";

static PATTERNS: LazyLock<[Regex; 6]> = LazyLock::new(|| {
    [
        // 221B Baker Street, 350 Fifth Avenue Apt. 4, New York, NY 10118
        pattern(&format!(
            r"(?-u:\b){HOUSE}[ ](?:[NSEW]{{1,2}}\.?[ ])?(?:(?:{NAME}|[0-9]{{1,3}}(?:st|nd|rd|th))[ ]){{1,4}}(?:{AFTER})(?-u:\b)\.?(?:[ ][NSEW]{{1,2}}(?-u:\b))?{FLAT}{CITY}"
        )),
        // Unter-den-Linden-Straße 77, 10117 Berlin
        pattern(&format!(
            r"(?:[0-9]{{1,5}}[ ])?(?:{NAME}[ -]){{0,3}}\p{{L}}[\p{{L}}\p{{M}}-]*[ -]?(?i:{ENDING})[ ]{HOUSE}(?-u:\b){FLAT}{CITY}"
        )),
        // 12 rue de la Paix; Via dei Fiorentini 17; C/ Mayor, 3
        pattern(&format!(
            r"(?:(?-u:\b){HOUSE},?[ ](?:bis[ ]|ter[ ])?)?(?:{BEFORE})[ ](?:{SMALL}[ ]?){{0,3}}{NAME}(?:[ ](?:{SMALL}[ ])?{NAME}){{0,4}},?[ ](?:n[º°.]?[ ]?)?{HOUSE}(?-u:\b){FLAT}{CITY}"
        )),
        pattern(&format!(
            r"(?-u:\b){HOUSE},?[ ](?:bis[ ]|ter[ ])?(?:{BEFORE})[ ](?:{SMALL}[ ]?){{0,3}}{NAME}(?:[ ](?:{SMALL}[ ])?{NAME}){{0,4}}{FLAT}{CITY}"
        )),
        // Post boxes, military mail, flats, British and Canadian codes, Japanese codes.
        pattern(
            r"(?-u:\b)(?:(?:P\.? ?O\.?|Post(?:al)?(?: Office)?) ?[Bb]ox[ ]#?[0-9]{1,6}|[Pp]ostfach[ ][0-9 ]{2,9}[0-9]|Postbus[ ][0-9]{1,6}|Postbox[ ][0-9]{1,6}|(?:PSC|Unit)[ ][0-9]{3,5},?[ ]Box[ ][0-9]{1,5}(?:[ \n]{1,2}(?:APO|FPO|DPO)[ ]A[AEP][ ][0-9]{5})?|(?:APO|FPO|DPO)[ ]A[AEP][ ][0-9]{5}|(?:Apt|Apartment|Suite|Flat)\.?[ ]#?[0-9]{1,5}[A-Z]?|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY][0-9][A-Z] [0-9][A-Z][0-9])(?-u:\b)|〒[ ]?[0-9]{3}-[0-9]{4}",
        ),
        // Thai, Chinese and Japanese streets with a number.
        pattern(
            r"[0-9]{1,4}(?:/[0-9]{1,4})? (?:หมู่(?:ที่)? ?[0-9]{1,2}|(?:ซอย|ถนน|ถ\.) ?[^\s,]{1,40})(?: (?:ซอย|ถนน|แขวง|เขต|ตำบล|อำเภอ|ต\.|อ\.|จังหวัด|จ\.)[^\s,]{1,30}){0,4}(?: [0-9]{5})?|\p{Han}{2,20}(?:路|街|道|巷|弄|大道)[0-9]{1,5}号(?:[0-9A-Za-z\p{Han}]{1,12}[室楼层])?|(?:東京都|北海道|京都府|大阪府|\p{Han}{2,3}県)[\p{Han}\p{Hiragana}\p{Katakana}]{1,20}[0-9０-９]{1,4}(?:[-－丁目番地号][0-9０-９]{0,4}){0,4}",
        ),
    ]
});

pub(crate) fn find(text: &str, found: &mut Candidates) {
    for shape in PATTERNS.iter() {
        for address in shape.find_iter(text) {
            let certainty = Certainty::Likely;
            found.push(address.range(), Kind::Address, certainty, "postal address");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn addresses_with_a_form() {
        for address in [
            "221B Baker Street",
            "350 Fifth Avenue, New York, NY 10118",
            "1600 Amphitheatre Parkway",
            "12 N. Main St. Apt. 4",
            "500 W 42nd Street",
            "Hauptstraße 12b, 10115 Berlin",
            "Lange Gasse 5",
            "Keizersgracht 123",
            "Mannerheimintie 5",
            "12 rue de la Paix",
            "Via dei Fiorentini 17",
            "C/ Señores Curas 88",
            "ul. Chrzanowska 61",
            "Avenida Paulista, 1578",
            "P.O. Box 149",
            "PSC 1437, Box 3833\nAPO AA 66791",
            "SW1A 1AA",
            "K1A 0B1",
            "〒100-0001",
            "99/1 หมู่ 5 ตำบลในเมือง อำเภอเมือง 40000",
            "长安街1号",
        ] {
            let text = format!("It is {address}; come.");
            assert_eq!(found_by(find, &text), [address], "{text}");
        }
    }

    #[test]
    fn look_alikes_of_addresses() {
        for text in [
            "3 Ways to drive a car on the street",
            "We met 5 people on the street",
            "In 2024 a place to be",
            "Chapter 12 Section 4",
            "room 12, floor 3",
            "Windows 11 and Office 365",
            "I have 2 cats",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
