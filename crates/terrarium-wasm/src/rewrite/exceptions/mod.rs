//! Legacy exception instructions become standard ones: `try`, `catch`, `catch_all`, `delegate` and `rethrow` become
//! `try_table`, `throw_ref` and references to exceptions (`exnref`). `throw` is the same in both.
//!
//! A `try` of type `P -> R` whose handlers catch tags that carry `T0`, `T1` … becomes
//!
//! ```text
//! block P -> R                           what branches to the try leave
//!   block P -> T1 exnref                 one for each handler, the first one innermost
//!     block P -> T0
//!       try_table P -> R (catch t0 0) (catch_ref t1 1)
//!         block P -> exnref              only if a delegate names this try
//!           … body …
//!           br 4
//!         end
//!         throw_ref
//!       end
//!       br 2
//!     end
//!     … first handler …
//!     br 1
//!   end
//!   local.set $e                         only if a rethrow names this handler
//!   … second handler, its rethrow is local.get $e, throw_ref …
//! end
//! ```
//!
//! A `try` that ends in `delegate` is a `try_table` whose only clause sends everything to the innermost block of the
//! target. If nothing in the function would catch it, the target is a block around the whole function.

mod block_types;
mod emit;
mod labels;
mod pass;
mod plan;
mod site;

pub(super) use pass::Exceptions;
use site::Site;
