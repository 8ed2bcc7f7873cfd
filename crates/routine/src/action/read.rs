//! Reads notes and transcripts: who says what, and which lines stand under a heading of things to do. WebVTT and SubRip, turns
//! such as `Anna: …` and `[00:12] Anna Berg: …`, bullets, numbers, check boxes and headings of Markdown.

use super::words::{HEADINGS, NO_NAMES, OTHER_HEADINGS};

/// A sentence or a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub speaker: Option<String>,
    /// It is something to do because of where it stands: a box to be ticked, or a line under such a heading.
    pub listed: bool,
}

/// What is said, in order.
pub fn said(text: &str) -> Vec<Said> {
    let mut all = Vec::new();
    let (mut speaker, mut listing): (Option<String>, bool) = (None, false);
    for line in lines(text) {
        let (bare, mark) = unmarked(&line);
        if bare.is_empty() {
            continue;
        }
        if let Mark::Done = mark {
            continue;
        }
        if let Some(heading) = heading(bare, mark) {
            listing = HEADINGS.contains(&heading.as_str());
            speaker = None;
            continue;
        }
        if let Mark::Box = mark {
            all.push(Said { text: bare.to_owned(), speaker: None, listed: true });
            continue;
        }
        if listing && (mark != Mark::None || !bare.contains(". ")) {
            all.push(Said { text: bare.to_owned(), speaker: None, listed: true });
            continue;
        }
        listing = false;
        let (who, rest) = turn(bare);
        if who.is_some() {
            speaker = who;
        } else if mark != Mark::None {
            speaker = None;
        }
        all.extend(sentences(rest).into_iter().map(|text| Said { text, speaker: speaker.clone(), listed: false }));
    }
    all
}

/// Lines without what players of captions need; a caption that goes on is put together again.
fn lines(text: &str) -> Vec<String> {
    let captions = text.contains("-->");
    let mut lines: Vec<String> = Vec::new();
    let mut voice: Option<String> = None;
    for line in text.lines().map(str::trim) {
        if !captions {
            lines.push(line.to_owned());
            continue;
        }
        let of_the_player = line.is_empty()
            || line.starts_with("WEBVTT")
            || line.starts_with("NOTE")
            || line.contains("-->")
            || line.chars().all(|c| c.is_ascii_digit());
        if of_the_player {
            continue;
        }
        let (who, words) = caption(line);
        let goes_on = who.is_none() || who == voice;
        voice = who.or(voice);
        match lines.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.push(' ');
                last.push_str(&words);
            }
            None => lines.push(voice.as_ref().map_or_else(|| words.clone(), |voice| format!("{voice}: {words}"))),
        }
    }
    lines
}

/// `<v Anna Berg>Hello</v>` as who and what; also `Anna Berg: Hello`.
fn caption(line: &str) -> (Option<String>, String) {
    if let Some((who, words)) = line.strip_prefix("<v ").and_then(|rest| rest.split_once('>')) {
        return (Some(who.trim().to_owned()), words.replace("</v>", "").trim().to_owned());
    }
    let (who, rest) = turn(line);
    (who, rest.to_owned())
}

/// By what a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    None,
    Bullet,
    Heading,
    Box,
    Done,
}

/// A line without its mark.
fn unmarked(line: &str) -> (&str, Mark) {
    let line = line.trim();
    if line.starts_with('#') {
        return (line.trim_start_matches('#').trim(), Mark::Heading);
    }
    let bullet =
        line.strip_prefix(['-', '*', '•', '·', '–', '○', '▪']).filter(|rest| rest.starts_with([' ', '\t', '[']));
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        (rest.len() < line.len() && line.len() - rest.len() <= 2).then_some(rest)?.strip_prefix(['.', ')'])
    };
    let Some(rest) = bullet.or_else(numbered) else {
        return boxed(line, Mark::None);
    };
    boxed(rest.trim(), Mark::Bullet)
}

fn boxed(line: &str, otherwise: Mark) -> (&str, Mark) {
    for (sign, mark) in [
        ("[ ]", Mark::Box),
        ("[]", Mark::Box),
        ("☐", Mark::Box),
        ("[x]", Mark::Done),
        ("[X]", Mark::Done),
        ("☑", Mark::Done),
    ] {
        if let Some(rest) = line.strip_prefix(sign) {
            return (rest.trim(), mark);
        }
    }
    (line, otherwise)
}

