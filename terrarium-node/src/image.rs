//! [`NativeImage`]: core's `Image` for JavaScript.

use std::{cell::RefCell, ops::ControlFlow, path::PathBuf};

use napi::bindgen_prelude::ClassInstance;
use napi_derive::napi;
use serde::Deserialize;
use terrarium_core::Image;

use crate::{
    fault::Fault,
    gate::Gate,
    run::{Answer, Run, start},
    wire::{Seconds, Wire},
};

/// Core's `Image`.
#[napi(js_name = "Image")]
pub struct NativeImage {
    pub(crate) inner: Image,
}

/// Makes sandboxes start from the bare image that the package contains.
#[napi]
pub fn set_bare_image(path: String) {
    // Each worker thread loads the package and sets the same image again.
    let _ = Image::set_bare(path);
}

/// Makes sandboxes with the packages of a ready image start from the folder of an installed package. Returns the reason why
/// it is not used.
#[napi]
pub fn add_ready_images(path: String) -> Option<String> {
    Image::add_ready(path).err().map(|error| error.to_string())
}

/// The options of listing and pruning.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CacheOptions {
    cache_dir: Option<PathBuf>,
    unused_for: Option<Seconds>,
}

#[napi]
impl NativeImage {
    /// Builds an image and sends its progress.
    #[napi]
    pub fn build(gate: Option<ClassInstance<'_, Gate>>, run: u32, options: String) -> Run {
        let wire = Wire::new(options, Vec::new());
        start(gate.as_deref(), run, move |sink| {
            let last = RefCell::new(String::new());
            let inner = Image::build_with(wire.image_options()?, |step| {
                let text = step.to_string();
                if last.replace(text.clone()) != text {
                    sink.progress(text);
                }
                ControlFlow::Continue(())
            })?;
            Ok(Answer::Image(Self { inner }))
        })
    }

    /// Opens an image file.
    #[napi]
    pub fn open(gate: Option<ClassInstance<'_, Gate>>, run: u32, path: String) -> Run {
        start(gate.as_deref(), run, move |_| Ok(Answer::Image(Self { inner: Image::open(path)? })))
    }

    /// Writes the image to a file.
    #[napi]
    pub fn save(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, path: String) -> Run {
        let image = self.inner.clone();
        start(gate.as_deref(), run, move |_| {
            image.save(path)?;
            Ok(Answer::Data(Wire::of(&(), Vec::new())?))
        })
    }

    /// Returns the properties of the image as JSON.
    #[napi]
    pub fn info(&self) -> String {
        // Its fields are text, numbers and lists of text, which always have a JSON form.
        serde_json::to_string(self.inner.info()).unwrap_or_default()
    }

    /// Reads the properties of an image file.
    #[napi]
    pub fn inspect(gate: Option<ClassInstance<'_, Gate>>, run: u32, path: String) -> Run {
        start(gate.as_deref(), run, move |_| data(Wire::of(&Image::inspect(path)?, Vec::new())))
    }

    /// Lists the images in a cache folder.
    #[napi]
    pub fn list(gate: Option<ClassInstance<'_, Gate>>, run: u32, options: String) -> Run {
        let wire = Wire::new(options, Vec::new());
        start(gate.as_deref(), run, move |_| {
            let options: CacheOptions = wire.options()?;
            data(Wire::of(&Image::list(options.cache_dir.as_deref())?, Vec::new()))
        })
    }

    /// Removes images from a cache folder.
    #[napi]
    pub fn prune(gate: Option<ClassInstance<'_, Gate>>, run: u32, options: String) -> Run {
        let wire = Wire::new(options, Vec::new());
        start(gate.as_deref(), run, move |_| {
            let CacheOptions { cache_dir, unused_for } = wire.options()?;
            let removed = Image::prune(cache_dir.as_deref(), unused_for.map(|Seconds(time)| time))?;
            data(Wire::of(&removed, Vec::new()))
        })
    }
}

fn data(wire: Result<Wire, Fault>) -> Result<Answer, Fault> {
    wire.map(Answer::Data)
}
