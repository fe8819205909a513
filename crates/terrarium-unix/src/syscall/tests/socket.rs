//! Sockets: local pairs work, and the network is disabled.

use super::Guest;
use crate::abi::Errno;
use crate::fd::{CHANNEL, SOCKET_CAPACITY};
use crate::syscall::requests::PAIR;

const LOCAL: i32 = 1;
const STREAM: i32 = 1;
const DATAGRAM: i32 = 2;

impl Guest {
    fn pair(&mut self, family: i32, kind: i32) -> Result<(i64, i64), Errno> {
        let words = [family, kind, 0, -1, -1];
        let buffer = self.bytes(&words.map(i32::to_le_bytes).concat());
        let argument = self.bytes(&i32::try_from(buffer).unwrap().to_le_bytes());
        self.sys("__syscall_ioctl", &[CHANNEL.into(), PAIR.into(), argument])?;
        Ok((self.i32_at(buffer + 12).into(), self.i32_at(buffer + 16).into()))
    }

    fn send(&mut self, fd: i64, data: &[u8]) -> Result<i32, Errno> {
        let buffer = self.bytes(data);
        self.sys("__syscall_sendto", &[fd, buffer, i64::try_from(data.len()).unwrap(), 0, 0, 0])
    }

    fn receive(&mut self, fd: i64, most: usize, flags: i64) -> Result<Vec<u8>, Errno> {
        let buffer = self.space(most);
        let count = self.sys("__syscall_recvfrom", &[fd, buffer, i64::try_from(most).unwrap(), flags, 0, 0])?;
        Ok(self.slice(buffer, usize::try_from(count).unwrap()).to_vec())
    }

    fn shut_down(&mut self, fd: i64, how: i64) -> i32 {
        let result = self.space(4);
        assert_eq!(self.raw("_try_shutdown", &[fd, how, result]), Ok(1));
        self.i32_at(result)
    }

    fn events(&mut self, fd: i64) -> i16 {
        let list = [&i32::try_from(fd).unwrap().to_le_bytes()[..], &0x5_i16.to_le_bytes(), &[0; 2]].concat();
        let list = self.bytes(&list);
        self.sys("__syscall_poll", &[list, 1, 0]).unwrap();
        i16::from_le_bytes(self.slice(list + 6, 2).try_into().unwrap())
    }
}

#[test]
fn a_pair_carries_bytes_in_both_directions() {
    let mut guest = Guest::new();
    let (one, other) = guest.pair(LOCAL, STREAM).unwrap();
    assert_eq!(guest.send(one, b"hello"), Ok(5));
    assert_eq!(guest.receive(other, 2, 2).unwrap(), b"he", "a look leaves the bytes");
    assert_eq!(guest.receive(other, 2, 0).unwrap(), b"he");
    assert_eq!(guest.read(other, 10).unwrap(), b"llo");
    assert_eq!(guest.write(other, b"back"), Ok(4));
    assert_eq!(guest.receive(one, 10, 0).unwrap(), b"back");
    assert_eq!(guest.receive(one, 10, 0), Err(Errno::EAGAIN));
    assert_eq!(guest.receive(one, 10, 1), Err(Errno::EOPNOTSUPP), "out of band");
    assert_eq!(guest.events(one), 4);
    guest.send(other, b"x").unwrap();
    assert_eq!(guest.events(one), 5);
    guest.close(other).unwrap();
    assert_eq!(guest.receive(one, 10, 0).unwrap(), b"x");
    assert_eq!(guest.receive(one, 10, 0).unwrap(), b"");
    assert_eq!(guest.send(one, b"x"), Err(Errno::EPIPE));
    assert_eq!(guest.events(one) & 0x11, 0x11, "the end, and hung up");
    guest.close(one).unwrap();
    assert!(guest.process.pipes.is_empty());
}

#[test]
fn each_direction_can_be_ended() {
    let mut guest = Guest::new();
    let (one, other) = guest.pair(LOCAL, STREAM).unwrap();
    guest.send(one, b"last").unwrap();
    assert_eq!(guest.shut_down(one, 1), 0);
    assert_eq!(guest.send(one, b"x"), Err(Errno::EPIPE));
    assert_eq!(guest.receive(other, 10, 0).unwrap(), b"last");
    assert_eq!(guest.receive(other, 10, 0).unwrap(), b"");
    assert_eq!(guest.send(other, b"still"), Ok(5));
    assert_eq!(guest.receive(one, 10, 0).unwrap(), b"still");
    assert_eq!(guest.shut_down(one, 0), 0);
    assert_eq!(guest.send(other, b"x"), Err(Errno::EPIPE));
    assert_eq!(guest.shut_down(one, 3), Errno::EINVAL.negated());
    assert_eq!(guest.shut_down(1, 0), Errno::ENOTSOCK.negated());
    assert_eq!(guest.shut_down(99, 0), Errno::EBADF.negated());
}

