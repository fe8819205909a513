//! The behaviour of terrarium, by area. A test whose name begins with a code is the acceptance case of that code.

mod api;
mod cancel;
mod deadlines;
mod filesystem;
mod hostile;
mod image_files;
mod images;
mod interruption;
mod isolation;
mod killers;
mod leaks;
mod limits;
mod linking;
mod memory;
mod network;
mod options;
mod packages;
mod parallel;
mod programs;
mod properties;
mod randomness;
mod security;
mod sessions;
mod streams;
mod support;
mod values;
