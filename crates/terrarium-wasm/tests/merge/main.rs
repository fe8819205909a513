//! Tests of the static merge: the merged module runs beside its original modules.

mod behaviour;
mod generated;
mod guest;
mod live;
mod refused;
mod shape;
