//! The two functions that the guest's C library calls.

use wasmtime::{Caller, Result, bail, format_err};

use super::{
    load::{self, LoadOutcome},
    loader::Loader,
};
use crate::engine::{
    bind::{
        linker::view,
        reenter::{address, call_export},
    },
    live::state::InstanceState,
};

/// Offsets in the C library's `struct dso`.
const FLAGS: u32 = 4;
const NAME: u32 = 36;
/// The flag that shows the library's symbols to all modules.
const RTLD_GLOBAL: u32 = 256;
/// The longest name of a library, and of a symbol (C++ has long ones).
const MAX_NAME: u32 = 4096;
const MAX_SYMBOL: u32 = 64 << 10;

/// `_dlopen_js(dso*) -> 1`, or 0 after the reason was set for `dlerror()`.
///
/// # Errors
/// Errors that end the run: a trap in a library's constructors, a deadline.
pub(in crate::engine) async fn open(mut caller: Caller<'_, InstanceState>, dso: u32) -> Result<i32> {
    let (_, memory) = view(&mut caller)?;
    let name = memory.c_str(dso.wrapping_add(NAME), MAX_NAME).map(|name| String::from_utf8_lossy(name).into_owned());
    let flags = memory.read_u32(dso.wrapping_add(FLAGS));
    let (Ok(name), Ok(flags)) = (name, flags) else { bail!("dlopen of a structure outside the memory") };
    match load::load(&mut caller, &name, flags & RTLD_GLOBAL != 0).await? {
        LoadOutcome::Done(library) => {
            Loader::of(&mut caller)?.handles.insert(dso, library);
            Ok(1)
        }
        LoadOutcome::Refused(reason) => {
            set_error(&mut caller, &format!("{name}: {reason}")).await?;
            Ok(0)
        }
    }
}

/// `_dlsym_js(dso*, name*, index*) -> address`, or 0 after the reason was set for `dlerror()`. The index is for other
/// threads, which do not exist.
///
/// # Errors
/// Errors that end the run.
pub(in crate::engine) async fn symbol(mut caller: Caller<'_, InstanceState>, dso: u32, name: u32) -> Result<i32> {
    let (_, memory) = view(&mut caller)?;
    let name = memory.c_str(name, MAX_SYMBOL).map(|name| String::from_utf8_lossy(name).into_owned());
    let Ok(name) = name else { bail!("dlsym of a name outside the memory") };
    match super::symbol::find(&mut caller, dso, &name)? {
        Some(address) => Ok(address.cast_signed()),
        None => {
            set_error(&mut caller, &format!("undefined symbol: {name}")).await?;
            Ok(0)
        }
    }
}

/// Sets `text` for `dlerror()`.
///
/// # Errors
/// Errors that end the run.
async fn set_error(caller: &mut Caller<'_, InstanceState>, text: &str) -> Result<()> {
    // The C function takes a format and its arguments in memory: "%s", the pointer, then the text.
    const HEAD: u32 = 8;
    let text = text.replace('\0', " ");
    let length = u32::try_from(text.len())?.saturating_add(HEAD + 1);
    let format = address(call_export(caller, "malloc", &[length.cast_signed()]).await?);
    if format == 0 {
        return Ok(());
    }
    let mut bytes = Vec::with_capacity(text.len() + HEAD as usize + 1);
    bytes.extend_from_slice(b"%s\0\0");
    bytes.extend_from_slice(&format.wrapping_add(HEAD).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    let written = view(caller)?.1.write(format, &bytes);
    written.map_err(|errno| format_err!("dlerror: {errno}"))?;
    call_export(caller, "__dl_seterr", &[format.cast_signed(), format.wrapping_add(4).cast_signed()]).await?;
    call_export(caller, "free", &[format.cast_signed()]).await?;
    Ok(())
}
