//! Where one reaches somebody: e-mail, domain, phone, street.

use crate::text::{fold, number};

/// Providers whose domain says nothing about an employer.
const FREE: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "live.com",
    "aol.com",
    "icloud.com",
    "me.com",
    "gmx.de",
    "gmx.net",
    "gmx.com",
    "web.de",
    "t-online.de",
    "proton.me",
    "protonmail.com",
    "mail.ru",
    "yandex.ru",
    "qq.com",
    "163.com",
    "orange.fr",
    "free.fr",
    "libero.it",
    "msn.com",
    "comcast.net",
    "example.com",
];

/// Ends of domains that stand above names, besides the last part: `co.uk`.
const SECOND: &[&str] = &["co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "go"];

/// An address as the same person would be reached by it: lower case, without what follows a plus sign, and without dots
/// where the provider ignores them. None for what is no address.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (local, host) = text.rsplit_once('@')?;
    let local = local.split('+').next().unwrap_or(local);
    let host = if host == "googlemail.com" { "gmail.com" } else { host };
    let local = if host == "gmail.com" { local.replace('.', "") } else { local.to_owned() };
    (!local.is_empty() && !host.is_empty()).then(|| format!("{local}@{host}"))
}

/// The name under which a company is registered: `https://www.shop.Acme.co.uk/x` is `acme.co.uk`.
#[must_use]
pub fn domain(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_end_matches('.');
    let parts: Vec<&str> = host.split('.').filter(|p| !p.is_empty()).collect();
    let keep = match parts.as_slice() {
        [] | [_] => return None,
        [.., second, last] if last.len() == 2 && SECOND.contains(second) => 3,
        _ => 2,
    };
    Some(parts.get(parts.len().saturating_sub(keep)..)?.join("."))
}

/// The domain of an address, unless anybody can have one there.
#[must_use]
pub fn company_domain(email: &str) -> Option<String> {
    let (_, host) = email.rsplit_once('@')?;
    domain(host).filter(|d| !FREE.contains(&d.as_str()))
}

/// A domain without its ending: `acme` of `acme.co.uk`.
#[must_use]
pub fn domain_stem(domain: &str) -> &str {
    domain.split('.').next().unwrap_or(domain)
}

/// A number's digits with its country's code. `country` is the code, such as `49`, of numbers that have none; an extension
/// (`ext. 12`, `x12`) goes. None for what has fewer than five digits.
#[must_use]
pub fn phone(text: &str, country: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let main = lower.split(['x', ';', '#']).next().unwrap_or_default();
    let main = main.split("ext").next().unwrap_or(main).split("or").next().unwrap_or(main);
    let main = main.replace("(0)", "");
    let plus = main.trim_start().starts_with('+');
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 5 {
        return None;
    }
    if plus {
        return Some(digits);
    }
    if let Some(international) = digits.strip_prefix("00") {
        return Some(international.to_owned());
    }
    let national = digits.trim_start_matches('0');
    Some(if national.len() < 7 { digits } else { format!("{country}{national}") })
}

const STREETS: &[(&str, &str)] = &[
    ("st", "street"),
    ("str", "street"),
    ("strasse", "street"),
    ("ave", "avenue"),
    ("av", "avenue"),
    ("rd", "road"),
    ("blvd", "boulevard"),
    ("ln", "lane"),
    ("la", "lane"),
    ("dr", "drive"),
    ("pl", "place"),
    ("sq", "square"),
    ("hwy", "highway"),
    ("pkwy", "parkway"),
    ("ct", "court"),
    ("cres", "crescent"),
    ("ter", "terrace"),
    ("n", "north"),
    ("s", "south"),
    ("e", "east"),
    ("w", "west"),
    ("ne", "northeast"),
    ("nw", "northwest"),
    ("se", "southeast"),
    ("sw", "southwest"),
    ("sts", "street"),
];

/// A street with the words written out and numbers in digits: "102 Fifth Ave." is "102 5 avenue".
#[must_use]
pub fn street(text: &str) -> String {
    let folded = fold(text);
    let words = folded.split(' ').filter(|w| !w.is_empty()).map(|word| {
        number(word).or_else(|| STREETS.iter().find(|(short, _)| *short == word).map(|(_, long)| *long)).unwrap_or(word)
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_reach_somebody_have_one_form() {
        assert_eq!(email(" J.Doe+crm@GoogleMail.com ").as_deref(), Some("jdoe@gmail.com"));
        assert_eq!(email("j.doe@acme.com").as_deref(), Some("j.doe@acme.com"));
        assert_eq!(email("acme"), None);
        assert_eq!(domain("https://www.shop.Acme.co.uk/x?y").as_deref(), Some("acme.co.uk"));
        assert_eq!(domain("acme.de:8080").as_deref(), Some("acme.de"));
        assert_eq!(domain("acme"), None);
        assert_eq!(company_domain("a@gmail.com"), None);
        assert_eq!(phone("+49 (0)30 / 123-456", "1").as_deref(), Some("4930123456"));
        assert_eq!(phone("030 123 4567", "49").as_deref(), Some("49301234567"));
        assert_eq!(phone("0049 30 1234567 ext. 12", "1").as_deref(), Some("49301234567"));
        assert_eq!(phone("12", "1"), None);
        assert_eq!(street("102 Fifth Ave."), street("102 5th Avenue"));
    }
}
