//! The opening of an image: checks the header, maps the machine code, and lays out the files.

use std::{fs, path::Path, sync::Arc};

use super::{
    Image, ImageInfo, OpenImage, build, fault,
    file::{self, Contents},
    header::{FORMAT, ImageHeader},
    layered, verify,
};
use crate::{
    Result,
    cache::Hold,
    engine::{CodeKind, Snapshot, compatibility},
    error::ErrorContext,
    package::lay_out,
    provision::{MountedPackages, guest_key, layer, machine},
};
use terrarium_unix::vfs::LayerBuilder;

/// Returns the description of the image file at `path`.
///
/// # Errors
/// [`Error::Image`](crate::Error::Image).
pub(super) fn inspect(path: &Path) -> Result<ImageInfo> {
    let header = file::read(path)?.header;
    info(path, &header)
}

fn info(path: &Path, header: &ImageHeader) -> Result<ImageInfo> {
    let size = fs::metadata(path).or_image(path, "")?.len();
    Ok(ImageInfo {
        path: path.to_owned(),
        name: header.name.clone(),
        python: header.python.clone(),
        version: header.version.clone(),
        target: header.target.clone(),
        packages: header.packages.clone(),
        versions: header.versions.clone(),
        modules: header.modules.clone(),
        warnings: header.warnings.clone(),
        size,
        memory: header.snapshot.memory,
        inline: header.inline,
        portable: header.portable,
        is_complete: header.is_complete,
    })
}

/// Checks that an image was built for this machine by this version.
///
/// # Errors
/// [`Error::Image`](crate::Error::Image) with the reason.
pub(super) fn check(path: &Path, header: &ImageHeader) -> Result<()> {
    let again = |what: &str| Err(fault(path, format!("it was made {what}: build it again")));
    let here = build::target();
    if header.format != FORMAT || header.version != env!("CARGO_PKG_VERSION") {
        return again(&format!("by version {}", header.version));
    }
    if header.target != here {
        return Err(fault(path, format!("it was made for {}, this machine is {here}", header.target)));
    }
    if header.guest != guest_key()? {
        return again("for another interpreter");
    }
    if header.compatibility != compatibility(CodeKind { inline: header.inline, portable: header.portable })? {
        return again("by another version of the engine, or for another processor");
    }
    Ok(())
}

/// Opens the image at `path`; `mounted` has the files of its packages, unless the image contains them.
pub(super) fn open(cache_dir: Option<&Path>, path: &Path, mounted: Option<&MountedPackages>) -> Result<Image> {
    // Before anything is read: see `cache::remove_unused`.
    let hold = Hold::take(path);
    let Contents { header, loader, packaged, written } = file::read(path)?;
    check(path, &header)?;
    let machine = machine(cache_dir, header.inline)?;
    let layer = match mounted {
        Some(mounted) => Arc::clone(&mounted.layer),
        None if !header.is_complete => {
            return Err(fault(path, "it is part of a cache and cannot be moved: save the image to a file of its own"));
        }
        None => {
            verify::verify(path, &header, machine.cache())?;
            let mut layer = LayerBuilder::on(&*layer()?);
            lay_out(&mut layer, path, &packaged)?;
            Arc::new(layer.build())
        }
    };
    let layer = if written.is_empty() {
        layer
    } else {
        let mut on = LayerBuilder::on(&layer);
        file::lay_out_written(&mut on, path, &written)?;
        Arc::new(on.build())
    };
    let info = info(path, &header)?;
    let read = move || loader.clone().into_vec().or_engine("the image's file");
    let (snapshot, base) = match header.base {
        None => (Snapshot::open(&machine, path, header.snapshot, read)?, None),
        Some(base) => {
            let own = base.has_loader.then_some(read);
            let (below, layer) = layered::below(cache_dir, path, base, header.code, header.snapshot.memory)?;
            (below.inner().snapshot.with_layer(header.snapshot, layer, own), Some(below))
        }
    };
    Ok(Image::new(OpenImage {
        snapshot: Arc::new(snapshot),
        layer,
        _hold: hold,
        base,
        sha256: header.sha256,
        parts: header.parts,
        files: mounted.map_or(packaged, |mounted| mounted.files.clone()),
        open_files: header.open_files,
        mapped_files: header.mapped_files,
        noted: header.noted,
        config: header.config,
        info,
    }))
}
