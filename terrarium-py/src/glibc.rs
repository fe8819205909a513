//! The C library's older symbols: jumps that the crate's `build.rs` writes and explains.

// SAFETY: Each function is a jump with the arguments of its caller to an older version of the same function, which newer C
// libraries keep for the programs that were linked with it; `stat64` and its like add the version of the structure that they
// had in the C library's own header. `gettid` is the system call.
#[expect(unsafe_code, reason = "a symbol of another version can be named in assembly only")]
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
mod jumps {
    core::arch::global_asm!(include_str!(concat!(env!("OUT_DIR"), "/glibc.s")), options(att_syntax));
}
