//! The meaning of a program, directly from the legacy proposal and without any translation.

use super::{Body, Entry, FUEL, Function, Handler, Statement, TAGS, Value};
use crate::support::Outcome;

/// An exception in flight.
#[derive(Clone, Debug)]
struct Exception {
    tag: usize,
    values: Vec<i64>,
}

/// The way in which a statement or body ends.
enum Flow {
    /// At its end, with the values that it leaves.
    Done(Vec<i64>),
    Branch(u32, Vec<i64>),
    Return(i64),
    TailCall(usize),
    Throw(Exception),
    /// An exception that is thrown in the block with this depth.
    Delegate(u32, Exception),
}

/// Runs the functions of a program one call at a time.
pub(crate) struct Reference<'p> {
    functions: &'p [Function],
    hash: i64,
    fuel: i64,
}

/// The locals and open blocks of one call.
struct Call {
    parameter: i32,
    counters: Vec<i32>,
    /// For each open block the exception that it handles.
    handled: Vec<Option<Exception>>,
}

impl<'p> Reference<'p> {
    /// Makes a reference for `functions`.
    pub(crate) fn new(functions: &'p [Function]) -> Self {
        Self { functions, hash: 0, fuel: 0 }
    }

    /// Calls function `number`; returns its outcome and the hash.
    pub(crate) fn run(&mut self, number: usize, parameter: i32) -> (i64, Outcome) {
        self.hash = 0;
        self.fuel = FUEL;
        let outcome = match self.call(number, parameter) {
            Ok(result) => Outcome::Returned(vec![result]),
            Err(exception) => Outcome::Thrown(format!("tag{}", exception.tag), exception.values),
        };
        (self.hash, outcome)
    }

    fn mix(&mut self, value: i64) {
        self.hash = self.hash.wrapping_mul(31).wrapping_add(value);
    }

    fn mix_all(&mut self, values: &[i64]) {
        for value in values.iter().rev() {
            self.mix(*value);
        }
    }

    fn bit(&self, bit: u32) -> bool {
        (self.hash >> bit) & 1 == 1
    }

    fn call(&mut self, mut number: usize, parameter: i32) -> Result<i64, Exception> {
        loop {
            if self.fuel == 0 {
                return Ok(0);
            }
            self.fuel -= 1;
            self.mix(i64::from(parameter));
            let functions = self.functions;
            let function = &functions[number];
            let mut call = Call { parameter, counters: vec![0; function.counters], handled: Vec::new() };
            match self.block(&mut call, &function.body, None) {
                Flow::Done(values) => return Ok(values[0]),
                Flow::Return(value) => return Ok(value),
                Flow::Throw(exception) => return Err(exception),
                Flow::TailCall(next) => number = next,
                Flow::Branch(..) | Flow::Delegate(..) => panic!("leaves more blocks than are open"),
            }
        }
    }

    /// Runs `body` inside a block in which `handled` is being handled, and leaves the block.
    fn block(&mut self, call: &mut Call, body: &Body, handled: Option<Exception>) -> Flow {
        match self.inside(call, body, handled) {
            Flow::Branch(0, values) => Flow::Done(values),
            flow => outwards(flow),
        }
    }

    fn inside(&mut self, call: &mut Call, body: &Body, handled: Option<Exception>) -> Flow {
        call.handled.push(handled);
        let flow = self.body(call, body);
        call.handled.pop();
        flow
    }

    fn body(&mut self, call: &mut Call, body: &Body) -> Flow {
        for statement in &body.statements {
            match self.statement(call, statement) {
                Flow::Done(values) => self.mix_all(&values),
                other => return other,
            }
        }
        Flow::Done(call.values(&body.results))
    }

