//! Links the module with the C library's older symbols, so that it loads on systems that are older than the builder's.
//!
//! A linker takes the newest version of each symbol in the builder's C library. For the functions below, a newer
//! version only means that they moved (since 2.34 those of threads are in `libc.so.6`) or were not exported before
//! (`stat64`). The linker option `--wrap` redirects every call, including those of the standard library, to a jump to
//! the older version, which newer C libraries still have. `cargo xtask dist` checks the wheel's tag against its limit.

use std::{env, fmt::Write as _, fs, path::Path};

/// Functions and their older versions.
const OLDER: &[(&str, &str)] = &[
    ("dlsym", "GLIBC_2.2.5"),
    ("pow", "GLIBC_2.2.5"),
    ("pthread_attr_getguardsize", "GLIBC_2.2.5"),
    ("pthread_attr_getstack", "GLIBC_2.2.5"),
    ("pthread_attr_setstacksize", "GLIBC_2.2.5"),
    ("pthread_create", "GLIBC_2.2.5"),
    ("pthread_detach", "GLIBC_2.2.5"),
    ("pthread_getattr_np", "GLIBC_2.2.5"),
    ("pthread_getcpuclockid", "GLIBC_2.2.5"),
    ("pthread_join", "GLIBC_2.2.5"),
    ("pthread_key_create", "GLIBC_2.2.5"),
    ("pthread_key_delete", "GLIBC_2.2.5"),
    ("pthread_setname_np", "GLIBC_2.12"),
    ("pthread_setspecific", "GLIBC_2.2.5"),
    ("sem_init", "GLIBC_2.2.5"),
    ("sem_post", "GLIBC_2.2.5"),
    ("sem_wait", "GLIBC_2.2.5"),
];

/// Functions that were called through another function, whose first argument is the version of the structure.
const BY_STRUCTURE: &[(&str, &str, &str)] = &[
    ("stat64", "__xstat64", "GLIBC_2.2.5"),
    ("lstat64", "__lxstat64", "GLIBC_2.2.5"),
    ("fstat64", "__fxstat64", "GLIBC_2.2.5"),
    ("fstatat64", "__fxstatat64", "GLIBC_2.4"),
];

/// Functions that the standard library uses where the C library has them. At the address 0 they count as absent.
const ABSENT: [&str; 1] = ["posix_spawn_file_actions_addchdir_np"];

/// The former libraries of the functions.
const LIBRARIES: [&str; 2] = ["libpthread.so.0", "libdl.so.2"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let applies = is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64");
    let mut text = String::new();
    if applies {
        for (name, version) in OLDER {
            text += &jump(name, name, version, "");
        }
        for (name, older, version) in BY_STRUCTURE {
            // The arguments move by one; the version is that of the kernel's own structure.
            let shift = "mov %ecx, %r8d\n mov %rdx, %rcx\n mov %rsi, %rdx\n mov %rdi, %rsi\n mov $1, %edi";
            text += &jump(name, older, version, shift);
        }
        for name in ABSENT {
            println!("cargo:rustc-cdylib-link-arg=-Wl,--defsym={name}=0");
        }
        text += &wrapped("gettid", "mov $186, %eax\n syscall\n ret");
        // Newer systems still have these libraries, but empty.
        let libraries = LIBRARIES.map(|library| format!("-l:{library}")).join(",");
        println!("cargo:rustc-cdylib-link-arg=-Wl,--push-state,--no-as-needed,{libraries},--pop-state");
    }
    let folder = env::var("OUT_DIR").unwrap_or_default();
    if let Err(error) = fs::write(Path::new(&folder).join("glibc.s"), text) {
        println!("cargo:error=cannot write to `{folder}`: {error}");
    }
}

/// Writes a function that jumps to an older version.
fn jump(name: &str, older: &str, version: &str, before: &str) -> String {
    let mut text = format!(".symver __old_{name}, {older}@{version}\n");
    let jump = format!("{before}\n jmp *__old_{name}@GOTPCREL(%rip)");
    let _ = write!(text, "{}", wrapped(name, &jump));
    text
}

/// Writes a function that replaces one of the C library; the linker redirects all calls to it.
fn wrapped(name: &str, instructions: &str) -> String {
    println!("cargo:rustc-cdylib-link-arg=-Wl,--wrap={name}");
    let name = format!("__wrap_{name}");
    format!(
        ".section .text.{name},\"ax\",@progbits\n.globl {name}\n.hidden {name}\n.type {name}, @function\n\
         {name}:\n {instructions}\n.size {name}, . - {name}\n.text\n"
    )
}
