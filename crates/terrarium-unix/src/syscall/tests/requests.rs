//! The harness's requests: the local time zone, steps of key derivation, the size of the memory.

use std::sync::Arc;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::Guest;
use crate::abi::{AT_FDCWD, Errno, OpenFlags, Tm};
use crate::fd::CHANNEL;
use crate::syscall::{Supplied, SuppliedRun, Supplier};
use crate::vfs::{Content, Vfs};

const ZONE: i64 = 0x7401;
const PBKDF2: i64 = 0x7402;
const SCRYPT: i64 = 0x7403;
const MEMORY: i64 = 0x7404;
const LINK: i64 = 0x7406;
const WRITABLE: i64 = 0x7408;
const SUPPLY: i64 = 0x7409;

/// Makes a request about the bytes at an address.
fn request(guest: &mut Guest, number: i64, address: i64) -> Result<i32, Errno> {
    let argument = guest.bytes(&u32::try_from(address).unwrap().to_le_bytes());
    guest.sys("__syscall_ioctl", &[i64::from(CHANNEL), number, argument])
}

fn words(numbers: &[u32], bytes: &[u8]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).chain(bytes.iter().copied()).collect()
}

fn set_zone(guest: &mut Guest, form: u32, rules: &[u8]) -> Result<i32, Errno> {
    let length = u32::try_from(rules.len()).unwrap();
    let address = guest.bytes(&words(&[form, length], rules));
    request(guest, ZONE, address)
}

fn local(guest: &mut Guest, seconds: i64) -> Tm {
    let place = guest.bytes(&[0xee; Tm::SIZE]);
    guest.raw("_localtime_js", &[seconds, place]).unwrap();
    Tm::decode(guest.slice(place, Tm::SIZE).try_into().unwrap())
}

#[test]
fn a_zone_given_as_text_decides_local_times_and_their_names() {
    let mut guest = Guest::new();
    let numbers = guest.space(8);
    let names = guest.space(16);
    guest.raw("_tzset_js", &[numbers, numbers + 4, names, names + 8]).unwrap();
    set_zone(&mut guest, 2, b"EST5EDT,M3.2.0,M11.1.0").unwrap();
    let winter = local(&mut guest, 1_704_067_200);
    assert_eq!((winter.year, winter.mon, winter.hour, winter.isdst, winter.gmtoff), (123, 11, 19, 0, -18_000));
    assert_eq!(guest.slice(names, 4), b"EST\0");
    let summer = local(&mut guest, 1_719_792_000);
    assert_eq!((summer.hour, summer.isdst, summer.gmtoff), (20, 1, -14_400));
    assert_eq!(guest.slice(names + 8, 4), b"EDT\0");
    // The same day 400 years and a million years later.
    for years in [400_i64, 1_000_000] {
        let later = local(&mut guest, 1_719_792_000 + years / 400 * 146_097 * 86_400);
        assert_eq!((later.mon, later.mday, later.hour, later.isdst), (summer.mon, summer.mday, 20, 1), "{years}");
    }
    for far in [i64::MIN, i64::MAX] {
        assert!(local(&mut guest, far).year.unsigned_abs() > 1_000_000_000);
    }
}

#[test]
fn local_times_become_instants_as_in_other_c_libraries() {
    let mut guest = Guest::new();
    set_zone(&mut guest, 2, b"EST5EDT,M3.2.0,M11.1.0").unwrap();
    // Month, day, hour and the flag; the instant. The half hour is after the clock's change.
    for (month, day, hour, isdst, expected) in [
        (2, 10, 2, -1, 1_710_055_800_i64),
        (2, 10, 2, 1, 1_710_052_200),
        (10, 3, 1, -1, 1_730_611_800),
        (10, 3, 1, 0, 1_730_615_400),
        (10, 3, 1, 1, 1_730_611_800),
        (0, 1, 0, 1, 1_704_083_400),
        (6, 1, 0, 0, 1_719_811_800),
    ] {
        let time = Tm { year: 124, mon: month, mday: day, hour, min: 30, isdst, ..Tm::default() };
        let place = guest.bytes(&time.encode());
        let instant = guest.raw("_mktime_js", &[place]).unwrap().cast_signed();
        assert_eq!(instant, expected, "{month} {day} {hour} {isdst}");
    }
}