    fn statement(&mut self, call: &mut Call, statement: &Statement) -> Flow {
        match statement {
            Statement::Log(constant) => Flow::Done(vec![i64::from(*constant)]),
            Statement::Above(operand, inner) => match self.statement(call, inner) {
                Flow::Done(values) => {
                    self.mix_all(&values);
                    Flow::Done(vec![i64::from(*operand)])
                }
                other => other,
            },
            Statement::Block(entry, body) => {
                self.enter(call, entry);
                self.block(call, body, None)
            }
            Statement::Loop { entry, counter, rounds, body } => {
                call.counters[*counter] = *rounds;
                let mut values = call.values(&entry.inputs);
                loop {
                    self.mix_all(&values);
                    match self.inside(call, body, None) {
                        Flow::Branch(0, next) => values = next,
                        flow => return outwards(flow),
                    }
                }
            }
            Statement::If { bit, entry, then, otherwise } => {
                let taken = if self.bit(*bit) { then } else { otherwise };
                self.enter(call, entry);
                self.block(call, taken, None)
            }
            Statement::Try(entry, body, handlers) => {
                self.enter(call, entry);
                self.guarded(call, body, handlers)
            }
            Statement::Delegate(entry, body, depth) => {
                self.enter(call, entry);
                match self.block(call, body, None) {
                    Flow::Throw(exception) => Flow::Delegate(*depth, exception),
                    flow => flow,
                }
            }
            Statement::Branch(depth, values) => Flow::Branch(*depth, call.values(values)),
            Statement::BranchIf(bit, depth, values) => {
                if self.bit(*bit) {
                    return Flow::Branch(*depth, call.values(values));
                }
                Flow::Done(vec![])
            }
            Statement::BranchTable(depths, default, values) => {
                let chosen = ((self.hash >> 3) & 3) as usize;
                let depth = depths.get(chosen).unwrap_or(default);
                Flow::Branch(*depth, call.values(values))
            }
            Statement::Continue { depth, counter, values } => {
                if call.counters[*counter] > 0 {
                    call.counters[*counter] -= 1;
                    return Flow::Branch(*depth, call.values(values));
                }
                Flow::Done(vec![])
            }
            Statement::Throw(tag, values) => Flow::Throw(Exception { tag: *tag, values: call.values(values) }),
            Statement::Rethrow(depth) => {
                let position = call.handled.len() - 1 - *depth as usize;
                Flow::Throw(call.handled[position].clone().expect("a rethrow names a handler"))
            }
            Statement::Return(value) => Flow::Return(call.value(*value)),
            Statement::Call(number) => match self.call(*number, call.parameter) {
                Ok(result) => Flow::Done(vec![result]),
                Err(exception) => Flow::Throw(exception),
            },
            Statement::TailCall(number) => Flow::TailCall(*number),
        }
    }

    fn enter(&mut self, call: &Call, entry: &Entry) {
        let values = call.values(&entry.inputs);
        self.mix_all(&values);
    }

    fn guarded(&mut self, call: &mut Call, body: &Body, handlers: &[Handler]) -> Flow {
        let exception = match self.inside(call, body, None) {
            // An exception delegated to this body counts as thrown in it.
            Flow::Throw(exception) | Flow::Delegate(0, exception) => exception,
            Flow::Branch(0, values) => return Flow::Done(values),
            flow => return outwards(flow),
        };
        let Some(handler) = handlers.iter().find(|handler| handler.tag.is_none_or(|tag| tag == exception.tag)) else {
            return Flow::Throw(exception);
        };
        if let Some(tag) = handler.tag {
            assert_eq!(exception.values.len(), TAGS[tag].len());
            self.mix_all(&exception.values);
        }
        self.block(call, &handler.body, Some(exception))
    }
}

/// Returns `flow` as seen by the enclosing block. An exception delegated to a block without handlers counts as thrown
/// at the block.
fn outwards(flow: Flow) -> Flow {
    match flow {
        Flow::Branch(depth, values) => Flow::Branch(depth - 1, values),
        Flow::Delegate(0, exception) => Flow::Throw(exception),
        Flow::Delegate(depth, exception) => Flow::Delegate(depth - 1, exception),
        flow => flow,
    }
}

impl Call {
    fn value(&self, value: Value) -> i64 {
        i64::from(match value {
            Value::Constant(constant) => constant,
            Value::Parameter => self.parameter,
        })
    }

    fn values(&self, values: &[Value]) -> Vec<i64> {
        values.iter().map(|value| self.value(*value)).collect()
    }
}
