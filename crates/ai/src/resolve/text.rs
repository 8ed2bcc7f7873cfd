//! Splits a sentence into tokens that keep their place in it, so that what was understood can be shown and cut out.
//!
//! Numbers keep what is glued to them ("50k", "1.234,50", "12/03", "3rd"); a possessive is a mark on its word
//! ("Anna's" is `anna`, possessive); quotation marks make one token of what stands between them.

use std::ops::Range;

/// What a token looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// Begins with a digit.
    Number,
    /// Text between quotation marks, without them.
    Quoted,
    Symbol,
}

/// One token of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// As written, without a possessive ending.
    pub text: String,
    /// In lower case, accents folded: what comparisons use.
    pub lower: String,
    /// Bytes of the sentence, the possessive ending included.
    pub span: Range<usize>,
    pub possessive: bool,
}

impl Token {
    /// Whether the word begins with a capital, as names do.
    #[must_use]
    pub fn is_capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

/// Lower case without accents: "Zürich" compares as "zurich".
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'å' | 'À' | 'Á' | 'Â' | 'Ã' | 'Å' | 'ä' | 'Ä' => folded.push('a'),
            'ç' | 'Ç' | 'č' | 'Č' | 'ć' | 'Ć' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' | 'ě' | 'ę' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' | 'Í' | 'Î' | 'Ï' => folded.push('i'),
            'ñ' | 'Ñ' | 'ń' | 'ň' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'Ø' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' | 'Ù' | 'Ú' | 'Û' | 'Ü' | 'ů' => folded.push('u'),
            'ý' | 'ÿ' | 'Ý' => folded.push('y'),
            'š' | 'Š' | 'ś' => folded.push('s'),
            'ž' | 'Ž' | 'ż' | 'ź' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            '’' | '‘' => folded.push('\''),
            '–' | '—' | '‑' | '−' => folded.push('-'),
            _ => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// Compares names: folded, and with everything that is neither letter nor digit read as one space.
#[must_use]
pub fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in fold(text).chars() {
        if c.is_alphanumeric() {
            key.push(c);
        } else if c != '\'' && !key.is_empty() && !key.ends_with(' ') {
            key.push(' ');
        }
    }
    key.trim_end().to_owned()
}

/// The tokens of a sentence, in order.
#[must_use]
pub fn tokens(sentence: &str) -> Vec<Token> {
    let chars: Vec<(usize, char)> = sentence.char_indices().collect();
    let at = |i: usize| chars.get(i).map(|&(_, c)| c);
    let byte = |i: usize| chars.get(i).map_or(sentence.len(), |&(b, _)| b);
    let mut found = Vec::new();
    let mut i = 0;
    while let Some(c) = at(i) {
        if c.is_whitespace() {
            i += 1;
        } else if let Some(close) = closing_quote(c)
            && let Some(length) = (1..80).take_while(|&n| at(i + n).is_some()).find(|&n| at(i + n) == Some(close))
            && length > 1
        {
            push(
                &mut found,
                sentence,
                Kind::Quoted,
                byte(i + 1)..byte(i + length),
                Some(byte(i)..byte(i + length + 1)),
            );
            i += length + 1;
        } else if c.is_alphanumeric() {
            let end = word_end(&at, i);
            let kind = if c.is_ascii_digit() { Kind::Number } else { Kind::Word };
            push(&mut found, sentence, kind, byte(i)..byte(end), None);
            i = end;
        } else {
            let pair = matches!((c, at(i + 1)), ('>' | '<', Some('=')));
            let end = if pair { i + 2 } else { i + 1 };
            push(&mut found, sentence, Kind::Symbol, byte(i)..byte(end), None);
            i = end;
        }
    }
    found
}

fn closing_quote(c: char) -> Option<char> {
    match c {
        '"' => Some('"'),
        '“' | '„' => Some('”'),
        '«' => Some('»'),
        _ => None,
    }
}