/// The words of a heading, in lower case; none of what is no heading.
fn heading(line: &str, mark: Mark) -> Option<String> {
    let bare = line.trim_matches(['*', '_', ' ']);
    let words = bare.trim_end_matches(':').trim().trim_matches(['*', '_']).trim().to_lowercase();
    let known = HEADINGS.contains(&words.as_str()) || OTHER_HEADINGS.contains(&words.as_str());
    let looks = mark == Mark::Heading || (bare.ends_with(':') && words.split(' ').count() <= 4);
    (looks || (known && mark == Mark::None)).then_some(words)
}

/// Who begins to speak, and what they say.
fn turn(line: &str) -> (Option<String>, &str) {
    // [00:12] or (00:12:03) before it.
    let line = match line.strip_prefix(['[', '(']).and_then(|rest| rest.split_once([']', ')'])) {
        Some((time, rest)) if is_time(time) => rest.trim(),
        _ => line,
    };
    let Some((before, rest)) = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, ""))) else {
        return (None, line);
    };
    let name = before.split(['(', '[']).next().unwrap_or(before).trim().trim_matches(['*', '_']).trim();
    if is_name(name) && !OTHER_HEADINGS.contains(&name.to_lowercase().as_str()) {
        return (Some(name.to_owned()), rest.trim_start_matches(['*', '_']).trim());
    }
    (None, line)
}

fn is_time(text: &str) -> bool {
    text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ' '))
}

/// One to four words with capitals, none of which begins sentences.
pub fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..=4).contains(&words.len())
        && text.len() <= 50
        && words.iter().all(|word| {
            word.chars().next().is_some_and(char::is_uppercase) || matches!(*word, "von" | "van" | "de" | "der" | "del")
        })
        && words.iter().all(|word| !NO_NAMES.contains(&word.to_lowercase().as_str()))
        && !HEADINGS.contains(&text.to_lowercase().as_str())
        && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '’'))
}

/// A text cut into sentences. A point after a short word, a number or an initial ends none.
fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut begin, mut chars) = (0, text.char_indices().peekable());
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '!' | '?' | ';' => true,
            '.' => {
                let word = text.get(begin..at).unwrap_or_default().rsplit([' ', '(']).next().unwrap_or_default();
                let short = matches!(
                    word.to_lowercase().as_str(),
                    "mr" | "mrs"
                        | "ms"
                        | "dr"
                        | "e.g"
                        | "i.e"
                        | "etc"
                        | "no"
                        | "vs"
                        | "approx"
                        | "inc"
                        | "co"
                        | "ltd"
                        | "st"
                        | "z.b"
                );
                let before = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
                before && !short && !(word.len() == 1 && word.chars().all(char::is_uppercase))
            }
            _ => false,
        };
        if ends {
            let end = at + c.len_utf8();
            push(&mut found, text.get(begin..end));
            begin = end;
        }
    }
    push(&mut found, text.get(begin..));
    found
}

fn push(found: &mut Vec<String>, piece: Option<&str>) {
    let piece = piece.unwrap_or_default().trim();
    if piece.chars().any(char::is_alphabetic) {
        found.push(piece.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        said(text)
            .into_iter()
            .map(|s| {
                format!(
                    "{}{}{}",
                    if s.listed { "* " } else { "" },
                    s.speaker.map_or(String::new(), |who| format!("{who}: ")),
                    s.text
                )
            })
            .collect()
    }

    #[test]
    fn captions_are_put_together_by_who_speaks() {
        let vtt = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n<v Anna Berg>I will send\n\n2\n00:00:03.000 --> 00:00:05.000\n<v Anna Berg>the offer. Thanks.\n\n00:00:06.000 --> 00:00:07.000\n<v Ben Cole>Good.</v>\n";
        assert_eq!(told(vtt), ["Anna Berg: I will send the offer.", "Anna Berg: Thanks.", "Ben Cole: Good."]);
    }

    #[test]
    fn notes_have_headings_bullets_and_boxes() {
        let notes = "# Call with Isdom\nAttendees: Anna, Ben\n\nThey like it.\n\n**Next steps:**\n- Anna: send the offer by Friday\n2) Ben to book a demo\n\nDecisions:\n- Go on\n- [ ] Ask legal\n- [x] Sign NDA\n";
        assert_eq!(
            told(notes),
            [
                "Attendees: Anna, Ben",
                "They like it.",
                "* Anna: send the offer by Friday",
                "* Ben to book a demo",
                "Go on",
                "* Ask legal"
            ]
        );
    }

    #[test]
    fn turns_may_have_a_time() {
        assert_eq!(
            told("[00:12] Anna Berg: Hello. See you.\nBen (00:14): I'll call Mr. Smith."),
            ["Anna Berg: Hello.", "Anna Berg: See you.", "Ben: I'll call Mr. Smith."]
        );
    }
}
