//! The bare image of terrarium, as data: a Python interpreter that has booted, as machine code for any x86-64 processor with
//! Linux. `terrarium-core` unpacks it into the cache folder, so that no program compiles an interpreter.
//!
//! The crate is empty for other systems, and in a checkout of the sources in which no image was made.
//!
//! ```
//! // For another version, guest or engine, `terrarium-core` ignores the image and compiles.
//! if let Some(image) = terrarium_image::bare() {
//!     assert!(image.index.starts_with(b"{"));
//!     assert_eq!(image.content[..4], [0x28, 0xb5, 0x2f, 0xfd]);
//! }
//! ```
#![forbid(unsafe_code)]

mod packed;

pub use packed::{PackedImage, bare};
