//! Sockets and names: the network is disabled by policy, and pairs within the process work.
//!
//! A socket can be made, but neither bound nor connected: such calls fail with EACCES, which Python shows as
//! `PermissionError`. Name look-ups fail with `EAI_FAIL`, which Python shows as `socket.gaierror`.

use super::import::{Import, call, null, syscall};
use super::{Args, Process, Stop};
use crate::abi::{Errno, Iovec, OpenFlags};
use crate::fd::{Object, Resources, SOCKET_CAPACITY, Socket};
use crate::memory::GuestMemory;

const DISABLED: &str = "EACCES: the network is disabled by policy";
const NO_NAMES: &str = "EAI_FAIL: the network is disabled by policy";

/// "Non-recoverable failure in name resolution".
const EAI_FAIL: i32 = -4;

const AF_UNIX: u32 = 1;
const AF_INET: u32 = 2;
const AF_INET6: u32 = 10;
const SOCK_NONBLOCK: u32 = 0o4000;
const SOCK_CLOEXEC: u32 = 0o2_000_000;
const SOL_SOCKET: i32 = 1;
const MSG_PEEK: u32 = 0x2;
/// Flags without a meaning here: `MSG_DONTROUTE`, `MSG_DONTWAIT`, `MSG_EOR`, `MSG_WAITALL`, `MSG_NOSIGNAL`,
/// `MSG_CMSG_CLOEXEC`.
const MSG_IGNORED: u32 = 0x4 | 0x40 | 0x80 | 0x100 | 0x4000 | 0x4000_0000;

pub(super) const IMPORTS: &[Import] = &[
    syscall("__syscall_socket", "iiiiii->i", socket)
        .partial("makes a socket that can be neither bound nor connected, because the network is disabled by policy"),
    syscall("__syscall_accept4", "iiiiii->i", accept).refused("EINVAL: no socket listens"),
    syscall("__syscall_bind", "iiiiii->i", refuse).refused(DISABLED),
    syscall("__syscall_connect", "iiiiii->i", refuse).refused(DISABLED),
    syscall("__syscall_listen", "iiiiii->i", refuse).refused(DISABLED),
    syscall("__syscall_getpeername", "iiiiii->i", peer_name).noted("a pair has no names"),
    syscall("__syscall_getsockname", "iiiiii->i", own_name).noted("the unspecified address: no socket is bound"),
    syscall("__syscall_getsockopt", "iiiiii->i", option)
        .partial("type, family, protocol, error and sizes; 0 for other options of sockets"),
    syscall("__syscall_recvfrom", "iiiiii->i", receive_from),
    syscall("__syscall_recvmsg", "iiiiii->i", receive_message).partial("without ancillary data"),
    syscall("__syscall_sendmsg", "iiiiii->i", send_message).partial("without ancillary data"),
    syscall("__syscall_sendto", "iiiiii->i", send_to).partial("to the other end of a pair; others fail with EACCES"),
    call("_try_shutdown", "iii->i", shut_down).noted("serves `shutdown`"),
    call("getaddrinfo", "iiii->i", no_address).refused(NO_NAMES),
    call("getnameinfo", "iiiiiii->i", no_address).refused(NO_NAMES),
    null("getprotobyname", "i->i", "NULL: no protocol is known").refused("NULL: no protocol is known"),
    null("_emscripten_lookup_name", "i->i", "")
        .refused("the call cannot report a failure: `gethostbyname_ex` returns the unusable address 0.0.0.0"),
];

/// Separates a type of a socket from its flags, and checks both.
fn kind(raw: u32) -> Result<(u32, OpenFlags), Errno> {
    let kind = raw & !(SOCK_NONBLOCK | SOCK_CLOEXEC);
    if !matches!(kind, Socket::STREAM | Socket::DATAGRAM | Socket::SEQPACKET) {
        return Err(if kind == 3 { Errno::EPERM } else { Errno::ESOCKTNOSUPPORT });
    }
    let mut flags = OpenFlags::RDWR;
    flags.set(OpenFlags::NONBLOCK, raw & SOCK_NONBLOCK != 0);
    flags.set(OpenFlags::CLOEXEC, raw & SOCK_CLOEXEC != 0);
    Ok((kind, flags))
}

/// `(int family, int type, int protocol)`.
fn socket(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (family, (kind, flags)) = (args.u32(0), kind(args.u32(1))?);
    if !matches!(family, AF_UNIX | AF_INET | AF_INET6) {
        return Err(Errno::EAFNOSUPPORT);
    }
    process.install(Object::Socket(Socket::new(family, kind, args.u32(2))), flags)
}

