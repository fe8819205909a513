//! Tests of the end of the process, and of what is refused to it.

use super::Guest;
use crate::abi::Errno;
use crate::syscall::Stop;

#[test]
fn exits_and_aborts_end_the_run() {
    let mut guest = Guest::new();
    assert_eq!(guest.raw("exit", &[3]), Err(Stop::Exit(3)));
    assert_eq!(guest.raw("proc_exit", &[-1]), Err(Stop::Exit(-1)));
    assert_eq!(guest.raw("_abort_js", &[]), Err(Stop::Abort("abort() was called".to_owned())));
    let (condition, file) = (guest.text("x > 0"), guest.text("a.c"));
    let stop = guest.raw("__assert_fail", &[condition, file, 7, 0xffff_fff0]).unwrap_err();
    assert_eq!(stop.to_string(), "the guest aborted: assertion failed: x > 0, at a.c:7, in ");
}

#[test]
fn no_other_program_can_be_run() {
    let mut guest = Guest::new();
    let command = guest.text("ls");
    assert_eq!(guest.sys("_emscripten_system", &[command]), Err(Errno::ENOSYS));
    assert_eq!(guest.sys("_emscripten_system", &[0]), Ok(0), "there is no shell");
}

#[test]
fn the_bridge_to_javascript_ends_the_run_by_name() {
    let mut guest = Guest::new();
    let stop = guest.raw("JsvArray_New", &[]).unwrap_err();
    assert!(matches!(stop, Stop::Unsupported { import: "JsvArray_New", .. }));
    assert!(stop.to_string().starts_with("the import `JsvArray_New` is not supported: "), "{stop}");
    assert_eq!(guest.raw("_maybe_poll_async", &[0, 0, 0]), Ok(0));
    assert_eq!(guest.raw("_try_fcntl64", &[0, 0, 0, 0]), Ok(0));
}

#[test]
fn the_process_knows_who_it_is() {
    let mut guest = Guest::new();
    assert_eq!(guest.sys("__syscall_getuid32_js", &[]), Ok(1000));
    let buffer = guest.bytes(&[b'#'; 8]);
    guest.raw("_emscripten_get_progname", &[buffer, 5]).unwrap();
    assert_eq!(guest.slice(buffer, 8), b"pyth\0###");
    guest.raw("_emscripten_get_progname", &[buffer, 0]).unwrap();
    guest.raw("_emscripten_get_progname", &[0xffff_ffff, 100]).unwrap();
    assert_eq!(guest.slice(buffer, 8), b"pyth\0###");
}

#[test]
fn what_c_code_logs_goes_to_standard_error() {
    let mut guest = Guest::new();
    let text = guest.text("careful");
    guest.raw("_emscripten_log_formatted", &[0, text]).unwrap();
    guest.raw("emscripten_log_impl_js", &[text]).unwrap();
    assert_eq!(guest.process.streams.error.bytes(), b"careful\ncareful\n");
}

#[test]
fn random_bytes_fill_exactly_what_was_asked_for() {
    let mut guest = Guest::new();
    let buffer = guest.space(72);
    guest.wasi("random_get", &[buffer, 64]).unwrap();
    assert!(guest.slice(buffer, 64).iter().any(|&byte| byte != 0));
    assert_eq!(guest.slice(buffer + 64, 8), [0; 8]);
    assert_eq!(guest.wasi("random_get", &[buffer, 1 << 20]), Err(Errno::EFAULT));
    assert_eq!(guest.wasi("random_get", &[0, -1]), Err(Errno::EINVAL));
}
