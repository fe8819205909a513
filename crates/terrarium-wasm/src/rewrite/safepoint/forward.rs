//! Loops that advance through memory, and so need no read in most of their turns.
//!
//! An interpreter's main loop has one turn for every instruction of the program that it interprets, so a read at its
//! head is costly. Most of its turns certainly advance a local, the program counter, and load from its address. If all
//! turns did, they would reach the end of memory. So only the jumps to the head after other turns read, unless the turn
//! has read already.

use std::mem;

use wasmparser::{Catch, FunctionBody, MemArg, Operator};

use super::super::error::RewriteError;
use super::super::locals::Locals;

/// The fewest jumps for which this pays. The bound also excludes loops that do little besides advancing through memory.
const FEWEST_JUMPS: usize = 32;
/// The most locals: functions with more are skipped, because facts about the locals are stored for each open block.
const MAX_LOCALS: u64 = 64;
/// The largest advance of one turn. A larger one could step over the end of memory: no memory has the last 64 KiB of
/// the address space.
const FARTHEST: u32 = 1 << 12;

/// A loop that reads at other places than its head.
pub(super) struct Forward {
    /// The place of the loop: a read is before it.
    pub(super) head: usize,
    /// The jumps to its head that follow a read, in order: bytes from the start of the module.
    pub(super) jumps: Vec<usize>,
}

/// Finds the loop of `body` with the most jumps back to it, if many of them advance through memory. The function has
/// `params` parameters.
pub(super) fn forward(body: &FunctionBody<'_>, params: usize) -> Result<Option<Forward>, RewriteError> {
    let locals = Locals::read(body, params)?.count;
    let Some(head) = busiest_loop(body)?.filter(|_| locals <= MAX_LOCALS) else { return Ok(None) };
    let mut walk = ForwardWalk::default();
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let place = reader.original_position();
        let operator = reader.read()?;
        if place == head {
            walk.begin((0..).take(locals as usize));
        } else if place > head {
            walk.follow(&operator, place)?;
            if walk.blocks.is_empty() {
                break;
            }
        }
    }
    Ok(walk.reads().map(|jumps| Forward { head, jumps }))
}

/// Returns the place of the loop with the most jumps back to it, if they are not few.
fn busiest_loop(body: &FunctionBody<'_>) -> Result<Option<usize>, RewriteError> {
    let mut blocks = vec![None];
    let (mut most, mut busiest) = (FEWEST_JUMPS, None);
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let place = reader.original_position();
        match reader.read()? {
            Operator::Loop { .. } => blocks.push(Some((place, 0))),
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => blocks.push(None),
            Operator::End => {
                if let Some((place, jumps)) = blocks.pop().flatten().filter(|(_, jumps)| *jumps >= most) {
                    (most, busiest) = (jumps, Some(place));
                }
            }
            operator => {
                for depth in targets(&operator)? {
                    if let Some(Some((_, jumps))) = blocks.iter_mut().rev().nth(depth as usize) {
                        *jumps += 1;
                    }
                }
            }
        }
    }
    Ok(busiest)
}

/// Returns the blocks that `operator` can jump to, each once, by the number of blocks between.
pub(super) fn targets(operator: &Operator<'_>) -> Result<Vec<u32>, RewriteError> {
    Ok(match operator {
        Operator::Br { relative_depth }
        | Operator::BrIf { relative_depth }
        | Operator::BrOnNull { relative_depth }
        | Operator::BrOnNonNull { relative_depth }
        | Operator::BrOnCast { relative_depth, .. }
        | Operator::BrOnCastFail { relative_depth, .. } => vec![*relative_depth],
        Operator::BrTable { targets } => {
            let mut depths = targets.targets().chain([Ok(targets.default())]).collect::<Result<Vec<_>, _>>()?;
            depths.sort_unstable();
            depths.dedup();
            depths
        }
        _ => Vec::new(),
    })
}

