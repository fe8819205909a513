//! Error numbers of the guest: WASI's where WASI has one, Emscripten's own from 100 on.

use std::fmt;

/// Defines the enum and its tables from one list, so that number, name and text cannot drift apart.
macro_rules! errnos {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        /// The reason why a system call failed, in the numbering of the guest's C library.
        ///
        /// `Display` is the text of the guest's `strerror`. `__syscall_*` imports return the number
        /// [negated](Errno::negated), `fd_*` and the other WASI imports return it [as it is](Errno::code).
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(clippy::upper_case_acronyms, reason = "the standard names can be searched for")]
        #[repr(u16)]
        pub enum Errno {
            $(#[doc = $text] $name = $code,)*
        }

        impl Errno {
            /// All error numbers, ascending.
            pub const ALL: &[Errno] = &[$(Errno::$name,)*];

            /// The symbolic name, such as `ENOENT`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Errno::$name => stringify!($name),)*
                }
            }

            /// The text of `strerror`, such as `No such file or directory`.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Errno::$name => $text,)*
                }
            }
        }
    };
}

errnos! {
    E2BIG = 1, "Argument list too long";
    EACCES = 2, "Permission denied";
    EADDRINUSE = 3, "Address in use";
    EADDRNOTAVAIL = 4, "Address not available";
    EAFNOSUPPORT = 5, "Address family not supported by protocol";
    EAGAIN = 6, "Resource temporarily unavailable";
    EALREADY = 7, "Operation already in progress";
    EBADF = 8, "Bad file descriptor";
    EBADMSG = 9, "Bad message";
    EBUSY = 10, "Resource busy";
    ECANCELED = 11, "Operation canceled";
    ECHILD = 12, "No child process";
    ECONNABORTED = 13, "Connection aborted";
    ECONNREFUSED = 14, "Connection refused";
    ECONNRESET = 15, "Connection reset by peer";
    EDEADLK = 16, "Resource deadlock would occur";
    EDESTADDRREQ = 17, "Destination address required";
    EDOM = 18, "Domain error";
    EDQUOT = 19, "Quota exceeded";
    EEXIST = 20, "File exists";
    EFAULT = 21, "Bad address";
    EFBIG = 22, "File too large";
    EHOSTUNREACH = 23, "Host is unreachable";
    EIDRM = 24, "Identifier removed";
    EILSEQ = 25, "Illegal byte sequence";
    EINPROGRESS = 26, "Operation in progress";
    EINTR = 27, "Interrupted system call";
    EINVAL = 28, "Invalid argument";
    EIO = 29, "I/O error";
    EISCONN = 30, "Socket is connected";
    EISDIR = 31, "Is a directory";
    ELOOP = 32, "Symbolic link loop";
    EMFILE = 33, "No file descriptors available";
    EMLINK = 34, "Too many links";
    EMSGSIZE = 35, "Message too large";
    EMULTIHOP = 36, "Multihop attempted";
    ENAMETOOLONG = 37, "Filename too long";
    ENETDOWN = 38, "Network is down";
    ENETRESET = 39, "Connection reset by network";
    ENETUNREACH = 40, "Network unreachable";
    ENFILE = 41, "Too many open files in system";
    ENOBUFS = 42, "No buffer space available";
    ENODEV = 43, "No such device";
    ENOENT = 44, "No such file or directory";
    ENOEXEC = 45, "Exec format error";
    ENOLCK = 46, "No locks available";
    ENOLINK = 47, "Link has been severed";
    ENOMEM = 48, "Out of memory";
    ENOMSG = 49, "No message of desired type";
    ENOPROTOOPT = 50, "Protocol not available";
    ENOSPC = 51, "No space left on device";
    ENOSYS = 52, "Function not implemented";
    ENOTCONN = 53, "Socket not connected";
    ENOTDIR = 54, "Not a directory";
    ENOTEMPTY = 55, "Directory not empty";
    ENOTRECOVERABLE = 56, "State not recoverable";
    ENOTSOCK = 57, "Not a socket";
    ENOTTY = 59, "Not a tty";
    ENXIO = 60, "No such device or address";
    EOVERFLOW = 61, "Value too large for defined data type";
    EOWNERDEAD = 62, "Owner died";
    EPERM = 63, "Operation not permitted";
    EPIPE = 64, "Broken pipe";
    EPROTO = 65, "Protocol error";
    EPROTONOSUPPORT = 66, "Protocol not supported";
    EPROTOTYPE = 67, "Protocol wrong type for socket";
    ERANGE = 68, "Result not representable";
    EROFS = 69, "Read-only file system";
    ESPIPE = 70, "Invalid seek";
    ESRCH = 71, "No such process";
    ESTALE = 72, "Stale file handle";
    ETIMEDOUT = 73, "Operation timed out";
    ETXTBSY = 74, "Text file busy";
    EXDEV = 75, "Cross-device link";
    ENOTCAPABLE = 76, "Capabilities insufficient";
    ENOSTR = 100, "Device not a stream";
    EBFONT = 101, "Bad font file format";
    EBADSLT = 102, "Invalid slot";
    EBADRQC = 103, "Invalid request code";
    ENOANO = 104, "No anode";
    ENOTBLK = 105, "Block device required";
    ECHRNG = 106, "Channel number out of range";
    EL3HLT = 107, "Level 3 halted";
    EL3RST = 108, "Level 3 reset";
    ELNRNG = 109, "Link number out of range";
    EUNATCH = 110, "Protocol driver not attached";
    ENOCSI = 111, "No CSI structure available";
    EL2HLT = 112, "Level 2 halted";
    EBADE = 113, "Invalid exchange";
    EBADR = 114, "Invalid request descriptor";
    EXFULL = 115, "Exchange full";
    ENODATA = 116, "No data available";
    ETIME = 117, "Device timeout";
    ENOSR = 118, "Out of streams resources";
    ENONET = 119, "Machine is not on the network";
    ENOPKG = 120, "Package not installed";
    EREMOTE = 121, "Object is remote";
    EADV = 122, "Advertise error";
    ESRMNT = 123, "Srmount error";
    ECOMM = 124, "Communication error on send";
    EDOTDOT = 125, "RFS specific error";
    ENOTUNIQ = 126, "Name not unique on network";
    EBADFD = 127, "File descriptor in bad state";
    EREMCHG = 128, "Remote address changed";
    ELIBACC = 129, "Cannot access a needed shared library";
    ELIBBAD = 130, "Accessing a corrupted shared library";
    ELIBSCN = 131, "Corrupted section in shared library";
    ELIBMAX = 132, "Too many shared libraries to link";
    ELIBEXEC = 133, "Cannot exec a shared library directly";
    ERESTART = 134, "Interrupted system call should be restarted";
    ESTRPIPE = 135, "Streams pipe error";
    EUSERS = 136, "Too many users";
    ESOCKTNOSUPPORT = 137, "Socket type not supported";
    EOPNOTSUPP = 138, "Not supported";
    EPFNOSUPPORT = 139, "Protocol family not supported";
    ESHUTDOWN = 140, "Cannot send after socket shutdown";
    ETOOMANYREFS = 141, "Too many references";
    EHOSTDOWN = 142, "Host is down";
    EUCLEAN = 143, "Data consistency error";
    ENOTNAM = 144, "Not a named type file";
    ENAVAIL = 145, "Resource not available";
    EISNAM = 146, "Is a named type file";
    EREMOTEIO = 147, "Remote I/O error";
    ENOMEDIUM = 148, "No medium found";
    EMEDIUMTYPE = 149, "Wrong medium type";
    ENOKEY = 150, "Required key not available";
    EKEYEXPIRED = 151, "Key has expired";
    EKEYREVOKED = 152, "Key has been revoked";
    EKEYREJECTED = 153, "Key was rejected by service";
    ERFKILL = 154, "Operation not possible due to RF-kill";
    EHWPOISON = 155, "Memory page has hardware error";
    EL2NSYNC = 156, "Level 2 not synchronized";
}