/// Where the word or number that begins at `start` ends: punctuation belongs to it when it joins two of its parts.
fn word_end(at: &impl Fn(usize) -> Option<char>, start: usize) -> usize {
    let number = at(start).is_some_and(|c| c.is_ascii_digit());
    let mut i = start;
    while let Some(c) = at(i) {
        let next = at(i + 1);
        let next_digit = next.is_some_and(|n| n.is_ascii_digit());
        let before_digit = i > start && at(i - 1).is_some_and(|p| p.is_ascii_digit());
        let joins = match c {
            c if c.is_alphanumeric() => true,
            '\'' | '’' => !number && next.is_some_and(char::is_alphabetic),
            '-' | '‑' if number => before_digit && next_digit && looks_like_date(at, start),
            '-' | '‑' | '_' | '@' => next.is_some_and(char::is_alphanumeric),
            '.' | ',' | '/' | ':' => before_digit && next_digit,
            _ => false,
        };
        if !joins {
            break;
        }
        i += 1;
    }
    i
}

/// `2025-12-05`, `5-12-2025`, or an id such as `01990b1e-…`: three or more groups; "10k-20k" and "10-20" are two numbers.
fn looks_like_date(at: &impl Fn(usize) -> Option<char>, start: usize) -> bool {
    (start..start + 40).map_while(at).take_while(|c| c.is_ascii_hexdigit() || *c == '-').filter(|c| *c == '-').count()
        >= 2
}

fn push(found: &mut Vec<Token>, sentence: &str, kind: Kind, inner: Range<usize>, outer: Option<Range<usize>>) {
    let Some(mut text) = sentence.get(inner.clone()) else { return };
    let mut possessive = false;
    if kind == Kind::Word
        && let Some(stem) = ["'s", "’s", "'S", "’S"].iter().find_map(|end| text.strip_suffix(end))
        && !matches!(
            fold(stem).as_str(),
            "what" | "who" | "that" | "it" | "there" | "let" | "where" | "how" | "here" | "when"
        )
        && !stem.is_empty()
    {
        text = stem;
        possessive = true;
    }
    found.push(Token { kind, text: text.to_owned(), lower: fold(text), span: outer.unwrap_or(inner), possessive });
}

/// How alike two names are, 0 to 1, by their [`key`]s: 1 is the same, 0.9 and more a slip of the finger.
#[must_use]
pub fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (key(a), key(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    if a == b {
        1.0
    } else {
        strsim::jaro_winkler(&a, &b).min(strsim::normalized_damerau_levenshtein(&a, &b) + 0.1).min(0.99)
    }
}

/// Whether `words` are within `text`, whole words, in order.
#[must_use]
pub fn contains_words(text: &str, words: &str) -> bool {
    let (text, words) = (key(text), key(words));
    !words.is_empty() && format!(" {text} ").contains(&format!(" {words} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sentence: &str) -> Vec<String> {
        tokens(sentence).into_iter().map(|t| if t.possessive { format!("{}+s", t.text) } else { t.text }).collect()
    }

    #[test]
    fn words_and_numbers() {
        assert_eq!(texts("move Anna's deal to 50k, now!"), ["move", "Anna+s", "deal", "to", "50k", ",", "now", "!"]);
        assert_eq!(texts("follow-up with Kan-code"), ["follow-up", "with", "Kan-code"]);
        assert_eq!(texts("$1.2m or 1.234,50 € by 12/03"), ["$", "1.2m", "or", "1.234,50", "€", "by", "12/03"]);
        assert_eq!(texts("10k-20k on 2025-12-05."), ["10k", "-", "20k", "on", "2025-12-05", "."]);
        assert_eq!(texts("what's >= 5"), ["what's", ">=", "5"]);
    }

    #[test]
    fn quotes_are_one_token() {
        let all = tokens("rename \"Big renewal\" now");
        assert_eq!(all[1].text, "Big renewal");
        assert_eq!(all[1].kind, Kind::Quoted);
        assert_eq!(&"rename \"Big renewal\" now"[all[1].span.clone()], "\"Big renewal\"");
    }

    #[test]
    fn names_compare_without_accents_or_punctuation() {
        assert_eq!(key("Gekko & Co."), "gekko co");
        assert!(contains_words("the Zürich-Nord deal", "zurich nord"));
        assert!(!contains_words("the Isdomain deal", "isdom"));
        assert!(likeness("Engaging", "engageing") > 0.88);
        assert!(likeness("Isdom", "Initech") < 0.8);
    }

    proptest::proptest! {
        #[test]
        fn spans_lie_in_order_and_on_char_boundaries(sentence in ".{0,80}") {
            let mut end = 0;
            for token in tokens(&sentence) {
                proptest::prop_assert!(token.span.start >= end);
                proptest::prop_assert!(sentence.get(token.span.clone()).is_some());
                end = token.span.end;
            }
        }
    }
}