/// Whether control never passes from `operator` to the next instruction.
pub(super) fn leaves(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Br { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. }
            | Operator::Throw { .. }
            | Operator::ThrowRef
            | Operator::Unreachable
    )
}

/// The value of a local at the head of the loop, plus a number in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sum {
    local: u32,
    least: u32,
    most: u32,
}

impl Sum {
    fn plus(self, number: u32) -> Option<Self> {
        let most = self.most.checked_add(number).filter(|most| *most <= FARTHEST)?;
        Some(Self { least: self.least + number, most, ..self })
    }

    /// Returns the union of two values.
    fn or(self, other: Self) -> Option<Self> {
        let (least, most) = (self.least.min(other.least), self.most.max(other.most));
        (self.local == other.local).then_some(Self { least, most, ..self })
    }
}

/// An operand.
#[derive(Clone, Copy, Default)]
enum Operand {
    #[default]
    Any,
    Number(u32),
    Sum(Sum),
}

/// The facts at a place in the loop.
#[derive(Clone)]
struct Known {
    /// The value of each local.
    locals: Vec<Option<Sum>>,
    /// The locals that took part in an address of a load.
    loaded: Vec<bool>,
}

impl Known {
    /// Joins two paths.
    fn or(mut self, other: &Self) -> Self {
        for (one, other) in self.locals.iter_mut().zip(&other.locals) {
            *one = one.zip(*other).and_then(|(one, other)| one.or(other));
        }
        for (one, other) in self.loaded.iter_mut().zip(&other.loaded) {
            *one &= other;
        }
        self
    }
}

/// Joins two paths, each of which may be absent.
fn meet(one: Option<Known>, other: Option<Known>) -> Option<Known> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.or(&other)),
        (one, other) => one.or(other),
    }
}

/// An open block in the loop.
#[derive(Default)]
struct Block {
    is_loop: bool,
    /// For an `if` without an `else` so far: the facts at its start.
    skipped: Option<Known>,
    /// The facts at its end, from the jumps to there.
    end: Option<Known>,
}

/// A jump to the head in a turn that may not have read.
struct Jump {
    place: usize,
    /// The locals that advanced, and from whose value the turn loaded.
    forward: Vec<u32>,
}

/// One turn of the loop, in the order of its instructions.
#[derive(Default)]
struct ForwardWalk {
    /// The open blocks; the loop itself is the first.
    blocks: Vec<Block>,
    /// The facts; `None` where every path has read in this turn.
    known: Option<Known>,
    /// The two topmost operands.
    operands: [Operand; 2],
    jumps: Vec<Jump>,
    /// Whether an exception can lead to the head, where no read can be placed.
    catches: bool,
}

impl ForwardWalk {
    fn begin(&mut self, locals: impl Iterator<Item = u32>) {
        let locals: Vec<_> = locals.map(|local| Some(Sum { local, least: 0, most: 0 })).collect();
        let loaded = vec![false; locals.len()];
        self.known = Some(Known { locals, loaded });
        self.blocks.push(Block { is_loop: true, ..Block::default() });
    }

    /// Returns the jumps that must read, unless few advance.
    fn reads(self) -> Option<Vec<usize>> {
        let locals = self.jumps.iter().flat_map(|jump| &jump.forward);
        let count = |local: u32| self.jumps.iter().filter(|jump| jump.forward.contains(&local)).count();
        let counter = locals.copied().max_by_key(|local| count(*local))?;
        let others = self.jumps.iter().filter(|jump| !jump.forward.contains(&counter));
        let others = others.map(|jump| jump.place).collect();
        (count(counter) >= FEWEST_JUMPS && !self.catches).then_some(others)
    }

    fn push(&mut self, operand: Operand) {
        self.operands = [self.operands[1], operand];
    }

    fn pop(&mut self) -> Operand {
        let [below, top] = mem::take(&mut self.operands);
        self.operands[1] = below;
        top
    }

