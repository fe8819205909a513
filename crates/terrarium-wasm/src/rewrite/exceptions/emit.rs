//! Second pass over a function: writes its instructions with the planned blocks around them.

use std::borrow::Cow;
use std::ops::Range;

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{Catch, Encode, Instruction, ValType};
use wasmparser::{FunctionBody, Operator, OperatorsReader};

use super::super::error::RewriteError;
use super::super::locals::Locals;
use super::super::module::Module;
use super::super::splice::Splice;
use super::Site;
use super::block_types::BlockTypes;
use super::labels::relabel;
use super::plan::{BranchTarget, ExceptionPlan};

/// The standard's bound on the clauses of one `try_table`.
const MAX_CLAUSES: usize = 10_000;

/// Writes the body of `function` again according to `plan`. Returns the entry of the code section, without its size.
pub(super) fn emit<'a>(
    module: &Module<'a>,
    types: &mut BlockTypes<'_, 'a>,
    function: u32,
    body: &FunctionBody<'a>,
    plan: &ExceptionPlan,
) -> Result<Vec<u8>, RewriteError> {
    let params = module.signature(function)?.params().len();
    let locals = Locals::read(body, params)?;
    let reader = body.get_operators_reader()?;
    let mut emitter = Emitter {
        types,
        function,
        plan,
        opened: 0,
        frames: vec![OpenBlock { label: 0, construct: Construct::Function }],
        landings: vec![0; plan.tries.len()],
        height: 1,
        first_exception: locals.count,
        exceptions: 0,
        most_exceptions: 0,
        out: Splice::new(module.wasm, reader.original_position()..body.range().end),
    };
    emitter.run(reader)?;
    let mut written = locals.declare(module.wasm, &[(emitter.most_exceptions, ValType::EXNREF)]);
    written.extend(emitter.out.finish());
    Ok(written)
}

/// An open block of the function being read.
struct OpenBlock {
    /// The target of a branch to it: a written block, counted from the function inwards.
    label: u32,
    construct: Construct,
}

#[derive(Clone, Copy)]
enum Construct {
    Function,
    Plain,
    /// In the body of the `try` with this number.
    Body(usize),
    /// In a handler.
    Handler {
        id: usize,
        number: usize,
        /// The local that keeps the exception, if a rethrow needs it.
        exception: Option<u32>,
    },
}

struct Emitter<'a, 'm, 'p> {
    types: &'p mut BlockTypes<'m, 'a>,
    function: u32,
    plan: &'p ExceptionPlan,
    /// The number of `try` blocks met so far.
    opened: usize,
    frames: Vec<OpenBlock>,
    /// For each `try` that is a target, the block that a delegate branches to.
    landings: Vec<u32>,
    /// The number of open blocks in the output, with the function.
    height: u32,
    first_exception: u64,
    /// The present and the largest number of locals for exceptions in use.
    exceptions: u32,
    most_exceptions: u32,
    out: Splice<'a>,
}

impl<'a> Emitter<'a, '_, '_> {
    fn run(&mut self, mut reader: OperatorsReader<'a>) -> Result<(), RewriteError> {
        if self.plan.delegates_to_caller {
            let landing = self.types.around(wasmparser::BlockType::Empty, None, true)?;
            let out = self.out.insert_before(reader.original_position());
            Instruction::Block(landing).encode(out);
            self.height += 1;
        }
        while !reader.eof() {
            let start = reader.original_position();
            let operator = reader.read()?;
            self.operator(operator, start..reader.original_position())?;
        }
        Ok(())
    }

