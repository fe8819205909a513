//! The number of instructions that one function executes without a read, and the reads that bound it.

use std::{mem, ops::Range};

use wasmparser::{Catch, FunctionBody, Operator};

use super::super::error::RewriteError;
use super::forward::{Forward, leaves, targets};

/// The most instructions of a function before its first read, including those of the functions that it calls, so that a
/// caller can count a call. A smaller bound would put reads into hot calls.
const MAX_FIRST: u32 = 1024;

/// The most instructions between two reads of a function, including those of the functions that it calls and that do
/// not read. The instructions of a callee after its last read count for the callee.
const MAX_STRETCH: u32 = 8192;

/// The most instructions after a call that may be one of many nested calls, in a module that is not trusted: a
/// recursion may return from millions of calls without a read.
const MAX_RETURN: u32 = 64;

/// The most instructions of a turn of the loop that advances: it may pass through all of memory.
const MAX_TURN: u32 = 256;

/// The facts about a called function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// The most instructions that it executes before it reads or returns, and whether it may call its caller.
    Executes(u32, bool),
    /// No facts: the function comes from a table or another module, or calls its caller.
    Unknown,
}

/// The reads of a function.
pub(super) struct Stretches {
    /// The places of the reads, in order: bytes from the start of the module.
    pub(super) reads: Vec<usize>,
    /// The most instructions that it executes before it reads or returns.
    pub(super) first: u32,
    /// Whether it, or a function that it calls, calls an unknown function.
    pub(super) may_recurse: bool,
}

/// Returns the places where `body` has to read; `called` has the facts about the functions that it calls, by their
/// index.
///
/// A read is at the head of every loop but the one that goes `forward`, before every call of an unknown function,
/// before instructions that may take long by themselves, and wherever a stretch without one would become too long.
pub(super) fn stretches(
    body: &FunctionBody<'_>,
    forward: Option<&Forward>,
    is_trusted: bool,
    called: impl Fn(u32) -> Called,
) -> Result<Stretches, RewriteError> {
    let length = Length { from_entry: Some(0), from_read: None };
    let blocks = vec![Block::default()];
    let found = Stretches { reads: Vec::new(), first: 0, may_recurse: false };
    let mut walk = StretchWalk { forward, is_trusted, blocks, length, found };
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let place = reader.original_position();
        let operator = reader.read()?;
        walk.execute(1, place);
        walk.follow(&operator, place..reader.original_position(), &called)?;
    }
    Ok(walk.found)
}

/// The most instructions that may have been executed without a read on arrival at a place; `None` means no path to it.
#[derive(Clone, Copy, Default)]
struct Length {
    /// On a path from the function's entry without a read.
    from_entry: Option<u32>,
    /// Since the last read of the function.
    from_read: Option<u32>,
}

impl Length {
    /// The value for a place without facts.
    const MAX_STRETCH: Self = Self { from_entry: Some(MAX_FIRST), from_read: Some(MAX_STRETCH) };

    /// Joins two paths.
    fn or(self, other: Self) -> Self {
        Self { from_entry: self.from_entry.max(other.from_entry), from_read: self.from_read.max(other.from_read) }
    }

    /// Adds a number of instructions.
    fn plus(self, count: u32) -> Self {
        let plus = |length: Option<u32>| length.map(|length| length.saturating_add(count));
        Self { from_entry: plus(self.from_entry), from_read: plus(self.from_read) }
    }

    /// Returns a length after which only very few instructions may run until the next read.
    fn nearly_too_long(self) -> Self {
        let from_entry = self.from_entry.map(|length| length.max(MAX_FIRST - MAX_RETURN));
        Self { from_entry, from_read: Some(MAX_STRETCH - MAX_RETURN) }
    }

    fn is_too_long(self) -> bool {
        self.from_entry > Some(MAX_FIRST) || self.from_read > Some(MAX_STRETCH)
    }
}

/// An open block.
#[derive(Clone, Copy, Default)]
struct Block {
    /// Whether jumps to it lead to its head.
    is_loop: bool,
    /// Whether that head does not read.
    is_forward: bool,
    /// For an `if` without an `else` so far: the length at its start.
    skipped: Length,
    /// The length of all jumps to its end.
    end: Length,
}

/// The instructions of a function in their order. The only jumps back lead to the head of a loop, which reads
/// (`forward` bounds the number of its turns that do not), so one visit to each instruction is enough.
struct StretchWalk<'f> {
    forward: Option<&'f Forward>,
    is_trusted: bool,
    /// The open blocks; the function itself is the first.
    blocks: Vec<Block>,
    /// The length at the next instruction.
    length: Length,
    found: Stretches,
}

