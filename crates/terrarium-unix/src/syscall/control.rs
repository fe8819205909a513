//! The process itself: its end, identity, logging, and the programs that it may run.

use super::import::{Import, call, preview1, syscall, wasi};
use super::{Args, Process, Stop};
use crate::abi::Errno;
use crate::fd::{Description, StandardStream};
use crate::memory::GuestMemory;

/// Most bytes of a text that the guest passes for display.
const TEXT_BOUND: u32 = 4096;

/// Most random bytes of one call. Nothing can interrupt the call, and this many take a good tenth of a second.
const RANDOM_BOUND: u32 = 64 << 20;

pub(super) const IMPORTS: &[Import] = &[
    wasi("environ_get", "ii->i").noted("the variables that the embedder sets; none of the host's"),
    wasi("environ_sizes_get", "ii->i").noted("the variables that the embedder sets; none of the host's"),
    preview1("random_get", "ii->i", random_get).noted(
        "served by terrarium, because a seeded generator also serves the devices; more than 64 MiB fail with EINVAL",
    ),
    call("proc_exit", "i->", exit).of_preview1().noted("ends the run with the status"),
    call("exit", "i->", exit).noted("ends the run with the status"),
    call("_abort_js", "->", abort).noted("ends the run"),
    call("__assert_fail", "iiii->", assert_fail).noted("ends the run with the assertion's text"),
    syscall("__syscall_getuid32_js", "->i", getuid),
    syscall("__syscall_umask_js", "i->i", umask),
    call("_emscripten_get_progname", "ii->", progname),
    syscall("_emscripten_system", "i->i", system).refused("ENOSYS: there is no other program to run"),
    call("emscripten_log_impl_js", "i->", log).noted("the text goes to standard error"),
    call("_emscripten_log_formatted", "ii->", log_formatted).noted("the text goes to standard error"),
];

/// `(void *buffer, size_t length)`, straight into guest memory.
fn random_get(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    let length = args.u32(1);
    if length > RANDOM_BOUND {
        return Err(Errno::EINVAL);
    }
    process.entropy.fill(memory.slice_mut(args.ptr(0), length)?)
}

fn exit(_: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    Err(Stop::Exit(args.i32(0)))
}

fn abort(_: &mut Process, _: &mut GuestMemory<'_>, _: Args<'_>) -> Result<u64, Stop> {
    Err(Stop::Abort("abort() was called".to_owned()))
}

/// `(const char *condition, const char *file, int line, const char *function)`.
fn assert_fail(_: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    let [condition, file, function] = [0, 1, 3].map(|index| text(memory, args.ptr(index)));
    let line = args.i32(2);
    Err(Stop::Abort(format!("assertion failed: {condition}, at {file}:{line}, in {function}")))
}

fn getuid(process: &mut Process, _: &mut GuestMemory<'_>, _: Args<'_>) -> Result<i32, Errno> {
    Ok(process.credentials.uid.cast_signed())
}

fn umask(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let previous = std::mem::replace(&mut process.umask, args.u32(0) & 0o777);
    Ok(previous.cast_signed())
}

/// `(char *buffer, int size)`: truncated to the size, with a final NUL.
fn progname(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    let size = usize::try_from(args.i32(1)).unwrap_or(0);
    if let Some(most) = size.checked_sub(1) {
        let mut name = process.program_name.as_bytes().to_vec();
        name.truncate(most);
        name.push(0);
        // The call has no result that could report a bad address; then the buffer stays as it was.
        let _: Result<(), Errno> = memory.write(args.ptr(0), &name);
    }
    Ok(0)
}

/// `(const char *command)`: NULL asks whether there is a shell.
fn system(_: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    if args.ptr(0) == 0 { Ok(0) } else { Err(Errno::ENOSYS) }
}

fn log(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    say(process, memory, args.ptr(0));
    Ok(0)
}

/// `(int flags, const char *text)`.
fn log_formatted(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    say(process, memory, args.ptr(1));
    Ok(0)
}

fn say(process: &mut Process, memory: &GuestMemory<'_>, address: u32) {
    let mut line = text(memory, address);
    line.push('\n');
    // Standard error accepts every write.
    let _: Result<usize, Errno> = StandardStream::Error.write(&mut process.resources(), line.as_bytes());
}

/// Returns a text of the guest, as far as it can be read.
fn text(memory: &GuestMemory<'_>, address: u32) -> String {
    String::from_utf8_lossy(memory.c_str_prefix(address, TEXT_BOUND)).into_owned()
}
