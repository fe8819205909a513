//! Generates a valid program from entropy.

use super::{Body, Entry, Function, Handler, Signature, Statement, TAGS, Type, Value};

/// Choices, taken from bytes; without bytes, every choice is the simplest one.
pub(crate) struct Entropy<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Entropy<'a> {
    /// Makes choices from `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    fn below(&mut self, bound: usize) -> usize {
        match self.bytes.next() {
            Some(byte) => usize::from(*byte) % bound,
            None => 0,
        }
    }

    fn is_empty(&self) -> bool {
        self.bytes.len() == 0
    }
}

/// The facts that a branch to an open block needs.
struct Label {
    types: Vec<Type>,
    kind: Kind,
}

enum Kind {
    Plain,
    Loop(usize),
    Handler,
}

const MAX_DEPTH: usize = 7;
const MAX_STATEMENTS: usize = 80;

/// Generates the function with number `number`.
pub(crate) fn generate(entropy: &mut Entropy<'_>, number: usize) -> Function {
    let mut generator = Generator { entropy, number, labels: Vec::new(), counters: 0, statements: 0 };
    let body = generator.body(&[Type::I32], Kind::Plain, &[Type::I32]);
    Function { counters: generator.counters, body }
}

struct Generator<'e, 'b> {
    entropy: &'e mut Entropy<'b>,
    number: usize,
    labels: Vec<Label>,
    counters: usize,
    statements: usize,
}

impl Generator<'_, '_> {
    /// Generates a body whose label takes `branch` and which leaves `results`.
    fn body(&mut self, branch: &[Type], kind: Kind, results: &[Type]) -> Body {
        self.labels.push(Label { types: branch.to_vec(), kind });
        let count = 1 + self.entropy.below(4);
        let statements = (0..count).map(|_| self.statement()).collect();
        let results = self.values(results.len());
        self.labels.pop();
        Body { statements, results }
    }

    fn plain(&mut self, signature: &Signature) -> Body {
        self.body(&signature.results, Kind::Plain, &signature.results)
    }

    fn statement(&mut self) -> Statement {
        self.statements += 1;
        let is_small = self.labels.len() >= MAX_DEPTH || self.statements > MAX_STATEMENTS || self.entropy.is_empty();
        if is_small {
            return self.leaf();
        }
        match self.entropy.below(16) {
            0..=4 => self.leaf(),
            5 => {
                let operand = self.constant();
                Statement::Above(operand, Box::new(self.statement()))
            }
            6 => {
                let entry = self.entry();
                let body = self.plain(&entry.signature);
                Statement::Block(entry, body)
            }
            7 => {
                let entry = self.entry();
                let counter = self.counters;
                self.counters += 1;
                let rounds = self.entropy.below(4) as i32;
                let params = entry.signature.params.clone();
                let body = self.body(&params, Kind::Loop(counter), &entry.signature.results);
                Statement::Loop { entry, counter, rounds, body }
            }
            8 => {
                let entry = self.entry();
                let bit = self.entropy.below(8) as u32;
                let then = self.plain(&entry.signature);
                let otherwise = self.plain(&entry.signature);
                Statement::If { bit, entry, then, otherwise }
            }
            9..=12 => self.try_with_handlers(),
            _ => {
                let entry = self.entry();
                let depth = self.entropy.below(self.labels.len()) as u32;
                let body = self.plain(&entry.signature);
                Statement::Delegate(entry, body, depth)
            }
        }
    }

    fn try_with_handlers(&mut self) -> Statement {
        let entry = self.entry();
        let body = self.plain(&entry.signature);
        let results = entry.signature.results.clone();
        let mut handlers = Vec::new();
        for _ in 0..self.entropy.below(4) {
            let tag = self.entropy.below(TAGS.len() - 1);
            let body = self.body(&results, Kind::Handler, &results);
            handlers.push(Handler { tag: Some(tag), body });
        }
        if self.entropy.below(3) == 1 {
            let body = self.body(&results, Kind::Handler, &results);
            handlers.push(Handler { tag: None, body });
        }
        Statement::Try(entry, body, handlers)
    }

