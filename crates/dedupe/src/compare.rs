//! Two records, field by field: how alike their values are, as one of five levels.

use crate::company::likeness_of_cores;
use crate::name::Alignment;
use crate::person::nickname;
use crate::point::domain_stem;
use crate::record::{Field, Record};
use crate::sound;
use crate::text::{likeness, shared_letters};

/// How alike two values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Same,
    /// The same in other words: a nickname, an initial, another ending of a domain.
    Alike,
    /// A slip of the hand apart.
    Close,
    /// Something in common.
    Loose,
    Different,
}

impl Level {
    pub const COUNT: usize = 5;
    pub const ALL: [Self; Self::COUNT] = [Self::Same, Self::Alike, Self::Close, Self::Loose, Self::Different];

    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Same => 0,
            Self::Alike => 1,
            Self::Close => 2,
            Self::Loose => 3,
            Self::Different => 4,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Alike => "alike",
            Self::Close => "close",
            Self::Loose => "loose",
            Self::Different => "different",
        }
    }
}

/// The level of each field; None where one of the records says nothing.
pub type Pattern = [Option<Level>; Field::COUNT];

/// Compares two records.
#[must_use]
pub fn compare(a: &Record, b: &Record) -> Pattern {
    let mut pattern = [None; Field::COUNT];
    for field in Field::ALL {
        if matches!(field, Field::Given | Field::Family | Field::Order) {
            continue;
        }
        if let (Some(slot), Some(x), Some(y)) = (pattern.get_mut(field.index()), a.get(field), b.get(field)) {
            *slot = Some(level(field, x, y));
        }
    }
    let [given, family, order] = names(a, b);
    for (field, value) in [(Field::Given, given), (Field::Family, family), (Field::Order, order)] {
        if let Some(slot) = pattern.get_mut(field.index()) {
            *slot = value;
        }
    }
    pattern
}

/// Given name, family name and their order: the way round in which they agree better.
fn names(a: &Record, b: &Record) -> [Option<Level>; 3] {
    let [(ga, fa), (gb, fb)] = [a, b].map(|r| (r.get(Field::Given), r.get(Field::Family)));
    let both = |field, x: Option<&str>, y: Option<&str>| Some(level(field, x?, y?));
    let straight = (both(Field::Given, ga, gb), both(Field::Family, fa, fb));
    if straight.0.is_some_and(|l| l <= Level::Close) || straight.1.is_some_and(|l| l <= Level::Close) {
        return [straight.0, straight.1, Some(Level::Same)];
    }
    let turned = (both(Field::Given, ga, fb), both(Field::Family, fa, gb));
    let good = |l: Option<Level>| l.is_some_and(|l| matches!(l, Level::Same | Level::Close));
    let bad = |l: Option<Level>| l.is_some_and(|l| l > Level::Close);
    if (good(turned.0) && !bad(turned.1)) || (good(turned.1) && !bad(turned.0)) {
        return [turned.0, turned.1, Some(Level::Different)];
    }
    let order = (straight.0.is_some() || straight.1.is_some()).then_some(Level::Same);
    [straight.0, straight.1, order]
}

/// How alike two values in normal form are.
#[must_use]
pub fn level(field: Field, a: &str, b: &str) -> Level {
    if a == b {
        return Level::Same;
    }
    match field {
        Field::Given => given(a, b),
        Field::Family => family(a, b),
        Field::Company => by_score(likeness_of_cores(a, b), [0.93, 0.8, 0.6]),
        Field::Email => email(a, b),
        Field::Domain => domain(a, b),
        Field::Phone => phone(a, b),
        Field::Street => street(a, b),
        Field::City => place(a, b),
        Field::Birth => date(a, b),
        Field::House | Field::Postcode | Field::Region | Field::Identifier => code(a, b),
        Field::Order => Level::Different,
    }
}

fn by_score(score: f32, [alike, close, loose]: [f32; 3]) -> Level {
    match score {
        s if s >= alike => Level::Alike,
        s if s >= close => Level::Close,
        s if s >= loose => Level::Loose,
        _ => Level::Different,
    }
}

