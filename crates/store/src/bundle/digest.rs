//! SHA-256 of files, read in pieces.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};

const PIECE: usize = 1 << 20;

/// The SHA-256 of a file, lower-case hex. Blocking.
pub(super) fn of_file(path: &Path) -> io::Result<String> {
    let mut hash = Context::new(&SHA256);
    copy(&mut File::open(path)?, &mut io::sink(), &mut hash)?;
    Ok(finish(hash))
}

/// Appends `from` to `to`, feeding the hash with what passes. Blocking.
pub(super) fn copy(from: &mut impl Read, to: &mut impl Write, hash: &mut Context) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = piece.get(..read).unwrap_or_default();
        hash.update(bytes);
        to.write_all(bytes)?;
    }
}

pub(super) fn finish(hash: Context) -> String {
    hex::encode(hash.finish())
}