impl StretchWalk<'_> {
    /// Adds a read before the instruction at `place`, which is counted after it.
    fn read(&mut self, place: usize) {
        if self.found.reads.last() != Some(&place) {
            self.found.reads.push(place);
        }
        self.length = Length { from_entry: None, from_read: Some(1) };
    }

    /// Counts this many instructions from `place` on.
    fn execute(&mut self, count: u32, place: usize) {
        if self.length.plus(count).is_too_long() {
            self.read(place);
        }
        self.length = self.length.plus(count);
        self.found.first = self.found.first.max(self.length.from_entry.unwrap_or(0));
    }

    /// Applies a call at `place`.
    fn call(&mut self, called: Called, place: usize) {
        let may_recurse = match called {
            Called::Executes(count, may_recurse) => {
                self.execute(count, place);
                may_recurse
            }
            Called::Unknown => {
                self.read(place);
                self.length = self.length.plus(MAX_FIRST);
                true
            }
        };
        self.found.may_recurse |= may_recurse;
        if may_recurse && !self.is_trusted {
            self.length = self.length.nearly_too_long();
        }
    }

    /// Applies a jump, after `length`, to a block, by the number of blocks between.
    fn jump(&mut self, depth: u32, length: Length) {
        let block = self.blocks.iter_mut().rev().nth(depth as usize);
        if let Some(block) = block.filter(|block| !block.is_loop) {
            block.end = block.end.or(length);
        }
    }

    /// Whether a jump at `place` to `targets` ends a turn of the loop that advances, and has to read: the turn did
    /// something else, or much.
    fn must_read(&self, place: usize, targets: &[u32]) -> bool {
        let Some(forward) = self.forward else { return false };
        let is_head = |depth: &u32| self.blocks.iter().rev().nth(*depth as usize).is_some_and(|block| block.is_forward);
        forward.jumps.binary_search(&place).is_ok()
            || self.length.from_read > Some(MAX_TURN) && targets.iter().any(is_head)
    }

    /// Applies `operator`, which is at `place`.
    fn follow(
        &mut self,
        operator: &Operator<'_>,
        place: Range<usize>,
        called: &impl Fn(u32) -> Called,
    ) -> Result<(), RewriteError> {
        match operator {
            Operator::Block { .. } => self.blocks.push(Block::default()),
            Operator::Loop { .. } => {
                let is_forward = self.forward.is_some_and(|forward| forward.head == place.start);
                self.read(if is_forward { place.start } else { place.end });
                self.blocks.push(Block { is_loop: true, is_forward, ..Block::default() });
            }
            Operator::If { .. } => self.blocks.push(Block { skipped: self.length, ..Block::default() }),
            Operator::TryTable { try_table } => {
                for catch in &try_table.catches {
                    let (Catch::One { label, .. }
                    | Catch::OneRef { label, .. }
                    | Catch::All { label }
                    | Catch::AllRef { label }) = catch;
                    // Any instruction in the block can throw.
                    self.jump(*label, Length::MAX_STRETCH);
                }
                self.blocks.push(Block::default());
            }
            Operator::Else => {
                if let Some(block) = self.blocks.last_mut() {
                    block.end = block.end.or(self.length);
                    self.length = mem::take(&mut block.skipped);
                }
            }
            Operator::End => {
                let block = self.blocks.pop().unwrap_or_default();
                self.length = self.length.or(block.end).or(block.skipped);
            }
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.call(called(*function_index), place.start);
            }
            Operator::CallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => self.call(Called::Unknown, place.start),
            Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryInit { .. }
            | Operator::TableCopy { .. }
            | Operator::TableFill { .. }
            | Operator::TableInit { .. }
            | Operator::TableGrow { .. }
            | Operator::ArrayNew { .. }
            | Operator::ArrayNewDefault { .. }
            | Operator::ArrayNewFixed { .. }
            | Operator::ArrayNewData { .. }
            | Operator::ArrayNewElem { .. }
            | Operator::ArrayFill { .. }
            | Operator::ArrayCopy { .. }
            | Operator::ArrayInitData { .. }
            | Operator::ArrayInitElem { .. }
            | Operator::StructNew { .. }
            | Operator::StructNewDefault { .. } => self.read(place.start),
            _ => {
                let targets = targets(operator)?;
                if self.must_read(place.start, &targets) {
                    self.read(place.start);
                }
                for depth in targets {
                    self.jump(depth, self.length);
                }
            }
        }
        if leaves(operator) {
            self.length = Length::default();
        }
        Ok(())
    }
}