    /// Records a jump from `place` to a block, by the number of blocks between.
    fn jump(&mut self, depth: u32, place: usize) {
        let Some(at) = self.blocks.len().checked_sub(depth as usize + 1) else { return };
        if at == 0 {
            if let Some(known) = &self.known {
                let sums = known.locals.iter().zip(&known.loaded).zip(0..);
                let forward = sums.filter(|((sum, loaded), local)| {
                    **loaded && sum.is_some_and(|sum| sum.local == *local && sum.least > 0)
                });
                let forward = forward.map(|(_, local)| local).collect();
                self.jumps.push(Jump { place, forward });
            }
        } else if !self.blocks[at].is_loop {
            let end = self.blocks[at].end.take();
            self.blocks[at].end = meet(end, self.known.clone());
        }
    }

    /// Applies `operator` at `place`.
    fn follow(&mut self, operator: &Operator<'_>, place: usize) -> Result<(), RewriteError> {
        match operator {
            Operator::LocalGet { local_index } => {
                let sum = self.known.as_ref().and_then(|known| known.locals[*local_index as usize]);
                self.push(sum.map_or(Operand::Any, Operand::Sum));
                return Ok(());
            }
            Operator::I32Const { value } => {
                self.push(Operand::Number(value.cast_unsigned()));
                return Ok(());
            }
            Operator::I32Add => {
                let sum = match (self.pop(), self.pop()) {
                    (Operand::Sum(sum), Operand::Number(number)) | (Operand::Number(number), Operand::Sum(sum)) => {
                        sum.plus(number)
                    }
                    _ => None,
                };
                self.push(sum.map_or(Operand::Any, Operand::Sum));
                return Ok(());
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let operand = self.pop();
                if let Some(known) = &mut self.known {
                    known.locals[*local_index as usize] =
                        if let Operand::Sum(sum) = operand { Some(sum) } else { None };
                }
                if matches!(operator, Operator::LocalTee { .. }) {
                    self.push(operand);
                }
                return Ok(());
            }
            Operator::I32Load { memarg: MemArg { memory: 0, .. } }
            | Operator::I32Load8U { memarg: MemArg { memory: 0, .. } }
            | Operator::I32Load16U { memarg: MemArg { memory: 0, .. } } => {
                if let (Operand::Sum(sum), Some(known)) = (self.pop(), &mut self.known) {
                    known.loaded[sum.local as usize] = true;
                }
            }
            Operator::Block { .. } => self.blocks.push(Block::default()),
            Operator::Loop { .. } => {
                // The nested loop reads at its head.
                self.known = None;
                self.blocks.push(Block { is_loop: true, ..Block::default() });
            }
            Operator::If { .. } => self.blocks.push(Block { skipped: self.known.clone(), ..Block::default() }),
            Operator::TryTable { try_table } => {
                // Any instruction in the block can throw, with any values of the locals.
                let known = self.known.take().map(|known| Known {
                    locals: vec![None; known.locals.len()],
                    loaded: vec![false; known.loaded.len()],
                });
                let before = mem::replace(&mut self.known, known);
                for catch in &try_table.catches {
                    let (Catch::One { label, .. }
                    | Catch::OneRef { label, .. }
                    | Catch::All { label }
                    | Catch::AllRef { label }) = catch;
                    self.catches |= *label as usize + 1 == self.blocks.len();
                    self.jump(*label, place);
                }
                self.known = before;
                self.blocks.push(Block::default());
            }
            Operator::Else => {
                if let Some(block) = self.blocks.last_mut() {
                    block.end = meet(block.end.take(), self.known.take());
                    self.known = block.skipped.take();
                }
            }
            Operator::End => {
                let block = self.blocks.pop().unwrap_or_default();
                self.known = meet(meet(self.known.take(), block.end), block.skipped);
            }
            Operator::CallIndirect { .. } | Operator::CallRef { .. } => self.known = None,
            _ => {
                for depth in targets(operator)? {
                    self.jump(depth, place);
                }
                if leaves(operator) {
                    self.known = None;
                }
            }
        }
        self.operands = [Operand::Any; 2];
        Ok(())
    }
}