impl Errno {
    /// Alias: `EWOULDBLOCK` and `EAGAIN` have the same number.
    pub const EWOULDBLOCK: Errno = Errno::EAGAIN;
    /// Alias: `EDEADLOCK` and `EDEADLK` have the same number.
    pub const EDEADLOCK: Errno = Errno::EDEADLK;
    /// Alias: `ENOTSUP` and `EOPNOTSUPP` have the same number (138; WASI's 58 is unused).
    pub const ENOTSUP: Errno = Errno::EOPNOTSUPP;

    /// Returns the positive number, as the WASI imports return it.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// Returns the negative number, as the `__syscall_*` imports return it.
    pub const fn negated(self) -> i32 {
        -(self as u16 as i32)
    }

    /// Returns the error with this positive number, if there is one.
    pub fn from_code(code: u16) -> Option<Errno> {
        let index = Errno::ALL.binary_search_by_key(&code, |errno| errno.code()).ok()?;
        Some(Errno::ALL[index])
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Errno {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_guest() {
        for (errno, code) in [
            (Errno::EACCES, 2),
            (Errno::EBADF, 8),
            (Errno::EEXIST, 20),
            (Errno::EINVAL, 28),
            (Errno::EISDIR, 31),
            (Errno::ENOENT, 44),
            (Errno::ENOMEM, 48),
            (Errno::ENOSPC, 51),
            (Errno::ENOSYS, 52),
            (Errno::ENOTDIR, 54),
            (Errno::ENOTEMPTY, 55),
            (Errno::ENOTTY, 59),
            (Errno::EPERM, 63),
            (Errno::ERANGE, 68),
            (Errno::EROFS, 69),
            (Errno::ESPIPE, 70),
            (Errno::ENOTSUP, 138),
        ] {
            assert_eq!(errno.code(), code, "{}", errno.name());
            assert_eq!(errno.negated(), -i32::from(code));
        }
    }

    #[test]
    fn every_number_finds_its_error_and_no_other_number_does() {
        let known: Vec<u16> = (0..=u16::MAX).filter(|&code| Errno::from_code(code).is_some()).collect();
        assert_eq!(known, Errno::ALL.iter().map(|errno| errno.code()).collect::<Vec<_>>());
        assert_eq!(known.len(), 132);
    }

    #[test]
    fn display_is_strerror() {
        assert_eq!(Errno::ENOENT.to_string(), "No such file or directory");
        assert_eq!(format!("{:?}", Errno::ENOENT), "ENOENT");
    }
}
