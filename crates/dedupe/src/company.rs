//! Names of companies: legal forms, words that say little, abbreviations and numbers in words.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::name::{Alignment, misspelt};
use crate::text::{compact, fold, join_initials, likeness, number};

/// What a legal form is, whatever its country calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Limited by shares or guarantee, not traded: `GmbH`, `Ltd`, `LLC`, `S.r.l.`
    Limited,
    /// With shares that may be traded: `AG`, `S.A.`, `plc`, `Inc.`
    Stock,
    Partnership,
    /// Says that it is a company, no more.
    Plain,
}

/// Written out forms, longest first, as folded text.
const PHRASES: &[(&str, &str)] = &[
    ("gesellschaft mit beschrankter haftung", "gmbh"),
    ("societatea cu raspundere limitata", "srl"),
    ("obshchestvo s ogranichennoi otvetstvennostiu", "ooo"),
    ("obshchestvo s ogranichennoy otvetstvennostyu", "ooo"),
    ("public joint stock company", "jsc"),
    ("closed joint stock company", "jsc"),
    ("open joint stock company", "jsc"),
    ("aktsionernoe obshchestvo", "jsc"),
    ("joint stock company", "jsc"),
    ("limited liability company", "llc"),
    ("limited liability partnership", "llp"),
    ("public limited company", "plc"),
    ("private limited", "ltd"),
    ("naamloze vennootschap", "nv"),
    ("besloten vennootschap", "bv"),
    ("societe anonyme", "sa"),
    ("sociedad anonima", "sa"),
    ("sp z o o", "spzoo"),
    ("sp z oo", "spzoo"),
    ("s de rl de cv", "sa"),
    ("sa de cv", "sa"),
    ("gmbh and co kg", "kg"),
    ("co ltd", "ltd"),
    ("pte ltd", "ltd"),
    ("pty ltd", "ltd"),
    ("pvt ltd", "ltd"),
];

const FORMS: &[(&str, Form)] = &[
    ("gmbh", Form::Limited),
    ("mbh", Form::Limited),
    ("ug", Form::Limited),
    ("ltd", Form::Limited),
    ("limited", Form::Limited),
    ("llc", Form::Limited),
    ("srl", Form::Limited),
    ("sarl", Form::Limited),
    ("sl", Form::Limited),
    ("bv", Form::Limited),
    ("ooo", Form::Limited),
    ("spzoo", Form::Limited),
    ("sro", Form::Limited),
    ("kft", Form::Limited),
    ("doo", Form::Limited),
    ("pte", Form::Limited),
    ("pty", Form::Limited),
    ("pvt", Form::Limited),
    ("lda", Form::Limited),
    ("ltda", Form::Limited),
    ("ag", Form::Stock),
    ("akg", Form::Stock),
    ("aktiengesellschaft", Form::Stock),
    ("aktiengeselschaft", Form::Stock),
    ("sa", Form::Stock),
    ("spa", Form::Stock),
    ("plc", Form::Stock),
    ("nv", Form::Stock),
    ("se", Form::Stock),
    ("jsc", Form::Stock),
    ("ojsc", Form::Stock),
    ("pjsc", Form::Stock),
    ("oao", Form::Stock),
    ("zao", Form::Stock),
    ("pao", Form::Stock),
    ("ao", Form::Stock),
    ("ab", Form::Stock),
    ("asa", Form::Stock),
    ("oyj", Form::Stock),
    ("kk", Form::Stock),
    ("inc", Form::Stock),
    ("incorporated", Form::Stock),
    ("corp", Form::Stock),
    ("corporation", Form::Stock),
    ("sas", Form::Stock),
    ("as", Form::Stock),
    ("oy", Form::Limited),
    ("aps", Form::Limited),
    ("llp", Form::Partnership),
    ("lp", Form::Partnership),
    ("kg", Form::Partnership),
    ("ohg", Form::Partnership),
    ("kgaa", Form::Partnership),
    ("gbr", Form::Partnership),
    ("ev", Form::Plain),
    ("co", Form::Plain),
    ("cie", Form::Plain),
    ("company", Form::Plain),
    ("the", Form::Plain),
    ("na", Form::Plain),
];

