//! Mapped files: their content is among the results, whatever ends the run.

use std::time::{Duration, SystemTime};

use terrarium_core::{ExecuteOptions, Image, ImageOptions, Sandbox, Status};
use terrarium_tests::{options, run, run_in, session};

use crate::support::success;

/// Maps a file of ten bytes, closes its descriptor, gives the number to another file and writes to the memory.
const WRITES: &str = "
import mmap
with open('mapped.bin', 'w+b') as file:
    file.truncate(10)
    mapped = mmap.mmap(file.fileno(), 10)
other = open('other.bin', 'w+b')
mapped[:4] = b'kept'
";
const KEPT: &[u8] = b"kept\0\0\0\0\0\0";

#[test]
fn what_was_written_to_a_mapping_is_in_the_file_after_the_run() {
    let result = run(WRITES);
    assert_eq!(*success(&result).output_files["mapped.bin"], *KEPT);
    assert_eq!(*result.output_files["other.bin"], *b"");
}

#[test]
fn it_is_there_after_an_error_an_exit_and_a_deadline_too() {
    for (end, status) in [
        ("1 / 0", Status::Error),
        ("import os; os._exit(0)", Status::Success),
        ("import os; os.abort()", Status::Crashed),
        ("while True: pass", Status::Timeout),
        ("import re; re.match('(a*)*b', 'a' * 60)", Status::Timeout),
    ] {
        let result = run_in(options().timeout(Duration::from_millis(500)), &format!("{WRITES}\n{end}"));
        assert_eq!(result.status, status, "{end}: {:?}", result.error);
        assert_eq!(*result.output_files["mapped.bin"], *KEPT, "{end}");
    }
}

#[test]
fn a_session_keeps_its_mappings_and_sees_new_files_through_them() {
    let mut session = session();
    let result = session.execute(WRITES).unwrap();
    assert_eq!(*success(&result).output_files["mapped.bin"], *KEPT);
    let result = session.execute("mapped[4] = ord('!'); len(mapped)").unwrap();
    assert_eq!(*success(&result).output_files["mapped.bin"], *b"kept!\0\0\0\0\0", "only this run has changed it");
    assert!(session.execute("mapped[:5]").unwrap().output_files.is_empty());
    let options = ExecuteOptions::new().file("mapped.bin", &b"from host!"[..]);
    let result = session.execute_with("(mapped[:4], open('mapped.bin', 'rb').read())", options).unwrap();
    let shown = success(&result).final_repr.as_deref();
    assert!(matches!(shown, Some("(b'from', b'from host!')" | "(b'kept', b'from host!')")), "{shown:?}");
}

#[test]
fn an_image_keeps_mapped_files() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let prepare = format!(
        "import builtins\n{WRITES}\nother.close()\nbuiltins.kept = mapped\nbuiltins.nothing = mmap.mmap(-1, 100)\n# {}",
        now.as_nanos()
    );
    let image = Image::build(ImageOptions::new().prepare(prepare)).unwrap();
    let sandbox = Sandbox::on_image(image.clone(), options()).unwrap();
    for _ in 0..2 {
        let code = "kept[5] = ord('x')\n(kept[:6], open('mapped.bin', 'rb').read(), nothing[:3])";
        let result = sandbox.execute(code).unwrap();
        let expected = "(b'kept\\x00x', b'kept\\x00x\\x00\\x00\\x00\\x00', b'\\x00\\x00\\x00')";
        assert_eq!(success(&result).final_repr.as_deref(), Some(expected));
        assert_eq!(*result.output_files["mapped.bin"], *b"kept\0x\0\0\0\0");
    }
    let result = sandbox.execute("kept.close(); nothing.close(); open('mapped.bin', 'rb').read(4)").unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("b'kept'"));
    drop(std::fs::remove_file(&image.info().path));
}

#[test]
fn mappings_are_bounded_by_the_memory_alone() {
    let code = "
import mmap
with open('a', 'wb') as file: file.truncate(1 << 20)
held, file = [], open('a', 'r+b')
try:
    for index in range(100_000):
        held.append(mmap.mmap(file.fileno(), 65536, offset=index % 16 * 65536, access=mmap.ACCESS_COPY, trackfd=False))
except OSError as error:
    print(error.strerror, len(held) > 100)
del held
mmap.mmap(file.fileno(), 0).close()
print('after')
";
    let result = run_in(options().memory(96 << 20).timeout(Duration::from_secs(60)), code);
    assert_eq!(success(&result).stdout, "Out of memory True\nafter\n");
}
