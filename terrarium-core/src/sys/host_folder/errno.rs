//! The guest's numbers for the host's errors.

use rustix::io::Errno as Host;
use terrarium_unix::abi::Errno;

/// Returns the guest's number; `EIO` for an error that programs do not expect from files.
pub(super) fn errno(error: Host) -> Errno {
    match error {
        Host::ACCESS => Errno::EACCES,
        Host::PERM => Errno::EPERM,
        // A device that is not there is a file that is not there.
        Host::NOENT | Host::NXIO | Host::NODEV => Errno::ENOENT,
        Host::EXIST => Errno::EEXIST,
        Host::ISDIR => Errno::EISDIR,
        Host::NOTDIR => Errno::ENOTDIR,
        Host::NOTEMPTY => Errno::ENOTEMPTY,
        Host::LOOP => Errno::ELOOP,
        Host::NAMETOOLONG => Errno::ENAMETOOLONG,
        Host::INVAL => Errno::EINVAL,
        Host::XDEV => Errno::EXDEV,
        Host::BUSY => Errno::EBUSY,
        Host::ROFS => Errno::EROFS,
        Host::NOSPC => Errno::ENOSPC,
        Host::DQUOT => Errno::EDQUOT,
        Host::FBIG => Errno::EFBIG,
        Host::TXTBSY => Errno::ETXTBSY,
        Host::MLINK => Errno::EMLINK,
        Host::STALE => Errno::ESTALE,
        Host::MFILE | Host::NFILE => Errno::ENFILE,
        Host::NOMEM => Errno::ENOMEM,
        Host::ILSEQ => Errno::EILSEQ,
        Host::OVERFLOW => Errno::EOVERFLOW,
        Host::BADF => Errno::EBADF,
        Host::INTR => Errno::EINTR,
        Host::AGAIN => Errno::EAGAIN,
        Host::OPNOTSUPP => Errno::ENOTSUP,
        _ => Errno::EIO,
    }
}
