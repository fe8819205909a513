//! Behaviour of the guest's imports, through raw arguments and a small memory.
#![allow(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]

mod control;
mod dirs;
mod guest;
mod links;
mod locks;
mod mapping;
mod mapping_model;
mod open;
mod poll;
mod program;
mod random;
mod requests;
mod rw;
mod socket;
mod stat;
mod streams;
mod table;
mod time;

use guest::Guest;