#[test]
fn rules_that_are_not_well_formed_change_nothing() {
    let mut guest = Guest::new();
    set_zone(&mut guest, 2, b"JST-9").unwrap();
    let wrong: [(u32, &[u8]); 6] = [(2, b"Mars/Base"), (2, b"\xff"), (1, b"TZif"), (1, b""), (3, b"UTC0"), (2, b"")];
    for (form, rules) in wrong {
        assert_eq!(set_zone(&mut guest, form, rules), Err(Errno::EINVAL), "{rules:?}");
    }
    let long = guest.bytes(&words(&[2, 1 << 20], b""));
    assert_eq!(request(&mut guest, ZONE, long), Err(Errno::EINVAL));
    let outside = request(&mut guest, ZONE, 0xffff_fffc);
    assert_eq!(outside, Err(Errno::EFAULT));
    assert_eq!(local(&mut guest, 0).hour, 9);
}

#[test]
fn key_derivation_is_that_of_the_standards() {
    let mut guest = Guest::new();
    // One block of PBKDF2-HMAC-SHA-256 (RFC 7914): "passwd", "salt", one round done, then none and 79999 more.
    let block = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(b"Password").for_each(|(to, from)| *to ^= from);
        block
    };
    let (inner, outer) = (block(0x36), block(0x5c));
    let hmac = |message: &[u8]| {
        let first = Sha256::new().chain_update(inner).chain_update(message).finalize();
        Sha256::new().chain_update(outer).chain_update(first).finalize()
    };
    let first = hmac(b"NaCl\0\0\0\x01");
    let state = [&first[..], &first, &inner, &outer].concat();
    let address = guest.bytes(&words(&[256, 0], &state));
    for rounds in [0, 32_768, 32_768, 14_463] {
        guest.slice_mut(address + 4, 4).copy_from_slice(&u32::to_le_bytes(rounds));
        request(&mut guest, PBKDF2, address).unwrap();
    }
    let expected = "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56";
    let found: String = guest.slice(address + 40, 32).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, expected);
}

#[test]
fn requests_out_of_bounds_are_refused() {
    let mut guest = Guest::new();
    for numbers in [[256, 1 << 16], [255, 1], [0, 0]] {
        let address = guest.bytes(&words(&numbers, &[0; 256]));
        assert_eq!(request(&mut guest, PBKDF2, address), Err(Errno::EINVAL), "{numbers:?}");
    }
    for numbers in
        [[0, 3, 1, 0, 1], [0, 2, 0, 0, 1], [0, 2, 1, 2, 1], [2, 2, 1, 0, 1], [0, 2, 5000, 0, 1], [0, 2, 1, 1, u32::MAX]]
    {
        let address = guest.bytes(&words(&numbers, &[0; 400]));
        assert_eq!(request(&mut guest, SCRYPT, address), Err(Errno::EINVAL), "{numbers:?}");
    }
    let beyond = guest.bytes(&words(&[0, 1 << 16, 8, 0, 1], &[]));
    assert_eq!(request(&mut guest, SCRYPT, beyond), Err(Errno::EFAULT));
    assert!(request(&mut guest, MEMORY, 0).unwrap() > 0);
    let alarm = guest.bytes(&[1; 16]);
    assert_eq!(request(&mut guest, 0x7405, alarm), Err(Errno::ENOTSUP), "a fixed clock sends no signals");
    assert_eq!(request(&mut guest, SUPPLY, 0), Err(Errno::ENOTTY), "the host has nothing to add");
}

/// Puts the request into a file, and answers with as many bytes as its first one says.
#[derive(Debug)]
struct Echo;

impl Supplier for Echo {
    fn supply(
        &self,
        request: &[u8],
        vfs: &mut Vfs,
        supplied: &mut Supplied,
        run: SuppliedRun<'_>,
    ) -> Result<Vec<u8>, Errno> {
        assert!(!run.is_stopping());
        let count = *request.first().ok_or(Errno::EPERM)?;
        vfs.host_mount(b"/lib/asked", Content::from(request.to_vec()), 0o444)?;
        supplied.bytes += u64::from(count);
        Ok(vec![7; count.into()])
    }
}

