//! Sockets and names: the network is disabled by policy.
//!
//! `socket` fails with EACCES, which Python shows as `PermissionError`. There is never a socket, and the calls that
//! take one report that for every descriptor. Name look-ups fail with `EAI_FAIL`, which Python shows as
//! `socket.gaierror`.

use super::import::{Import, call, null, syscall};
use super::{Args, Process, Stop};
use crate::abi::Errno;
use crate::memory::GuestMemory;

const DISABLED: &str = "EACCES: the network is disabled by policy";
const NO_SOCKET: &str =
    "ENOTSOCK (EBADF for what is not open): the network is disabled by policy, so nothing is a socket";
const NO_NAMES: &str = "EAI_FAIL: the network is disabled by policy";

/// "Non-recoverable failure in name resolution".
const EAI_FAIL: i32 = -4;

pub(super) const IMPORTS: &[Import] = &[
    syscall("__syscall_socket", "iiiiii->i", socket).refused(DISABLED),
    syscall("__syscall_accept4", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_bind", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_connect", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_getpeername", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_getsockname", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_getsockopt", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_listen", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_recvfrom", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_recvmsg", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_sendmsg", "iiiiii->i", on_socket).refused(NO_SOCKET),
    syscall("__syscall_sendto", "iiiiii->i", on_socket).refused(NO_SOCKET),
    call("getaddrinfo", "iiii->i", no_address).refused(NO_NAMES),
    call("getnameinfo", "iiiiiii->i", no_address).refused(NO_NAMES),
    null("getprotobyname", "i->i", "NULL: no protocol is known").refused("NULL: no protocol is known"),
    null("_emscripten_lookup_name", "i->i", "")
        .refused("the call cannot report a failure: `gethostbyname_ex` returns the unusable address 0.0.0.0"),
];

fn socket(_: &mut Process, _: &mut GuestMemory<'_>, _: Args<'_>) -> Result<i32, Errno> {
    Err(Errno::EACCES)
}

fn on_socket(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    process.fds.get(args.i32(0))?;
    Err(Errno::ENOTSOCK)
}

fn no_address(_: &mut Process, _: &mut GuestMemory<'_>, _: Args<'_>) -> Result<u64, Stop> {
    Ok(u64::from(EAI_FAIL.cast_unsigned()))
}
