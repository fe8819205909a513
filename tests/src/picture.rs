//! PNG images: their size, and whether they show anything.

use std::{collections::HashMap, fmt};

/// A decoded image.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// The storage of its colours: `Rgba`, `Indexed`.
    pub color: String,
    /// The number of pixels of each colour.
    colors: HashMap<Vec<u8>, usize>,
}

impl Picture {
    /// Decodes a PNG file.
    ///
    /// # Errors
    /// The defect of the file.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
        let color = format!("{:?}", reader.info().color_type);
        let mut pixels = vec![0; reader.output_buffer_size().ok_or("it is too large")?];
        let frame = reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
        pixels.truncate(frame.buffer_size());
        let mut colors = HashMap::new();
        for pixel in pixels.chunks(frame.color_type.samples()) {
            *colors.entry(pixel.to_vec()).or_default() += 1;
        }
        Ok(Self { width: frame.width, height: frame.height, color, colors })
    }

    /// Whether it has fewer than ten colours, or hardly any pixel outside the most common one.
    pub fn is_blank(&self) -> bool {
        let pixels: usize = self.colors.values().sum();
        let commonest = self.colors.values().max().copied().unwrap_or_default();
        self.colors.len() < 10 || (pixels - commonest) * 100 < pixels
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{} {}", self.width, self.height, self.color)?;
        f.write_str(if self.is_blank() { ", blank" } else { "" })
    }
}