    /// Generates a statement without nested statements.
    fn leaf(&mut self) -> Statement {
        match self.entropy.below(14) {
            0 | 1 => Statement::Log(self.constant()),
            2 => {
                let depth = self.label(|label| !matches!(label.kind, Kind::Loop(_)));
                depth.map(|depth| Statement::Branch(depth, self.values_for(depth)))
            }
            .unwrap_or(Statement::Log(2)),
            3 | 4 => {
                let bit = self.entropy.below(8) as u32;
                self.label(|label| !matches!(label.kind, Kind::Loop(_)))
                    .map(|depth| Statement::BranchIf(bit, depth, self.values_for(depth)))
                    .unwrap_or(Statement::Log(3))
            }
            5 => self.branch_table(),
            6 => self.continued().unwrap_or(Statement::Log(6)),
            7 | 8 => self.throw(),
            9 | 10 => {
                self.label(|label| matches!(label.kind, Kind::Handler)).map_or_else(|| self.throw(), Statement::Rethrow)
            }
            11 if self.number > 0 => Statement::Call(self.entropy.below(self.number)),
            12 if self.number > 0 => Statement::TailCall(self.entropy.below(self.number)),
            13 => Statement::Return(self.value()),
            _ => Statement::Log(self.constant()),
        }
    }

    fn throw(&mut self) -> Statement {
        let tag = self.entropy.below(TAGS.len());
        Statement::Throw(tag, self.values(TAGS[tag].len()))
    }

    fn branch_table(&mut self) -> Statement {
        let Some(default) = self.label(|label| !matches!(label.kind, Kind::Loop(_))) else {
            return Statement::Log(5);
        };
        let types = self.at(default).types.clone();
        let same = |label: &Label| !matches!(label.kind, Kind::Loop(_)) && label.types == types;
        let depths = (0..self.entropy.below(4)).filter_map(|_| self.label(same)).collect();
        Statement::BranchTable(depths, default, self.values(types.len()))
    }

    fn continued(&mut self) -> Option<Statement> {
        let depth = self.label(|label| matches!(label.kind, Kind::Loop(_)))?;
        let Kind::Loop(counter) = self.at(depth).kind else {
            return None;
        };
        Some(Statement::Continue { depth, counter, values: self.values_for(depth) })
    }

    /// Returns the depth of one of the open blocks that `fits`.
    fn label(&mut self, fits: impl Fn(&Label) -> bool) -> Option<u32> {
        let fitting: Vec<u32> =
            (0..).zip(self.labels.iter().rev()).filter(|(_, label)| fits(label)).map(|(depth, _)| depth).collect();
        if fitting.is_empty() {
            return None;
        }
        Some(fitting[self.entropy.below(fitting.len())])
    }

    fn at(&self, depth: u32) -> &Label {
        &self.labels[self.labels.len() - 1 - depth as usize]
    }

    fn values_for(&mut self, depth: u32) -> Vec<Value> {
        let count = self.at(depth).types.len();
        self.values(count)
    }

    fn values(&mut self, count: usize) -> Vec<Value> {
        (0..count).map(|_| self.value()).collect()
    }

    fn value(&mut self) -> Value {
        match self.entropy.below(4) {
            0 => Value::Parameter,
            _ => Value::Constant(self.constant()),
        }
    }

    fn constant(&mut self) -> i32 {
        self.entropy.below(256) as i32 - 100
    }

    fn entry(&mut self) -> Entry {
        let params = self.types();
        let results = self.types();
        let inputs = self.values(params.len());
        Entry { signature: Signature { params, results }, inputs }
    }

    fn types(&mut self) -> Vec<Type> {
        match self.entropy.below(8) {
            0..=2 => vec![],
            3 | 4 => vec![Type::I32],
            5 => vec![Type::I64],
            6 => vec![Type::I32, Type::I64],
            _ => vec![Type::I64, Type::I32],
        }
    }
}
