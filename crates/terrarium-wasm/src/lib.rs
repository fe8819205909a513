//! WebAssembly modules as data: bytes in, bytes out, no engine.
//!
//! - [`rewrite`]: passes that turn the shipped modules into ones that the engine compiles and the host can stop.
//! - [`link`]: which definition a symbol means, in which order libraries load, and the modules of a live guest as one
//!   module.
//!
//! The crate belongs to terrarium and has no stable interface: use `terrarium-core`.

pub mod link;
pub mod rewrite;
