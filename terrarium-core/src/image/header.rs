//! [`ImageHeader`]: the description of an image in its file.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Recipe, build::target, environment, verify};
use crate::{
    Result,
    engine::{CodeKind, LayerRecord, SnapshotRecord, compatibility},
    guest::{GuestConfig, LiveInterpreter, Noted},
    provision::{guest_key, target as package_target},
};
use terrarium_unix::syscall::{MappedFile, OpenFile};

/// The version of the file's form and content; a change raises it.
pub(super) const FORMAT: u32 = 8;

/// The description of an image in its file.
#[derive(Serialize, Deserialize)]
pub(super) struct ImageHeader {
    pub(super) format: u32,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) python: String,
    pub(super) target: String,
    /// See [`compatibility`](crate::engine::compatibility).
    pub(super) compatibility: String,
    /// See [`guest_key`](crate::provision::guest_key).
    pub(super) guest: String,
    pub(super) packages: Vec<String>,
    /// See [`ImageInfo::versions`](crate::ImageInfo::versions).
    #[serde(default)]
    pub(super) versions: Vec<String>,
    pub(super) modules: Vec<String>,
    /// See [`ImageInfo::warnings`](crate::ImageInfo::warnings).
    #[serde(default)]
    pub(super) warnings: Vec<String>,
    /// The keys of the wheels and site folders in the image.
    #[serde(default)]
    pub(super) parts: BTreeSet<String>,
    /// The searches of packages when they were imported.
    #[serde(default)]
    pub(super) noted: Noted,
    /// Whether the first uses of packages, and preparation code, have run.
    #[serde(default)]
    pub(super) is_warm: bool,
    #[serde(default)]
    pub(super) is_prepared: bool,
    /// The image whose machine code this one uses. The file then begins with the content of a layer.
    #[serde(default)]
    pub(super) base: Option<BaseImage>,
    /// See [`ImageOptions::inline`](crate::ImageOptions::inline).
    pub(super) inline: bool,
    /// See [`ImageOptions::portable`](crate::ImageOptions::portable).
    pub(super) portable: bool,
    /// The length of the machine code or the layer; its hash in hexadecimal follows.
    pub(super) code: u64,
    pub(super) sha256: String,
    /// Whether the file contains the packages' files.
    pub(super) is_complete: bool,
    pub(super) config: GuestConfig,
    pub(super) open_files: Vec<OpenFile>,
    pub(super) mapped_files: Vec<MappedFile>,
    pub(super) snapshot: SnapshotRecord,
}

/// The image below a layer.
#[derive(Serialize, Deserialize)]
pub(super) struct BaseImage {
    /// The name of its file in the cache folder; `None` for the bare image.
    pub(super) file: Option<String>,
    /// The hash of its machine code.
    pub(super) sha256: String,
    pub(super) layer: LayerRecord,
    /// Whether the file has a record of loaded libraries.
    pub(super) has_loader: bool,
}

impl Recipe {
    /// Returns the description of an image whose file begins with `content`.
    ///
    /// # Errors
    /// [`Error::Image`](crate::Error::Image) for descriptors and mapped files that cannot be kept.
    pub(super) fn header(
        &self,
        interpreter: &mut LiveInterpreter,
        (kind, config): (CodeKind, GuestConfig),
        content: &[u8],
        snapshot: SnapshotRecord,
        mut noted: Noted,
    ) -> Result<ImageHeader> {
        noted.reads.retain(|name| !environment::is_common(name));
        let process = interpreter.process();
        let open_files = process.open_files().map_err(|(descriptor, errno)| {
            self.fault(format!("the preparation left the descriptor {descriptor} open, which cannot be kept: {errno}"))
        })?;
        let mapped_files = process.mapped_files().map_err(|errno| {
            self.fault(format!("the preparation left a file mapped, which cannot be kept: {errno}"))
        })?;
        Ok(ImageHeader {
            format: FORMAT,
            name: self.name(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            python: package_target()?.wheels.python().to_string(),
            target: target(),
            compatibility: compatibility(kind)?,
            guest: guest_key()?,
            packages: self.mounted.names.clone(),
            versions: self.mounted.versions.clone(),
            modules: self.modules.clone(),
            warnings: Vec::new(),
            parts: self.mounted.parts.iter().map(|part| part.key.clone()).collect(),
            noted,
            is_warm: self.warm,
            is_prepared: !self.prepare.is_empty(),
            base: None,
            inline: kind.inline,
            portable: kind.portable,
            code: content.len() as u64,
            sha256: verify::hash(content),
            is_complete: self.mounted.files.is_empty(),
            config,
            open_files,
            mapped_files,
            snapshot,
        })
    }
}
