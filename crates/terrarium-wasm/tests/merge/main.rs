//! Tests of the static merge: the merged module is run beside the modules that it was made of.

mod behaviour;
mod generated;
mod guest;
mod live;
mod refused;
mod shape;
