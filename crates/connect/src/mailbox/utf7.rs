//! Folder names as IMAP writes them, in its own kind of UTF-7 (RFC 3501, 5.1.3), as a person reads them.

/// The name in Unicode; as it is, when it is not what it says to be.
#[must_use]
pub fn decode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((coded, behind)) = after.split_once('-') else { return name.to_owned() };
        if coded.is_empty() {
            out.push('&');
        } else {
            let Some(text) = utf16(coded) else { return name.to_owned() };
            out.push_str(&text);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Base64, with a comma in the slash's place, of UTF-16.
fn utf16(coded: &str) -> Option<String> {
    let mut units = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in coded.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 16 {
            bits -= 16;
            units.push(u16::try_from((held >> bits) & 0xffff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        for (coded, plain) in [
            ("INBOX", "INBOX"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("A&-B", "A&B"),
            ("&U,BTFw-", "台北"),
            ("broken &", "broken &"),
            ("broken &!-", "broken &!-"),
        ] {
            assert_eq!(decode(coded), plain);
        }
    }
}