fn given(a: &str, b: &str) -> Level {
    let (first_a, first_b) = (word(a), word(b));
    let initial = (a.len() == 1 || b.len() == 1) && a.get(..1) == b.get(..1);
    if nickname(first_a, first_b) || initial || (first_a == first_b && first_a.len() > 1) {
        return Level::Alike;
    }
    typed(a, b)
}

fn family(a: &str, b: &str) -> Level {
    let part = |whole: &str, part: &str| part.len() > 2 && whole.split(' ').any(|w| w == part);
    if part(a, b) || part(b, a) {
        return Level::Alike;
    }
    typed(a, b)
}

/// What may have been misspelt or misheard.
fn typed(a: &str, b: &str) -> Level {
    let s = likeness(a, b);
    if s >= 0.75 || (a.len().min(b.len()) >= 4 && s >= 0.66) || (s >= 0.5 && sound::key(a) == sound::key(b)) {
        return Level::Close;
    }
    if s >= 0.5 || (a.len().min(b.len()) >= 4 && shared_letters(a, b) >= 0.8) || joined(a, b) {
        return Level::Loose;
    }
    Level::Different
}

/// Alike but for spaces.
fn joined(a: &str, b: &str) -> bool {
    (a.contains(' ') || b.contains(' ')) && likeness(&a.replace(' ', ""), &b.replace(' ', "")) >= 0.8
}

fn word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// One character more, less, other, or two swapped.
fn slip(a: &str, b: &str) -> bool {
    a.len().abs_diff(b.len()) <= 1 && strsim::osa_distance(a, b) <= 1
}

fn email(a: &str, b: &str) -> Level {
    let (Some((la, ha)), Some((lb, hb))) = (a.rsplit_once('@'), b.rsplit_once('@')) else {
        return by_score(likeness(a, b).max(shared_letters(a, b) - 0.1), [2.0, 0.8, 0.65]);
    };
    if !ha.contains('.') || !hb.contains('.') {
        return by_score(likeness(a, b).max(shared_letters(a, b) - 0.1), [2.0, 0.8, 0.65]);
    }
    let (x, y) = (domain_stem(ha), domain_stem(hb));
    let one_host = x == y
        || (x.len().min(y.len()) >= 5 && slip(x, y))
        || likeness(ha, hb).max(shared_letters(ha, hb) - 0.12) >= 0.85;
    if !one_host {
        return if la == lb && la.len() >= 6 { Level::Loose } else { Level::Different };
    }
    // Colleagues share a domain, and often all of their addresses but an initial or a number.
    let long = la.len().min(lb.len()) >= 6;
    let digits = |l: &str| l.chars().filter(char::is_ascii_digit).collect::<String>();
    let start = la.get(..1) == lb.get(..1);
    match () {
        () if la == lb || (long && start && slip(la, lb) && digits(la) == digits(lb)) => Level::Close,
        () if likeness(la, lb) >= 0.7 => Level::Loose,
        () => Level::Different,
    }
}

fn domain(a: &str, b: &str) -> Level {
    let (x, y) = (domain_stem(a), domain_stem(b));
    match () {
        () if x == y => Level::Alike,
        () if x.len().min(y.len()) >= 5 && slip(x, y) => Level::Close,
        () if likeness(x, y) >= 0.7 => Level::Loose,
        () => Level::Different,
    }
}

fn phone(a: &str, b: &str) -> Level {
    let tail = |n: &str| n.get(n.len().saturating_sub(8)..).unwrap_or(n).to_owned();
    let (x, y) = (tail(a), tail(b));
    if x == y && x.len() >= 7 {
        return Level::Alike;
    }
    if slip(a, b) {
        return Level::Close;
    }
    // The same switchboard, other extensions.
    let head = |n: &str| n.get(..n.len().saturating_sub(3)).unwrap_or_default().to_owned();
    if a.len() >= 8 && head(a) == head(b) { Level::Loose } else { Level::Different }
}