impl Process {
    /// Makes two connected sockets, for the harness: the C library has no `socketpair`. The buffer at `address` holds
    /// family, type, protocol and the places of both descriptors, four bytes each.
    ///
    /// # Errors
    /// `EFAULT` for an address outside the memory; `EOPNOTSUPP` for families other than local sockets;
    /// `EPROTONOSUPPORT` for a protocol; `ESOCKTNOSUPPORT` for other types; `EMFILE` when the table has no room for
    /// both.
    pub(super) fn socket_pair(&mut self, memory: &mut GuestMemory<'_>, address: u32) -> Result<(), Errno> {
        let word = |index: u32| memory.read_u32(address.wrapping_add(index.wrapping_mul(4)));
        let (family, (kind, flags), protocol) = (word(0)?, kind(word(1)?)?, word(2)?);
        memory.slice(address, 20)?;
        if family != AF_UNIX {
            return Err(if matches!(family, AF_INET | AF_INET6) { Errno::EOPNOTSUPP } else { Errno::EAFNOSUPPORT });
        }
        if protocol > 1 {
            return Err(Errno::EPROTONOSUPPORT);
        }
        let (first, second) = Socket::pair(&mut self.pipes, family, kind, 0);
        let first = match self.install(Object::Socket(first), flags) {
            Ok(fd) => fd,
            Err(errno) => {
                Object::Socket(second).get_mut().close(&mut self.resources());
                return Err(errno);
            }
        };
        let second = match self.install(Object::Socket(second), flags) {
            Ok(fd) => fd,
            Err(errno) => {
                self.close(first)?;
                return Err(errno);
            }
        };
        memory.write_i32(address.wrapping_add(12), first)?;
        memory.write_i32(address.wrapping_add(16), second)
    }

    /// Returns the socket of a descriptor.
    fn socket(&mut self, fd: i32) -> Result<(&mut Socket, Resources<'_>), Errno> {
        let (open, with) = self.open_description(fd)?;
        match &mut open.object {
            Object::Socket(socket) => Ok((socket, with)),
            _ => Err(Errno::ENOTSOCK),
        }
    }
}

fn accept(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    process.socket(args.i32(0))?;
    Err(Errno::EINVAL)
}

fn refuse(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (socket, _) = process.socket(args.i32(0))?;
    Err(if socket.is_connected() { Errno::EISCONN } else { Errno::EACCES })
}

/// Writes the unspecified address of a family: `(…, struct sockaddr *address, socklen_t *length)`.
fn write_name(memory: &mut GuestMemory<'_>, family: u32, address: u32, length: u32) -> Result<(), Errno> {
    let size: u32 = match family {
        AF_INET => 16,
        AF_INET6 => 28,
        // A local socket without a name.
        _ => 2,
    };
    let mut name = [0; 28];
    if let Some(place) = name.first_mut() {
        *place = u8::try_from(family).unwrap_or(0);
    }
    let room = memory.read_u32(length)?.min(size);
    memory.write(address, name.get(..usize::try_from(room).unwrap_or(0)).unwrap_or_default())?;
    memory.write_u32(length, size)
}

/// `(int fd, struct sockaddr *address, socklen_t *length)`.
fn own_name(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let family = process.socket(args.i32(0))?.0.family;
    write_name(memory, family, args.ptr(1), args.ptr(2)).map(|()| 0)
}

/// `(int fd, struct sockaddr *address, socklen_t *length)`.
fn peer_name(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (socket, _) = process.socket(args.i32(0))?;
    if !socket.is_connected() {
        return Err(Errno::ENOTCONN);
    }
    write_name(memory, socket.family, args.ptr(1), args.ptr(2)).map(|()| 0)
}

/// `(int fd, int level, int option, void *value, socklen_t *length)`.
fn option(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (socket, _) = process.socket(args.i32(0))?;
    if args.i32(1) != SOL_SOCKET {
        return Err(Errno::ENOPROTOOPT);
    }
    let value = match args.i32(2) {
        // SO_TYPE, SO_PROTOCOL, SO_DOMAIN, SO_SNDBUF and SO_RCVBUF.
        3 => socket.kind,
        38 => socket.protocol,
        39 => socket.family,
        7 | 8 => u32::try_from(SOCKET_CAPACITY).unwrap_or(u32::MAX),
        _ => 0,
    };
    let bytes = value.to_le_bytes();
    let room = memory.read_u32(args.ptr(4))?.min(4);
    memory.write(args.ptr(3), bytes.get(..usize::try_from(room).unwrap_or(0)).unwrap_or_default())?;
    memory.write_u32(args.ptr(4), room).map(|()| 0)
}

/// Checks the flags of a call that moves bytes; returns whether received bytes stay.
fn move_flags(raw: u32) -> Result<bool, Errno> {
    if raw & !(MSG_PEEK | MSG_IGNORED) == 0 { Ok(raw & MSG_PEEK != 0) } else { Err(Errno::EOPNOTSUPP) }
}

