//! numpy's default integer has 64 bits, as on other platforms.
//!
//! numpy takes the integer of a pointer's size for its default integer, which has 32 bits here. Sums, products and
//! ranges then wrap silently where the same program gives the right number elsewhere. Places in numpy's modules that
//! decide on the default get the number of the type with 64 bits; index arrays keep the type that the C code needs.
//!
//! `numpy.rules` describes each place by the instructions around it, without indices of functions, globals and locals,
//! so that another build of the same sources fits too. Either all rules of a module fit at exactly one place each, or
//! the module is not changed; the harness then sees a default integer of 32 bits and warns.

mod operator;
mod pass;
mod rules;

pub(super) use pass::Integers;
pub use pass::integer_rules_that_fail;
