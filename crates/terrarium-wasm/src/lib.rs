//! WebAssembly modules as data: bytes in, bytes out, without an engine.
//!
//! - [`rewrite`]: passes that turn the shipped modules into modules that the engine compiles and the host can stop.
//! - [`link`]: the definition behind each symbol, the load order of libraries, and the merge of a live guest's modules
//!   into one.
//!
//! The crate is internal to terrarium and has no stable interface: use `terrarium-core`.

pub mod link;
pub mod rewrite;