fn street(a: &str, b: &str) -> Level {
    let (x, y): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let number =
        |words: &[&str]| words.iter().find(|w| w.starts_with(|c: char| c.is_ascii_digit())).map(|w| (*w).to_owned());
    let same = |p: &str, q: &str| {
        if p == q {
            1.0
        } else if p.len() > 3 && q.len() > 3 && likeness(p, q) >= 0.6 {
            likeness(p, q)
        } else {
            0.0
        }
    };
    let score = Alignment::of(&x, &y, same, |w| if w.len() < 3 { 0.5 } else { 1.0 }).score(1.0, 0.2);
    let (p, q) = (number(&x), number(&y));
    if p.is_some() && q.is_some() && p != q {
        return if score >= 0.5 { Level::Loose } else { Level::Different };
    }
    // "747 9 avenue" of "747 9 avenue between 50 and 51 street".
    let within = |part: &[&str], whole: &[&str]| part.len() > 1 && part.iter().all(|w| whole.contains(w));
    if p.is_some() && p == q && (within(&x, &y) || within(&y, &x)) {
        return Level::Alike;
    }
    let glued = likeness(&a.replace(' ', ""), &b.replace(' ', ""));
    by_score(score.max(glued), [0.92, 0.78, 0.5])
}

fn place(a: &str, b: &str) -> Level {
    let within = |whole: &str, part: &str| part.len() > 3 && format!(" {whole} ").contains(&format!(" {part} "));
    if within(a, b) || within(b, a) {
        return Level::Alike;
    }
    by_score(likeness(a, b).max(shared_letters(a, b) - 0.1), [2.0, 0.7, 0.55])
}

fn code(a: &str, b: &str) -> Level {
    match strsim::osa_distance(a, b) {
        1 => Level::Close,
        2 if a.len().min(b.len()) >= 5 => Level::Loose,
        _ => Level::Different,
    }
}

/// Days since year 0 of `YYYYMMDD`, with months of 31 days: for distances only.
fn days(date: &str) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| date.get(range)?.parse::<i64>().ok();
    Some(part(0..4)? * 372 + part(4..6)? * 31 + part(6..8)?)
}

fn date(a: &str, b: &str) -> Level {
    if slip(a, b) {
        return Level::Alike;
    }
    let apart = match (days(a), days(b)) {
        (Some(x), Some(y)) => (x - y).abs(),
        _ => return code(a, b),
    };
    match () {
        () if apart <= 62 => Level::Close,
        () if apart <= 372 || strsim::osa_distance(a, b) <= 2 => Level::Loose,
        () => Level::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_say_how_alike_values_are() {
        let level = |field: Field, a: &str, b: &str| {
            level(field, &field.normal(a, "1").unwrap(), &field.normal(b, "1").unwrap())
        };
        use Field::{Birth, City, Company, Domain, Email, Family, Given, Phone, Street};
        use Level::{Alike, Close, Different, Loose, Same};
        for (field, a, b, expected) in [
            (Given, "Bob", "Robert", Alike),
            (Given, "J.", "Julia", Alike),
            (Given, "Julia", "Jluia", Close),
            (Family, "Meyer", "Maier", Close),
            (Family, "García", "García López", Alike),
            (Family, "Smith", "Jones", Different),
            (Email, "J.Doe+a@gmail.com", "jdoe@googlemail.com", Same),
            (Email, "jane.doe@acme.com", "jane.doe@acme.org", Close),
            (Email, "jane.doe@acme.com", "john.smith@acme.com", Different),
            (Email, "a.miller@acme.com", "b.miller@acme.com", Loose),
            (Domain, "www.acme.com", "https://acme.co.uk/", Alike),
            (Phone, "+1 (212) 555-1234", "212 555 1234", Same),
            (Phone, "+49 30 1234567", "030 1234567", Alike),
            (Company, "Acme GmbH", "ACME Ltd.", Same),
            (Street, "102 5th Ave.", "102 Fifth Avenue", Same),
            (Street, "102 5th Ave.", "104 Fifth Avenue", Loose),
            (City, "New York", "New York City", Alike),
            (Birth, "1990-05-01", "1990-05-11", Alike),
            (Birth, "1990-05-01", "1970-08-23", Different),
        ] {
            assert_eq!(level(field, a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn names_are_compared_both_ways_round() {
        let person = |g, f| Record::of([(Field::Given, g), (Field::Family, f)], "");
        let pattern = compare(&person("Noah", "Watson"), &person("Watson", "Noah"));
        assert_eq!(pattern[Field::Given.index()], Some(Level::Same));
        assert_eq!(pattern[Field::Order.index()], Some(Level::Different));
    }
}
