//! What a mail server sends back when it could not deliver a letter of ours (RFC 3464).

use uuid::Uuid;

/// What of a message is looked at: reports are short, and what they send back may be long.
const MOST: usize = 256 * 1024;

/// The letter that a report says could not be delivered for good, by its Message-ID; none when this is no such report.
pub(super) fn failed(raw: &[u8]) -> Option<Uuid> {
    let text = String::from_utf8_lossy(raw.get(..MOST).unwrap_or(raw)).replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n")?;
    let head = head.to_ascii_lowercase();
    if !head.contains("multipart/report") || !head.contains("delivery-status") {
        return None;
    }
    let says = |field: &str, begins: &str| {
        body.lines().any(|line| {
            let said = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case(field));
            said.is_some_and(|(_, value)| value.trim_start().to_ascii_lowercase().starts_with(begins))
        })
    };
    if !says("action", "failed") || !says("status", "5.") {
        return None;
    }
    // Of what was sent back, or of its head alone.
    let mut ids = body.lines().filter_map(|line| {
        let (_, value) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("message-id"))?;
        value.trim().strip_prefix('<')?.split_once('@')?.0.parse().ok()
    });
    ids.next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
        --b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n\
        Final-Recipient: rfc822; ada@acme.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
        Subject: Hello\r\nMessage-ID: <01920000-0000-7000-8000-000000000001@acme.test>\r\n--b--\r\n";

    #[test]
    fn a_report_of_failure_names_the_letter() {
        assert_eq!(failed(REPORT.as_bytes()), "01920000-0000-7000-8000-000000000001".parse().ok());
        // One that says that it will be tried again, and letters that only quote one.
        assert_eq!(failed(REPORT.replace("Action: failed", "Action: delayed").as_bytes()), None);
        assert_eq!(failed(REPORT.replace("5.1.1", "4.2.2").as_bytes()), None);
        assert_eq!(failed(REPORT.replace("multipart/report", "multipart/mixed").as_bytes()), None);
        for odd in [b"".as_slice(), b"\r\n\r\n", b"\xff\xfe\r\n\r\nx"] {
            assert_eq!(failed(odd), None);
        }
    }
}
