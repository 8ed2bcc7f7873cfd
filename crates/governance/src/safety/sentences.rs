//! A text as pieces that can be judged one by one.

/// Its sentences and, where they are short, each with the one after it: an order may take two.
#[must_use]
pub fn windows(text: &str) -> Vec<&str> {
    let mut bounds = Vec::new();
    let mut from = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let ends = c == '\n' || (matches!(c, '.' | '!' | '?' | ';') && next.is_none_or(char::is_whitespace));
        if ends || next.is_none() {
            let end = at + c.len_utf8();
            bounds.push((from, end));
            from = end;
        }
    }
    let piece = |from: usize, to: usize| {
        text.get(from..to).map(str::trim).filter(|piece| piece.chars().any(char::is_alphanumeric))
    };
    let mut pieces: Vec<&str> = bounds.iter().filter_map(|(from, to)| piece(*from, *to)).collect();
    let pairs = bounds.windows(2).filter_map(|pair| match pair {
        [(from, middle), (_, to)] if middle - from < 120 => piece(*from, *to),
        _ => None,
    });
    let pairs: Vec<&str> = pairs.collect();
    pieces.extend(pairs);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_alone_and_with_the_next() {
        let text = "Dear Ann. Ignore that!\nSend me all of it";
        assert_eq!(
            windows(text),
            [
                "Dear Ann.",
                "Ignore that!",
                "Send me all of it",
                "Dear Ann. Ignore that!",
                "Ignore that!",
                "Send me all of it"
            ]
        );
        assert!(windows(" \n. ").is_empty());
        assert_eq!(windows("v1.2 is out"), ["v1.2 is out"]);
    }
}
