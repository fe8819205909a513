//! The native part of the Node package: core's classes for the JavaScript in `lib`, which gives them their public form.
//!
//! Data crosses as JSON text with large contents beside it ([`wire`]). Work is done on separate threads ([`pool`]). Its news come
//! back through a [`Run`](run::Run), which JavaScript reads when a [`Gate`](gate::Gate) wakes it.

mod about;
mod cache;
mod command;
mod events;
mod fault;
mod functions;
mod gate;
mod image;
mod names;
mod packages;
mod pool;
mod run;
mod sandbox;
mod session;
mod wire;

pub use about::about;
pub use command::command;
pub use image::{add_ready_images, set_bare_image};
pub use names::option_names;