#[test]
fn messages_keep_their_boundaries() {
    let mut guest = Guest::new();
    let (one, other) = guest.pair(LOCAL, DATAGRAM).unwrap();
    for message in [&b"first"[..], b"", b"third"] {
        assert_eq!(guest.send(one, message), Ok(i32::try_from(message.len()).unwrap()));
    }
    assert_eq!(guest.receive(other, 3, 0).unwrap(), b"fir", "the rest of a message is lost");
    assert_eq!(guest.receive(other, 9, 0).unwrap(), b"");
    assert_eq!(guest.receive(other, 9, 2).unwrap(), b"third");
    assert_eq!(guest.receive(other, 9, 0).unwrap(), b"third");
    assert_eq!(guest.receive(other, 9, 0), Err(Errno::EAGAIN));
    let large = vec![1; SOCKET_CAPACITY / 2];
    assert!(guest.send(one, &large).is_ok());
    assert_eq!(guest.send(one, &large), Err(Errno::EAGAIN));
    assert_eq!(guest.send(one, &vec![1; SOCKET_CAPACITY]), Err(Errno::EMSGSIZE));
}

#[test]
fn a_socket_can_be_made_and_nothing_else() {
    let mut guest = Guest::new();
    let fd = i64::from(guest.sys("__syscall_socket", &[2, 1, 0, 0, 0, 0]).unwrap());
    for (name, errno) in [
        ("bind", Errno::EACCES),
        ("connect", Errno::EACCES),
        ("listen", Errno::EACCES),
        ("accept4", Errno::EINVAL),
        ("getpeername", Errno::ENOTCONN),
        ("recvfrom", Errno::ENOTCONN),
        ("sendto", Errno::ENOTCONN),
    ] {
        let name = format!("__syscall_{name}");
        assert_eq!(guest.sys(&name, &[fd, 0, 0, 0, 0, 0]), Err(errno), "{name}");
        assert_eq!(guest.sys(&name, &[1, 0, 0, 0, 0, 0]), Err(Errno::ENOTSOCK), "{name}");
        assert_eq!(guest.sys(&name, &[99, 0, 0, 0, 0, 0]), Err(Errno::EBADF), "{name}");
    }
    assert_eq!(guest.sys("__syscall_sendto", &[fd, 0, 0, 0, 4096, 16]), Err(Errno::EACCES));
    let (name, length) = (guest.space(16), guest.bytes(&16_u32.to_le_bytes()));
    guest.sys("__syscall_getsockname", &[fd, name, length, 0, 0, 0]).unwrap();
    assert_eq!((guest.slice(name, 3), guest.i32_at(length)), (&[2, 0, 0][..], 16));
    for (family, kind, errno) in [(2, 3, Errno::EPERM), (2, 9, Errno::ESOCKTNOSUPPORT), (99, 1, Errno::EAFNOSUPPORT)] {
        assert_eq!(guest.sys("__syscall_socket", &[family, kind, 0, 0, 0, 0]), Err(errno));
    }
    assert_eq!(guest.pair(2, STREAM), Err(Errno::EOPNOTSUPP));
    assert_eq!(guest.pair(99, STREAM), Err(Errno::EAFNOSUPPORT));
    let host = guest.text("example.com");
    assert_eq!(guest.raw("getaddrinfo", &[host, 0, 0, 4096]), Ok(0xffff_fffc), "EAI_FAIL");
    assert_eq!(guest.raw("getprotobyname", &[host]), Ok(0));
}

#[test]
fn a_pair_needs_room_for_both() {
    let mut guest = Guest::new();
    let mut pairs = 0;
    while guest.pair(LOCAL, STREAM).is_ok() {
        pairs += 1;
    }
    assert_eq!(pairs, (guest.process.fds.limit() - 3) / 2);
    assert_eq!(guest.pair(LOCAL, STREAM), Err(Errno::EMFILE));
    assert_eq!(guest.process.pipes.len(), usize::try_from(pairs).unwrap() * 2);
}
