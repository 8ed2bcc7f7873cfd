//! Cutting a text into passages along its own structure: headings, paragraphs, lists, tables; sentences where a paragraph is too
//! long. Pure.

/// A passage has about as many characters as the embedding model reads (256 tokens).
const FULL: usize = 900;
/// What is left over is added to the passage before up to this size.
const MOST: usize = 1_100;
/// Less than this is no passage of its own, when another one can take it.
const LITTLE: usize = 160;
/// Passages of one text.
pub const MOST_PIECES: usize = 600;

/// A passage, and the headings that it stands under, the outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub headings: Vec<String>,
    pub text: String,
}

/// Cuts a text. Nothing is left out but headings, which each passage carries, and blank lines.
#[must_use]
pub fn split(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for section in sections(text) {
        pack(&section, &mut pieces);
        if pieces.len() >= MOST_PIECES {
            pieces.truncate(MOST_PIECES);
            break;
        }
    }
    pieces
}

/// A letter without what it quotes: that is a passage of the letter it came from.
#[must_use]
pub fn without_quotes(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with('>')).collect::<Vec<_>>().join("\n")
}

struct Section {
    headings: Vec<String>,
    paragraphs: Vec<String>,
}

fn sections(text: &str) -> Vec<Section> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut sections = vec![Section { headings: Vec::new(), paragraphs: Vec::new() }];
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let (mut fenced, mut at) = (false, 0);
    while let Some(&line) = lines.get(at) {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let heading = if fenced { None } else { heading(line, next, open.is_empty()) };
        if let Some(Heading { level, words, lines: taken }) = heading {
            close(&mut sections, &mut open);
            path.retain(|(above, _)| *above < level);
            path.push((level, words));
            let headings = path.iter().map(|(_, words)| words.clone()).collect();
            sections.push(Section { headings, paragraphs: Vec::new() });
            at += taken;
            continue;
        }
        if line.trim().is_empty() && !fenced {
            close(&mut sections, &mut open);
        } else {
            open.push(line);
        }
        at += 1;
    }
    close(&mut sections, &mut open);
    // A heading that nothing stands under says something all the same.
    for section in &mut sections {
        if section.paragraphs.is_empty()
            && let Some(last) = section.headings.last().cloned()
        {
            section.headings.pop();
            section.paragraphs.push(last);
        }
    }
    sections.retain(|section| !section.paragraphs.is_empty());
    sections
}

fn close(sections: &mut [Section], open: &mut Vec<&str>) {
    let paragraph = std::mem::take(open).join("\n");
    if let (Some(section), false) = (sections.last_mut(), paragraph.trim().is_empty()) {
        section.paragraphs.push(paragraph);
    }
}

struct Heading {
    level: usize,
    words: String,
    lines: usize,
}

/// A heading as Markdown has it, underlined, numbered, or in capitals.
fn heading(line: &str, next: &str, begins: bool) -> Option<Heading> {
    let marks = line.chars().take_while(|c| *c == '#').count();
    if (1..=6).contains(&marks)
        && let Some(words) = line.get(marks..)
        && words.starts_with(' ')
        && !words.trim().is_empty()
    {
        return Some(Heading { level: marks, words: words.trim().trim_end_matches('#').trim().to_owned(), lines: 1 });
    }
    let words = line.trim();
    let length = words.chars().count();
    if !begins || length == 0 || length > 80 || words.starts_with(['|', '-', '*', '>', '`']) {
        return None;
    }
    let under = |mark: char| next.len() >= 3 && next.chars().all(|c| c == mark);
    if under('=') || under('-') {
        return Some(Heading { level: if under('=') { 1 } else { 2 }, words: words.to_owned(), lines: 2 });
    }
    if !next.is_empty() || words.ends_with(['.', ',', ';', ':', '?', '!']) {
        return None;
    }
    let number: String = words.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let depth = number.split('.').filter(|part| !part.is_empty()).count();
    if depth > 0 && words.get(number.len()..).is_some_and(|rest| rest.starts_with(' ')) && length <= 60 {
        return Some(Heading { level: depth.min(6), words: words.to_owned(), lines: 1 });
    }
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = letters >= 4 && words.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    capitals.then(|| Heading { level: 2, words: words.to_owned(), lines: 1 })
}

fn size(text: &str) -> usize {
    text.chars().count()
}

/// Paragraphs of a section put together until a passage is full.
fn pack(section: &Section, pieces: &mut Vec<Piece>) {
    let mut texts: Vec<String> = Vec::new();
    let mut open = String::new();
    for paragraph in &section.paragraphs {
        for part in parts(paragraph) {
            if !open.is_empty() && size(&open) + size(&part) + 2 > FULL {
                texts.push(std::mem::take(&mut open));
            }
            if !open.is_empty() {
                open.push_str("\n\n");
            }
            open.push_str(&part);
        }
    }
    match texts.last_mut() {
        Some(last) if size(&open) < LITTLE && size(last) + size(&open) + 2 <= MOST => {
            last.push_str("\n\n");
            last.push_str(&open);
        }
        _ => texts.push(open),
    }
    pieces.extend(texts.into_iter().map(|text| Piece { headings: section.headings.clone(), text }));
}