#[test]
fn files_that_the_code_asks_for_come_from_the_host_and_the_answer_replaces_the_request() {
    let mut guest = Guest::new();
    guest.process.supplier = Some(Arc::new(Echo));
    let ask = |guest: &mut Guest, capacity: u32, length: u32, content: &[u8]| {
        let address = guest.bytes(&words(&[capacity, length], content));
        let done = request(guest, SUPPLY, address);
        let start = usize::try_from(address).unwrap();
        (done, guest.memory[start + 4..start + 8 + content.len()].to_vec())
    };
    let (done, answer) = ask(&mut guest, 8, 3, &[5, 1, 2, 9, 9, 9, 9, 9]);
    assert_eq!((done, answer), (Ok(0), vec![5, 0, 0, 0, 7, 7, 7, 7, 7, 9, 9, 9]));
    assert_eq!(guest.process.vfs.host_read(b"/lib/asked").unwrap().as_slice(), Some(&[5, 1, 2][..]));
    assert_eq!(guest.process.supplied.bytes, 5);
    assert_eq!(ask(&mut guest, 4, 1, &[5, 0, 0, 0]).0, Err(Errno::EMSGSIZE));
    assert_eq!(ask(&mut guest, 4, 5, &[5, 0, 0, 0]).0, Err(Errno::EINVAL));
    assert_eq!(ask(&mut guest, 0, 0, &[]).0, Err(Errno::EPERM), "the supplier's error");
    assert_eq!(ask(&mut guest, u32::MAX, 1, &[5]).0, Err(Errno::EINVAL));
    for address in [i64::from(u32::MAX), i64::from(u32::MAX) - 6, i64::try_from(guest.memory.len()).unwrap() - 9] {
        guest.process.supplied.bytes = 0;
        assert!(matches!(request(&mut guest, SUPPLY, address), Err(Errno::EFAULT | Errno::EINVAL | Errno::EPERM)));
        assert_eq!(guest.process.supplied.bytes, 0);
    }
}

/// Gives a file another name; links at the end of `old` are followed.
fn link(guest: &mut Guest, old: &[u8], folder: i64, new: &[u8]) -> Result<i32, Errno> {
    let folder = i32::try_from(folder).unwrap().cast_unsigned();
    let here = AT_FDCWD.cast_unsigned();
    let address = guest.bytes(&words(&[1, here, folder], &[old, b"\0", new, b"\0"].concat()));
    request(guest, LINK, address)
}

#[test]
fn a_file_gets_another_name() {
    let mut guest = Guest::new();
    guest.put("a", b"text");
    guest.mkdir("d").unwrap();
    let folder = guest.open("d", OpenFlags::DIRECTORY).unwrap();
    link(&mut guest, b"a", folder, b"b").unwrap();
    assert_eq!(guest.get("d/b").unwrap(), b"text");
    let file = guest.open("d/b", OpenFlags::empty()).unwrap();
    assert_eq!(guest.fstat(file).unwrap().links(), 2);
    let here = i64::from(AT_FDCWD);
    assert_eq!(link(&mut guest, b"a", here, b"d/b"), Err(Errno::EEXIST));
    assert_eq!(link(&mut guest, b"d", here, b"e"), Err(Errno::EPERM), "a folder");
    assert_eq!(link(&mut guest, b"no", here, b"e"), Err(Errno::ENOENT));
    assert_eq!(link(&mut guest, b"a", 999, b"e"), Err(Errno::EBADF));
    assert_eq!(link(&mut guest, &[b'x'; 5000], here, b"e"), Err(Errno::ENAMETOOLONG));
}

#[test]
fn names_beyond_the_memory_are_refused() {
    let mut guest = Guest::new();
    for address in [u32::MAX - 20, u32::MAX - 11, u32::MAX] {
        assert_eq!(request(&mut guest, LINK, i64::from(address)), Err(Errno::EFAULT), "{address:#x}");
    }
}

proptest! {
    /// Damaged files of zones are refused or give some time, for any instant.
    #[test]
    fn damaged_zone_files_are_harmless(
        head in prop::collection::vec(any::<u8>(), 0..64),
        counts in prop::array::uniform6(0_u32..5),
        rest in prop::collection::vec(any::<u8>(), 0..200),
        seconds in any::<i64>(),
    ) {
        let mut guest = Guest::new();
        let mut file = b"TZif2".to_vec();
        file.extend([0; 15]);
        file.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
        file.extend(&rest);
        let _: Result<i32, Errno> = set_zone(&mut guest, 1, &file);
        let _: Result<i32, Errno> = set_zone(&mut guest, 2, &head);
        local(&mut guest, seconds);
    }
}

#[test]
fn open_files_that_can_be_written_are_counted_whatever_their_number_is() {
    let mut guest = Guest::new();
    assert_eq!(request(&mut guest, WRITABLE, 0), Ok(0));
    let mut numbers = vec![guest.open("/file", OpenFlags::WRONLY | OpenFlags::CREAT).unwrap()];
    numbers.extend((0..20).map(|_| guest.open("/file", OpenFlags::empty()).unwrap()));
    let last = guest.open("/file", OpenFlags::RDWR).unwrap();
    assert_eq!(request(&mut guest, WRITABLE, 0), Ok(2));
    for number in numbers {
        guest.close(number).unwrap();
    }
    assert_eq!((request(&mut guest, WRITABLE, 0), last), (Ok(1), 24));
}
