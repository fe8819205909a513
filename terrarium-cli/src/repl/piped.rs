//! Blocks from the standard input, as `python -i` takes them: each runs as soon as it is complete.

use std::io::{self, BufRead, Read as _, Write as _};

use terrarium_core::Completeness;

use super::{
    console::{Console, Ended},
    prompt,
};
use crate::{exit::Failure, exit::INTERRUPTED, units::Size};

/// Runs all blocks. A block that fails does not keep the next ones from running; one that leaves ends the program with
/// its exit code. With `asks`, a person can be prompted for the next line.
///
/// # Errors
/// [`Failure`] as for [`Console::run`], and for input that is not text.
pub(super) fn run(mut console: Console, asks: bool) -> Result<i32, Failure> {
    let mut block = String::new();
    let mut last = Ended::Here;
    loop {
        if asks {
            let text = if block.is_empty() { prompt::FIRST } else { prompt::NEXT };
            // If the prompt cannot be written, input may still come.
            drop(write!(io::stderr(), "{text}"));
        }
        // Code that a block runs may read lines, too.
        let more = read_line(&mut io::stdin().lock(), &mut block, console.code_bytes())?;
        if more && !is_complete(&console, &block) {
            continue;
        }
        let code = std::mem::take(&mut block);
        if !code.trim().is_empty() {
            last = console.run(code.trim_end())?;
        }
        match last {
            Ended::Interrupted if !asks => return Ok(INTERRUPTED),
            Ended::Left(code) => return Ok(code),
            _ if !more => return Ok(0),
            _ => {}
        }
    }
}

/// Adds a line to the block; returns `false` after the last line.
fn read_line(lines: &mut impl BufRead, block: &mut String, limit: u64) -> Result<bool, Failure> {
    let room = limit.saturating_sub(block.len() as u64);
    let read = lines.take(room.saturating_add(1)).read_line(block);
    let read = read.map_err(|error| Failure::Usage(format!("cannot read the standard input: {error}")))?;
    if block.len() as u64 > limit {
        return Err(Failure::Usage(format!("a block is larger than {}: raise --code-bytes", Size(limit))));
    }
    Ok(read > 0)
}

fn is_complete(console: &Console, block: &str) -> bool {
    // The newline of the last line does not count as an empty line.
    let block = block.strip_suffix('\n').unwrap_or(block);
    let block = block.strip_suffix('\r').unwrap_or(block);
    // A block that cannot be checked runs, and its failure shows the reason.
    !matches!(console.session().lock().check(block), Ok(Completeness::Incomplete))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_up_to_the_limit() {
        let mut lines = io::Cursor::new("ab\ncdef\n");
        let mut block = String::new();
        assert!(read_line(&mut lines, &mut block, 5).unwrap());
        assert_eq!(block, "ab\n");
        assert!(matches!(read_line(&mut lines, &mut block, 5), Err(Failure::Usage(_))));
    }

    #[test]
    fn the_last_line_needs_no_end() {
        let mut lines = io::Cursor::new("ab");
        let mut block = String::new();
        assert!(read_line(&mut lines, &mut block, 5).unwrap());
        assert!(!read_line(&mut lines, &mut block, 5).unwrap());
        assert_eq!(block, "ab");
    }

    #[test]
    fn what_is_not_text_is_refused() {
        let mut lines = io::Cursor::new(b"\xff\n");
        assert!(matches!(read_line(&mut lines, &mut String::new(), 5), Err(Failure::Usage(_))));
    }
}