/// Abbreviations and other spellings, as folded words.
const WORDS: &[(&str, &str)] = &[
    ("intl", "international"),
    ("int", "international"),
    ("natl", "national"),
    ("mfg", "manufacturing"),
    ("bros", "brothers"),
    ("svcs", "services"),
    ("svc", "services"),
    ("service", "services"),
    ("tech", "technology"),
    ("technologies", "technology"),
    ("univ", "university"),
    ("dept", "department"),
    ("govt", "government"),
    ("gov", "government"),
    ("assoc", "associates"),
    ("associations", "association"),
    ("organisation", "organization"),
    ("org", "organization"),
    ("labour", "labor"),
    ("centre", "center"),
    ("grp", "group"),
    ("hldgs", "holdings"),
    ("holding", "holdings"),
    ("mgmt", "management"),
    ("us", "united states"),
    ("usa", "united states"),
    ("uk", "united kingdom"),
    ("system", "systems"),
    ("sys", "systems"),
    ("industry", "industries"),
    ("ind", "industries"),
    ("engg", "engineering"),
    ("eng", "engineering"),
    ("pharma", "pharmaceuticals"),
    ("und", "and"),
    ("et", "and"),
    ("y", "and"),
    ("solution", "solutions"),
    ("consultants", "consulting"),
    ("labs", "laboratories"),
];

/// Words that many names have: they tell little apart.
const COMMON: &[&str] = &[
    "group",
    "holdings",
    "international",
    "global",
    "services",
    "solutions",
    "technology",
    "and",
    "of",
    "for",
    "in",
    "fur",
    "restaurant",
    "cafe",
    "hotel",
    "europe",
    "industries",
    "enterprises",
    "at",
];

fn table<T: Copy>(
    rows: &'static [(&'static str, T)],
    cell: &'static OnceLock<HashMap<&'static str, T>>,
) -> &'static HashMap<&'static str, T> {
    cell.get_or_init(|| rows.iter().copied().collect())
}

fn form(word: &str) -> Option<Form> {
    static FORM: OnceLock<HashMap<&str, Form>> = OnceLock::new();
    table(FORMS, &FORM).get(word).copied()
}

/// Whether a word is a legal form that no name has by chance.
#[must_use]
pub fn is_form(word: &str) -> bool {
    word.len() > 2 && form(word).is_some_and(|f| f != Form::Plain)
}

/// The words of a folded name that tell it apart, and its legal form. Where forms are all there is, they are the name.
#[must_use]
pub fn parts(folded: &str) -> (String, Option<Form>) {
    static WORD: OnceLock<HashMap<&str, &str>> = OnceLock::new();
    let mut text = join_initials(folded);
    for (phrase, short) in PHRASES {
        if text.len() >= phrase.len() && text.contains(phrase) {
            text = format!(" {text} ").replace(&format!(" {phrase} "), &format!(" {short} ")).trim().to_owned();
        }
    }
    let words: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).collect();
    let mut legal = None;
    let mut kept = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let ends = at + 3 >= words.len() || at == 0;
        match form(word).filter(|_| ends && words.len() > 1) {
            Some(Form::Plain) => legal = legal.or(Some(Form::Plain)),
            Some(f) => legal = Some(f),
            None => kept.push(number(word).or_else(|| table(WORDS, &WORD).get(word).copied()).unwrap_or(word)),
        }
    }
    if kept.is_empty() {
        return (text, legal);
    }
    while kept.last() == Some(&"and") {
        kept.pop();
    }
    (sums(&kept), legal)
}