    fn operator(&mut self, operator: Operator<'a>, at: Range<usize>) -> Result<(), RewriteError> {
        let site = Site { function: self.function, offset: at.start };
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                self.open_plain();
            }
            Operator::Try { blockty } => self.open_try(blockty, at, site)?,
            Operator::Catch { .. } | Operator::CatchAll => self.next_handler(at, site)?,
            Operator::Delegate { .. } => {
                self.close_body(at.clone(), site)?;
                self.out.replace_with(at, &Instruction::End);
                self.frames.pop();
                self.height -= 1;
            }
            Operator::Rethrow { relative_depth } => {
                let frame = self.frame(relative_depth, site)?;
                let Construct::Handler { exception: Some(local), .. } = self.frames[frame].construct else {
                    return Err(site.error("rethrow", "names no handler"));
                };
                let out = self.out.replace(at);
                Instruction::LocalGet(local).encode(out);
                Instruction::ThrowRef.encode(out);
            }
            Operator::End => self.close(at, site)?,
            operator => {
                let opens = matches!(operator, Operator::TryTable { .. });
                let label = |depth| {
                    let frame = self.frame(depth, site)?;
                    Ok(self.height - 1 - self.frames[frame].label)
                };
                if let Some(instruction) = relabel(operator, site, label)? {
                    self.out.replace_with(at, &instruction);
                }
                if opens {
                    self.open_plain();
                }
            }
        }
        Ok(())
    }

    /// Returns the index of the frame that label `depth` names.
    fn frame(&self, depth: u32, site: Site) -> Result<usize, RewriteError> {
        usize::try_from(depth).ok().and_then(|depth| self.frames.len().checked_sub(1)?.checked_sub(depth)).ok_or_else(
            || {
                let open = self.frames.len();
                site.error("branch", format!("names label {depth}, but only {open} blocks are open"))
            },
        )
    }

    fn open_plain(&mut self) {
        self.frames.push(OpenBlock { label: self.height, construct: Construct::Plain });
        self.height += 1;
    }

    fn open_try(&mut self, ty: wasmparser::BlockType, at: Range<usize>, site: Site) -> Result<(), RewriteError> {
        let id = self.opened;
        self.opened += 1;
        let plan = self.plan;
        let Some(planned) = plan.tries.get(id) else {
            return Err(site.error("try", "was not planned"));
        };
        let block = RoundtripReencoder.block_type(ty)?;
        self.frames.push(OpenBlock { label: self.height, construct: Construct::Body(id) });
        let out = self.out.replace(at);
        let mut opened = 1;
        if let Some(target) = planned.delegate {
            let landing = match target {
                BranchTarget::Try(target) => self.landings[target],
                BranchTarget::Caller => 1,
            };
            let label = self.height - 1 - landing;
            let clause = [Catch::AllRef { label }];
            Instruction::TryTable(block, Cow::Borrowed(&clause)).encode(out);
        } else if planned.handlers.is_empty() {
            Instruction::Block(block).encode(out);
        } else {
            if planned.handlers.len() > MAX_CLAUSES {
                let found = planned.handlers.len();
                return Err(site.error("try", format!("has {found} handlers; at most {MAX_CLAUSES} can be translated")));
            }
            Instruction::Block(block).encode(out);
            for handler in planned.handlers.iter().rev() {
                let ty = self.types.around(ty, handler.tag, handler.is_rethrown)?;
                Instruction::Block(ty).encode(out);
                opened += 1;
            }
            let clauses: Vec<Catch> = (0..)
                .zip(&planned.handlers)
                .map(|(label, handler)| match (handler.tag, handler.is_rethrown) {
                    (Some(tag), false) => Catch::One { tag, label },
                    (Some(tag), true) => Catch::OneRef { tag, label },
                    (None, false) => Catch::All { label },
                    (None, true) => Catch::AllRef { label },
                })
                .collect();
            Instruction::TryTable(block, Cow::Owned(clauses)).encode(out);
            opened += 1;
        }
        self.height += opened;
        if planned.is_target {
            let landing = self.types.around(ty, None, true)?;
            Instruction::Block(landing).encode(out);
            self.landings[id] = self.height;
            self.height += 1;
        }
        Ok(())
    }

    /// Ends the block that delegates branch to, if the body of the innermost `try` has one.
    fn close_body(&mut self, at: Range<usize>, site: Site) -> Result<(), RewriteError> {
        let Some(OpenBlock { label, construct: Construct::Body(id) }) = self.frames.last() else {
            return Err(site.error("try", "ends where none is open"));
        };
        if self.plan.tries[*id].is_target {
            let out = self.out.insert_before(at.start);
            Instruction::Br(self.height - 1 - label).encode(out);
            Instruction::End.encode(out);
            Instruction::ThrowRef.encode(out);
            self.height -= 1;
        }
        Ok(())
    }

    /// Moves from the body to the first handler, or from one handler to the next.
    fn next_handler(&mut self, at: Range<usize>, site: Site) -> Result<(), RewriteError> {
        let (id, number) = match self.frames.last().map(|frame| frame.construct) {
            Some(Construct::Body(id)) => {
                self.close_body(at.clone(), site)?;
                Instruction::End.encode(self.out.insert_before(at.start));
                self.height -= 1;
                (id, 0)
            }
            Some(Construct::Handler { id, number, exception }) => {
                self.exceptions -= u32::from(exception.is_some());
                (id, number + 1)
            }
            _ => return Err(site.error("catch", "is not part of a `try`")),
        };
        let is_rethrown = self.plan.tries[id].handlers[number].is_rethrown;
        let exception = if is_rethrown { Some(self.exception_local(site)?) } else { None };
        let out = self.out.replace(at);
        if let Some(frame) = self.frames.last_mut() {
            Instruction::Br(self.height - 1 - frame.label).encode(out);
            frame.construct = Construct::Handler { id, number, exception };
        }
        Instruction::End.encode(out);
        self.height -= 1;
        if let Some(local) = exception {
            Instruction::LocalSet(local).encode(out);
        }
        Ok(())
    }

    /// Returns a local for the exception of a handler. Handlers that do not overlap share a local.
    fn exception_local(&mut self, site: Site) -> Result<u32, RewriteError> {
        let local = u32::try_from(self.first_exception + u64::from(self.exceptions))
            .map_err(|_| site.error("catch", "needs a local beyond the last index"))?;
        self.exceptions += 1;
        self.most_exceptions = self.most_exceptions.max(self.exceptions);
        Ok(local)
    }

    fn close(&mut self, at: Range<usize>, site: Site) -> Result<(), RewriteError> {
        match self.frames.last().map(|frame| frame.construct) {
            Some(Construct::Body(_)) => self.close_body(at, site)?,
            Some(Construct::Handler { exception, .. }) => {
                self.exceptions -= u32::from(exception.is_some());
            }
            Some(Construct::Function) if self.plan.delegates_to_caller => {
                let out = self.out.insert_before(at.start);
                Instruction::Return.encode(out);
                Instruction::End.encode(out);
                Instruction::ThrowRef.encode(out);
                self.height -= 1;
            }
            Some(Construct::Function | Construct::Plain) => {}
            None => return Err(site.error("end", "closes no block")),
        }
        self.frames.pop();
        self.height -= 1;
        Ok(())
    }
}
