//! Raw cells to values: numbers and money in either notation, dates in any order, addresses, and names of records
//! matched to the records they mean.

pub mod date;
pub mod email;
pub mod matching;
pub mod number;
pub mod words;

pub use dealwright_crm::web_address::{domain, url};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// True or false in the words that exports use.
pub fn boolean(raw: &str) -> Option<bool> {
    match raw.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "t" | "x" => Some(true),
        "false" | "no" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// A telephone number as it is kept: digits with a leading plus where there was one; `None` when it isn't one. An
/// extension stays behind the number, as `x12`.
pub fn phone(raw: &str) -> Option<String> {
    let lower = raw.trim().to_lowercase();
    let at = lower.find("ext").or_else(|| lower.find('x'));
    let (main, extension) = at.and_then(|at| lower.split_at_checked(at)).unwrap_or((lower.as_str(), ""));
    if main
        .chars()
        .any(|character| !(character.is_ascii_digit() || " +-.()/\u{a0}\u{2011}\u{2013}".contains(character)))
    {
        return None;
    }
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    if !(6..=16).contains(&digits.len()) {
        return None;
    }
    let plus = if main.trim_start().starts_with('+') { "+" } else { "" };
    let extension: String = extension.chars().filter(char::is_ascii_digit).collect();
    let extension = if extension.is_empty() { extension } else { format!(" x{extension}") };
    Some(format!("{plus}{digits}{extension}"))
}

/// Whole percent from `40`, `40 %`, `40.0`, or, where the whole column is fractions, `0.4`.
pub fn percent(raw: &str, mark: number::DecimalMark, fractions: bool) -> Option<u8> {
    let trimmed = raw.trim();
    let bare = trimmed.strip_suffix('%').unwrap_or(trimmed);
    let mut value = number::parse(bare, mark)?;
    if fractions && bare.len() == trimmed.len() {
        value *= Decimal::ONE_HUNDRED;
    }
    value.round().to_u8().filter(|percent| *percent <= 100)
}

/// Labels separated by `;`, `,` or `|`, without repetition, in order.
pub fn tags(raw: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in raw.split([';', ',', '|']).map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// The most files that a row names.
const MOST_LINKS: usize = 20;

/// Addresses of files, each once, in order, or the code of what is wrong with them. A comma or a semicolon parts them only
/// before the next address: they stand in addresses too.
///
/// # Errors
/// `invalid_link`, `too_many_links`.
pub fn links(raw: &str) -> Result<Vec<String>, &'static str> {
    let mut links: Vec<String> = Vec::new();
    for word in raw.split(|character: char| character.is_whitespace() || character == '|') {
        let mut rest = word;
        while !rest.is_empty() {
            let next = [",http", ";http"].iter().filter_map(|mark| rest.find(mark)).min();
            let (link, after) = next.and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
            rest = after.get(1..).unwrap_or_default();
            let link = link.trim_matches([',', ';']);
            if link.is_empty() {
                continue;
            }
            let known = (link.starts_with("https://") || link.starts_with("http://")) && link.len() <= 2_000;
            if !known {
                return Err("invalid_link");
            }
            if !links.iter().any(|other| other == link) {
                links.push(link.to_owned());
            }
        }
    }
    if links.len() > MOST_LINKS { Err("too_many_links") } else { Ok(links) }
}

/// The API's forecast category from what exports call it.
pub fn forecast(raw: &str) -> Option<&'static str> {
    match matching::compact(raw).as_str() {
        "omitted" | "omit" | "dontforecast" | "notforecasted" => Some("omitted"),
        "pipeline" | "open" => Some("pipeline"),
        "bestcase" | "upside" => Some("best_case"),
        "commit" | "forecast" | "committed" | "mostlikely" => Some("commit"),
        "closed" | "won" => Some("closed"),
        _ => None,
    }
}

/// An ISO 4217 code in capitals, from a code or a common sign.
pub fn currency(raw: &str) -> Option<String> {
    let raw = raw.trim();
    if let Some(code) = number::currency_of_sign(raw) {
        return Some(code.to_owned());
    }
    let code = raw.to_ascii_uppercase();
    (code.len() == 3 && code.chars().all(|character| character.is_ascii_uppercase())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_keeps_its_digits() {
        assert_eq!(phone("+1 (415) 555-0000"), Some("+14155550000".to_owned()));
        assert_eq!(phone("570-809-7197"), Some("5708097197".to_owned()));
        assert_eq!(phone("020 7946 0018 ext. 12"), Some("02079460018 x12".to_owned()));
        assert_eq!(phone("call me"), None);
        assert_eq!(phone("12"), None);
    }

    #[test]
    fn addresses_of_files_are_parted() {
        let raw = "https://a.test/x,1.pdf;https://a.test/y.pdf, https://b.test/z.pdf | https://a.test/y.pdf\nhttp://c.test/;w";
        assert_eq!(
            links(raw).unwrap(),
            ["https://a.test/x,1.pdf", "https://a.test/y.pdf", "https://b.test/z.pdf", "http://c.test/;w"]
        );
        assert_eq!(links("file:///etc/passwd"), Err("invalid_link"));
        assert_eq!(links("https://a.test/x.pdf offer.pdf"), Err("invalid_link"));
        let many: Vec<String> = (0..21).map(|n| format!("https://a.test/{n}")).collect();
        assert_eq!(links(&many.join(" ")), Err("too_many_links"));
    }

    #[test]
    fn percents_tags_and_categories() {
        let point = number::DecimalMark::Point;
        assert_eq!(percent("40 %", point, false), Some(40));
        assert_eq!(percent("100.0", point, false), Some(100));
        assert_eq!(percent("0.4", point, true), Some(40));
        assert_eq!(percent("140", point, false), None);
        assert_eq!(tags("hot; renewal,Hot |  "), vec!["hot", "renewal"]);
        assert_eq!(forecast("Best Case"), Some("best_case"));
        assert_eq!(currency("€"), Some("EUR".to_owned()));
        assert_eq!(currency("usd"), Some("USD".to_owned()));
        assert_eq!(boolean("Yes"), Some(true));
    }
}
