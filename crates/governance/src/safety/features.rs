//! What the models see of a text: its words and pairs of neighbouring words, hashed into a table.

/// Places in the table; a power of two.
pub const SIZE: usize = 1 << 15;

/// The places of a text's features, each once, in order.
#[must_use]
pub fn features(text: &str) -> Vec<usize> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).take(400).collect();
    let mut found = Vec::with_capacity(words.len() * 3 + 8);
    for word in &words {
        found.push(place(&["w", word]));
    }
    for pair in words.windows(2) {
        if let [first, second] = pair {
            found.push(place(&["p", first, second]));
        }
    }
    for (i, three) in words.windows(3).enumerate() {
        if let ([first, _, third], true) = (three, i < 200) {
            found.push(place(&["s", first, third]));
        }
    }
    if let Some(first) = words.first() {
        found.push(place(&["f", first]));
    }
    // What words do not show: shouting, lines of signs, code.
    let (mut upper, mut signs, mut letters) = (0_usize, 0_usize, 0_usize);
    for c in text.chars() {
        upper += usize::from(c.is_uppercase());
        letters += usize::from(c.is_alphabetic());
        signs +=
            usize::from(!c.is_alphanumeric() && !c.is_whitespace() && !matches!(c, '.' | ',' | '\'' | '-' | '?' | '!'));
    }
    if letters > 0 && upper * 3 > letters {
        found.push(place(&["shouts"]));
    }
    if signs * 6 > letters {
        found.push(place(&["signs"]));
    }
    if text.contains('?') {
        found.push(place(&["asks"]));
    }
    found.push(place(&["length", length(words.len())]));
    found.sort_unstable();
    found.dedup();
    found
}

const fn length(words: usize) -> &'static str {
    match words {
        0..=3 => "few",
        4..=10 => "some",
        11..=30 => "many",
        _ => "long",
    }
}

/// FNV-1a over the parts, folded to the table.
fn place(parts: &[&str]) -> usize {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain(std::iter::once(0xff)) {
            hash ^= u64::from(byte);
            hash = hash.wrapping_mul(0x0100_0000_01b3);
        }
    }
    // Its lowest bits, as many as the table needs.
    usize::try_from((hash ^ (hash >> 32)) & 0xffff_ffff).unwrap_or_default() % SIZE
}
