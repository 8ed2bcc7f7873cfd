//! Server-sent events out of a stream of bytes: only the `data:` lines, which is all that chat streams use.

/// Longest line that is believed.
const MAX_LINE: usize = 1 << 20;

/// Collects bytes and gives out the data of each complete line.
#[derive(Debug, Default)]
pub struct Lines {
    pending: Vec<u8>,
}

/// A line that is longer than any server sends.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

impl Lines {
    /// Adds bytes; answers the data lines that they complete. Comments, other fields and blank lines are left out.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, TooLong> {
        self.pending.extend_from_slice(bytes);
        let mut found = Vec::new();
        while let Some(end) = self.pending.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            if let Some(data) = line.trim_end_matches(['\r', '\n']).strip_prefix("data:") {
                found.push(data.trim_start().to_owned());
            }
        }
        if self.pending.len() > MAX_LINE { Err(TooLong) } else { Ok(found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_may_arrive_in_any_pieces() {
        let whole = ": hello\r\ndata: {\"a\":1}\r\n\r\nevent: x\ndata: ü\n\ndata:[DONE]\n".as_bytes();
        for size in 1..whole.len() {
            let mut lines = Lines::default();
            let found: Vec<String> = whole.chunks(size).flat_map(|chunk| lines.push(chunk).unwrap()).collect();
            assert_eq!(found, ["{\"a\":1}", "ü", "[DONE]"], "in pieces of {size}");
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut lines = Lines::default();
        assert!((0..40).any(|_| lines.push(&[b'x'; 1 << 16]).is_err()));
    }
}