fn count(bytes: usize) -> Result<i32, Errno> {
    i32::try_from(bytes).map_err(|_| Errno::EIO)
}

/// `(int fd, void *buffer, size_t length, int flags, struct sockaddr *address, socklen_t *address_length)`.
fn receive_from(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (socket, mut with) = process.socket(args.i32(0))?;
    let peeks = move_flags(args.u32(3))?;
    let received = socket.receive(&mut with, memory.slice_mut(args.ptr(1), args.u32(2))?, peeks)?;
    if args.ptr(5) != 0 {
        // The peer has no name.
        memory.write_u32(args.ptr(5), 0)?;
    }
    count(received)
}

/// `(int fd, const void *buffer, size_t length, int flags, const struct sockaddr *address, socklen_t address_length)`.
fn send_to(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (socket, mut with) = process.socket(args.i32(0))?;
    move_flags(args.u32(3))?;
    if args.ptr(4) != 0 {
        return Err(if socket.is_connected() { Errno::EISCONN } else { Errno::EACCES });
    }
    count(socket.send(&mut with, memory.slice(args.ptr(1), args.u32(2))?)?)
}

/// The parts of a `struct msghdr` that are used here.
struct Header {
    name: u32,
    buffers: Vec<Iovec>,
    total: u32,
    control_length: u32,
}

/// Offsets in a `struct msghdr`.
const NAME_LENGTH: u32 = 4;
const CONTROL_LENGTH: u32 = 20;
const FLAGS: u32 = 24;

fn header(memory: &GuestMemory<'_>, address: u32) -> Result<Header, Errno> {
    let word = |offset: u32| memory.read_u32(address.wrapping_add(offset));
    let list = memory.io_vecs(word(8)?, word(12)?.cast_signed())?;
    Ok(Header { name: word(0)?, buffers: list.buffers, total: list.total, control_length: word(CONTROL_LENGTH)? })
}

/// `(int fd, const struct msghdr *header, int flags)`.
fn send_message(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (socket, mut with) = process.socket(args.i32(0))?;
    move_flags(args.u32(2))?;
    let header = header(memory, args.ptr(1))?;
    if header.name != 0 {
        return Err(if socket.is_connected() { Errno::EISCONN } else { Errno::EACCES });
    }
    if header.control_length != 0 {
        return Err(Errno::EOPNOTSUPP);
    }
    let total = usize::try_from(header.total).map_err(|_| Errno::EMSGSIZE)?;
    let mut data = Vec::new();
    // More than a pair can hold is never sent in one call.
    for buffer in header.buffers.iter().take_while(|_| total <= SOCKET_CAPACITY) {
        data.extend_from_slice(memory.slice(buffer.base, buffer.len)?);
    }
    if data.is_empty() && total > 0 {
        return match (socket.kind, header.buffers.first()) {
            (Socket::STREAM, Some(first)) => count(socket.send(&mut with, memory.slice(first.base, first.len)?)?),
            _ => Err(Errno::EMSGSIZE),
        };
    }
    count(socket.send(&mut with, &data)?)
}

/// `(int fd, struct msghdr *header, int flags)`.
fn receive_message(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (socket, mut with) = process.socket(args.i32(0))?;
    let peeks = move_flags(args.u32(2))?;
    let address = args.ptr(1);
    let header = header(memory, address)?;
    let total = usize::try_from(header.total).unwrap_or(usize::MAX).min(SOCKET_CAPACITY);
    let mut data = vec![0; total];
    let received = socket.receive(&mut with, &mut data, peeks)?;
    let mut rest = data.get(..received).unwrap_or_default();
    for buffer in &header.buffers {
        let (piece, tail) = rest.split_at(rest.len().min(usize::try_from(buffer.len).unwrap_or(usize::MAX)));
        memory.write(buffer.base, piece)?;
        rest = tail;
    }
    for field in [NAME_LENGTH, CONTROL_LENGTH, FLAGS] {
        memory.write_u32(address.wrapping_add(field), 0)?;
    }
    count(received)
}

/// `(int fd, int how, int *result)`: returns 1, because the call is served here.
fn shut_down(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    let outcome = process.socket(args.i32(0)).and_then(|(socket, mut with)| socket.shut_down(&mut with, args.i32(1)));
    let result = outcome.map_or_else(Errno::negated, |()| 0);
    // The address is on the C library's own stack.
    let _: Result<(), Errno> = memory.write_i32(args.ptr(2), result);
    Ok(1)
}

fn no_address(_: &mut Process, _: &mut GuestMemory<'_>, _: Args<'_>) -> Result<u64, Stop> {
    Ok(u64::from(EAI_FAIL.cast_unsigned()))
}