/// `40 4` is `44`.
fn sums(words: &[&str]) -> String {
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let tens = out.last().and_then(|w| w.parse::<u32>().ok()).filter(|n| (20..100).contains(n) && n % 10 == 0);
        match (tens, word.parse::<u32>()) {
            (Some(tens), Ok(unit @ 1..10)) => {
                out.pop();
                out.push((tens + unit).to_string());
            }
            _ => out.push((*word).to_owned()),
        }
    }
    out.join(" ")
}

/// A name without what stands in brackets, unless that is all of it: "Palm (Los Angeles)" is "Palm".
#[must_use]
pub fn without_asides(name: &str) -> String {
    let mut depth = 0_u32;
    let kept: String = name
        .chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect();
    if kept.trim().is_empty() { name.to_owned() } else { kept }
}

/// A name as it is compared and kept: its telling words.
#[must_use]
pub fn core(name: &str) -> String {
    parts(&fold(name)).0
}

fn weight(word: &str) -> f32 {
    if COMMON.contains(&word) { 0.3 } else { 1.0 }
}

fn alike(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    if a.len() < 4 || b.len() < 4 {
        return 0.0;
    }
    misspelt(a, b)
}

/// How alike two cores are.
#[must_use]
pub fn likeness_of_cores(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    let (x, y): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let aligned = Alignment::of(&x, &y, alike, weight).score(1.5, 0.6);
    let (p, q) = (compact(a), compact(b));
    if p == q {
        return 0.99;
    }
    let glued = likeness(&p, &q);
    if glued >= 0.88 && p.len().min(q.len()) >= 6 && x.len() != y.len() { aligned.max(glued) } else { aligned }
}

/// How alike two whole names of companies are, between 0 and 1.
#[must_use]
pub fn likeness_of_names(a: &str, b: &str) -> f32 {
    let (fa, fb) = (fold(a), fold(b));
    if fa == fb {
        return 1.0;
    }
    let ((x, p), (y, q)) = (parts(&fa), parts(&fb));
    let score = likeness_of_cores(&x, &y);
    let forms_differ = matches!((p, q), (Some(p), Some(q)) if p != q && p != Form::Plain && q != Form::Plain);
    let whole = if compact(&fa) == compact(&fb) { 0.99 } else { 0.0 };
    // A form that stuck to the name: "SiemensAG".
    let stuck =
        if x.len() != y.len() && (compact(&fa) == compact(&y) + tail(&fb) || compact(&fb) == compact(&x) + tail(&fa)) {
            0.95
        } else {
            0.0
        };
    (if forms_differ { score * 0.75 } else { score }).max(whole).max(stuck)
}

fn tail(folded: &str) -> &str {
    folded.rsplit(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_spellings_do_not_tell_companies_apart() {
        for (a, b) in [
            ("Siemens Aktiengesellschaft", "Siemens AG"),
            ("Volkswagen Gesellschaft mit beschränkter Haftung", "Volkswagen GmbH"),
            ("1st International Bank", "First Int’l Bank"),
            ("JPMorgan Chase Bank, N.A.", "JPMorgan Chase Bank NA"),
            ("Brigade Forty-Four", "Brigade 44"),
            ("OAO Gazprom", "Gasprom JSC"),
            ("The Coca-Cola Company", "Coca Cola"),
            ("A.B.C. Company", "ABC Company"),
            ("SiemensAG", "Siemens AG"),
            ("vanderbilt corp", "van der bilt corp"),
        ] {
            assert!(likeness_of_names(a, b) > 0.85, "{a} {b} {}", likeness_of_names(a, b));
        }
        for (a, b) in [
            ("Deutsche Bank AG", "Deutsche Bank GmbH"),
            ("Volkswagen AG", "Siemens AG"),
            ("BAE Systems", "BAE Industries"),
            ("BD plc", "BP plc"),
        ] {
            assert!(likeness_of_names(a, b) < 0.8, "{a} {b} {}", likeness_of_names(a, b));
        }
    }
}
