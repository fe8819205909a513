//! [`PackedImage`]: an image with its description.

/// A compressed image with its description.
#[derive(Debug)]
pub struct PackedImage {
    /// The description, in the JSON form of a folder of ready images.
    pub index: &'static [u8],
    /// The image, compressed with zstd.
    pub content: &'static [u8],
}

/// The image of this build.
static BARE: Option<PackedImage> = include!(concat!(env!("OUT_DIR"), "/bare.rs"));

/// Returns the bare image, if this crate was built with one.
#[must_use]
pub fn bare() -> Option<&'static PackedImage> {
    BARE.as_ref()
}