/// A paragraph, or parts of one that is too long: rows of a table with its head above each part, lines of a list, sentences, and
/// words where there is nothing else.
fn parts(paragraph: &str) -> Vec<String> {
    if size(paragraph) <= FULL {
        return vec![paragraph.to_owned()];
    }
    let lines: Vec<&str> = paragraph.lines().collect();
    if let [head, rule, rows @ ..] = lines.as_slice()
        && head.starts_with('|')
        && rule.starts_with('|')
        && rule.chars().all(|c| "|-: ".contains(c))
        && size(head) < FULL / 2
    {
        let head = format!("{head}\n{rule}");
        let room = FULL.saturating_sub(size(&head) + 1);
        return joined(rows.iter().map(|row| (*row).to_owned()), "\n", room)
            .into_iter()
            .map(|rows| format!("{head}\n{rows}"))
            .collect();
    }
    if lines.len() > 1 {
        return joined(lines.into_iter().map(str::to_owned), "\n", FULL);
    }
    joined(sentences(paragraph).into_iter(), " ", FULL)
}

/// Puts units together up to `room`; a unit that is larger is cut between words.
fn joined(units: impl Iterator<Item = String>, with: &str, room: usize) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut open = String::new();
    for unit in units.flat_map(|unit| cut(&unit, room)) {
        if !open.is_empty() && size(&open) + size(&unit) + 1 > room {
            texts.push(std::mem::take(&mut open));
        }
        if !open.is_empty() {
            open.push_str(with);
        }
        open.push_str(&unit);
    }
    if !open.is_empty() {
        texts.push(open);
    }
    texts
}

fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        open.push(letter);
        let ends = matches!(letter, '.' | '!' | '?' | '。') && letters.peek().is_none_or(|next| next.is_whitespace());
        if ends {
            found.push(open.trim().to_owned());
            open.clear();
        }
    }
    if !open.trim().is_empty() {
        found.push(open.trim().to_owned());
    }
    found
}

/// Between words; a word that is larger than `room` between letters.
fn cut(text: &str, room: usize) -> Vec<String> {
    if size(text) <= room {
        return vec![text.to_owned()];
    }
    let mut parts = Vec::new();
    let mut open = String::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(room.max(1)) {
            let piece: String = piece.iter().collect();
            if !open.is_empty() && size(&open) + size(&piece) + 1 > room {
                parts.push(std::mem::take(&mut open));
            }
            if !open.is_empty() {
                open.push(' ');
            }
            open.push_str(&piece);
        }
    }
    if !open.is_empty() {
        parts.push(open);
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<String> {
        split(text).into_iter().map(|p| format!("{} | {}", p.headings.join(" > "), p.text.replace('\n', "/"))).collect()
    }

    #[test]
    fn passages_stand_under_their_headings() {
        let text = "Opening words.\n\n# Pricing\n\nWe never begin with a discount.\n\n## Banks\n- ask for the budget\n- ask who signs\n\n# Legal\nThe contract is ours.";
        assert_eq!(
            told(text),
            [
                " | Opening words.",
                "Pricing | We never begin with a discount.",
                "Pricing > Banks | - ask for the budget/- ask who signs",
                "Legal | The contract is ours.",
            ]
        );
    }

    #[test]
    fn headings_of_other_texts_are_seen_too() {
        let text = "Objections\n==========\nToo dear.\n\n2.1 Security review\n\nBring the report.\n\nNEXT STEPS\n\nCall on Monday.";
        assert_eq!(
            told(text),
            [
                "Objections | Too dear.",
                "Objections > 2.1 Security review | Bring the report.",
                "Objections > NEXT STEPS | Call on Monday.",
            ]
        );
        assert_eq!(told("# Only this"), [" | Only this"]);
        assert_eq!(told("```\n# no heading\n```"), [" | ```/# no heading/```"]);
        assert!(told(" \n\n \n").is_empty());
    }

    #[test]
    fn a_long_table_keeps_its_head() {
        let rows: String = (0..80).map(|n| format!("| plan {n} | {n}00 EUR a month |\n")).collect();
        let pieces = split(&format!("| Plan | Price |\n|---|---|\n{rows}"));
        assert!(pieces.len() > 2);
        assert!(pieces.iter().all(|p| p.text.starts_with("| Plan | Price |\n|---|---|\n| plan")));
    }

    #[test]
    fn a_letter_goes_without_what_it_quotes() {
        assert_eq!(without_quotes("Yes.\n> Shall we?\n > really\nBest"), "Yes.\nBest");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_long(text in "[a-zA-Z .\n#|-]{0,6000}") {
            let pieces = split(&text);
            let mut said: Vec<String> = Vec::new();
            for piece in &pieces {
                prop_assert!(size(&piece.text) <= MOST, "{} characters", size(&piece.text));
                prop_assert!(!piece.text.trim().is_empty());
                said.extend(piece.text.split_whitespace().map(str::to_owned));
                said.extend(piece.headings.iter().flat_map(|h| h.split_whitespace().map(str::to_owned)));
            }
            let letters = |c: &char| c.is_alphabetic();
            let told: std::collections::BTreeSet<char> = said.concat().chars().filter(letters).collect();
            let asked: std::collections::BTreeSet<char> = text.chars().filter(letters).collect();
            prop_assert_eq!(told, asked);
        }
    }
}
