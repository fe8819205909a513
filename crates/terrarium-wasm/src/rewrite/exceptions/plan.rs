//! First pass over a function: finds the handlers, delegates and rethrows of its `try` blocks.
//!
//! The translation of a `try` depends on instructions that come after it, so they are collected before anything is
//! written.

use wasmparser::{FunctionBody, Operator};

use super::super::error::RewriteError;
use super::Site;

/// The opcode of `try`.
const TRY: u8 = 0x06;

/// All `try` blocks of a function that has at least one.
#[derive(Debug, Default)]
pub(super) struct ExceptionPlan {
    /// The blocks, in the order of their starts.
    pub(super) tries: Vec<Try>,
    /// Whether a delegate leads out of the function.
    pub(super) delegates_to_caller: bool,
}

/// One `try` block.
#[derive(Debug, Default)]
pub(super) struct Try {
    /// Its `catch` and `catch_all` clauses in their order.
    pub(super) handlers: Vec<Handler>,
    /// The target of its delegate, if it has one.
    pub(super) delegate: Option<BranchTarget>,
    /// Whether another `try` delegates to this one.
    pub(super) is_target: bool,
}

/// A `catch` or `catch_all`.
#[derive(Debug)]
pub(super) struct Handler {
    /// The tag; `None` for `catch_all`.
    pub(super) tag: Option<u32>,
    /// Whether a `rethrow` names this handler.
    pub(super) is_rethrown: bool,
}

/// The target of a `delegate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BranchTarget {
    /// Into the body of the `try` with this number.
    Try(usize),
    /// To the caller of the function.
    Caller,
}

/// An open block.
#[derive(Clone, Copy)]
struct PlanFrame {
    kind: FrameKind,
    /// The innermost `try` that can catch an exception thrown in this block. It is stored for each frame, because a
    /// search for each delegate could be made to take quadratic time.
    catcher: Option<usize>,
}

#[derive(Clone, Copy)]
enum FrameKind {
    Plain,
    Body(usize),
    Handler(usize),
}

/// Plans `body`; returns `None` if it contains no `try`.
pub(super) fn plan(function: u32, body: &FunctionBody<'_>) -> Result<Option<ExceptionPlan>, RewriteError> {
    // Decoding costs much more than this search, which avoids it for a third of the functions.
    if !body.as_bytes().contains(&TRY) {
        return Ok(None);
    }
    let mut plan = ExceptionPlan::default();
    let mut frames = vec![PlanFrame { kind: FrameKind::Plain, catcher: None }];
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let offset = reader.original_position();
        let site = Site { function, offset };
        match reader.read()? {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                frames.push(PlanFrame { kind: FrameKind::Plain, catcher: catcher(&frames) })
            }
            Operator::Try { .. } => {
                let id = plan.tries.len();
                frames.push(PlanFrame { kind: FrameKind::Body(id), catcher: Some(id) });
                plan.tries.push(Try::default());
            }
            Operator::Catch { tag_index } => {
                plan.add_handler(&mut frames, Some(tag_index), site)?;
            }
            Operator::CatchAll => plan.add_handler(&mut frames, None, site)?,
            Operator::Delegate { relative_depth } => {
                let Some(FrameKind::Body(id)) = frames.pop().map(|frame| frame.kind) else {
                    return Err(site.error("delegate", "does not end the body of a `try`"));
                };
                let target = enclosing(&frames, relative_depth, site, "delegate")?;
                plan.delegate(id, frames[target].catcher);
            }
            Operator::Rethrow { relative_depth } => {
                let target = enclosing(&frames, relative_depth, site, "rethrow")?;
                let handler = match frames[target].kind {
                    FrameKind::Handler(id) => plan.tries[id].handlers.last_mut(),
                    _ => None,
                };
                handler
                    .ok_or_else(|| {
                        site.error(
                            "rethrow",
                            format!("names label {relative_depth}, which is not a handler it stands in"),
                        )
                    })?
                    .is_rethrown = true;
            }
            Operator::End => {
                frames.pop();
            }
            _ => {}
        }
    }
    Ok((!plan.tries.is_empty()).then_some(plan))
}

/// Returns the `try` that catches an exception thrown in the innermost block.
fn catcher(frames: &[PlanFrame]) -> Option<usize> {
    frames.last().and_then(|frame| frame.catcher)
}

/// Returns the index of the frame that label `depth` names.
fn enclosing(frames: &[PlanFrame], depth: u32, site: Site, construct: &'static str) -> Result<usize, RewriteError> {
    usize::try_from(depth)
        .ok()
        .and_then(|depth| frames.len().checked_sub(1)?.checked_sub(depth))
        .ok_or_else(|| site.error(construct, format!("names label {depth}, but only {} blocks are open", frames.len())))
}

impl ExceptionPlan {
    fn add_handler(&mut self, frames: &mut Vec<PlanFrame>, tag: Option<u32>, site: Site) -> Result<(), RewriteError> {
        let (Some(FrameKind::Body(id)) | Some(FrameKind::Handler(id))) = frames.pop().map(|frame| frame.kind) else {
            return Err(site.error("catch", "is not part of a `try`"));
        };
        // A handler is not protected by its own `try`.
        frames.push(PlanFrame { kind: FrameKind::Handler(id), catcher: catcher(frames) });
        self.tries[id].handlers.push(Handler { tag, is_rethrown: false });
        Ok(())
    }

    /// Records that `id` delegates to `target`.
    fn delegate(&mut self, id: usize, target: Option<usize>) {
        self.tries[id].delegate = Some(match target {
            Some(target) => {
                self.tries[target].is_target = true;
                BranchTarget::Try(target)
            }
            None => {
                self.delegates_to_caller = true;
                BranchTarget::Caller
            }
        });
    }
}
