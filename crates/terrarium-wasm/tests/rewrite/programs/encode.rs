//! Encodes programs as a module with legacy exceptions.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType,
    Instruction as I, Module, TagKind, TagSection, TagType, TypeSection, ValType,
};

use super::{Body, Entry, Function, Signature, Statement, TAGS, Type, Value};

const HASH: u32 = 0;
const FUEL: u32 = 1;
/// The function that mixes a value into the hash.
const MIX: u32 = 0;

/// Makes a module that exports `functions` as `f0`, `f1` …, the tags as `tag0` … and the globals `hash` and `fuel`.
pub(crate) fn encode(functions: &[Function]) -> Vec<u8> {
    let mut types = Types::default();
    let program = types.index(&[Type::I32], &[Type::I32]);
    let mix = types.index(&[Type::I64], &[]);
    let mut declared = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    declared.function(mix);
    code.function(&mix_function());
    for (number, function) in functions.iter().enumerate() {
        declared.function(program);
        exports.export(&format!("f{number}"), ExportKind::Func, number as u32 + 1);
        code.function(&encode_function(&mut types, function));
    }
    let mut tags = TagSection::new();
    for (number, values) in TAGS.iter().enumerate() {
        tags.tag(TagType { kind: TagKind::Exception, func_type_idx: types.index(values, &[]) });
        exports.export(&format!("tag{number}"), ExportKind::Tag, number as u32);
    }
    let mut globals = GlobalSection::new();
    for (name, index) in [("hash", HASH), ("fuel", FUEL)] {
        let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
        globals.global(ty, &ConstExpr::i64_const(0));
        exports.export(name, ExportKind::Global, index);
    }
    let mut module = Module::new();
    module.section(&types.section).section(&declared).section(&tags).section(&globals).section(&exports).section(&code);
    module.finish()
}

#[derive(Default)]
struct Types {
    section: TypeSection,
    known: Vec<(Vec<Type>, Vec<Type>)>,
}

impl Types {
    fn index(&mut self, params: &[Type], results: &[Type]) -> u32 {
        let position =
            self.known.iter().position(|known| known.0 == params && known.1 == results).unwrap_or_else(|| {
                self.known.push((params.to_vec(), results.to_vec()));
                self.section.ty().function(params.iter().copied().map(val_type), results.iter().copied().map(val_type));
                self.known.len() - 1
            });
        position as u32
    }

    fn block(&mut self, signature: &Signature) -> BlockType {
        match (&signature.params[..], &signature.results[..]) {
            ([], []) => BlockType::Empty,
            ([], [result]) => BlockType::Result(val_type(*result)),
            (params, results) => BlockType::FunctionType(self.index(params, results)),
        }
    }
}

fn val_type(ty: Type) -> ValType {
    match ty {
        Type::I32 => ValType::I32,
        Type::I64 => ValType::I64,
    }
}

fn mix_function() -> wasm_encoder::Function {
    let mut out = wasm_encoder::Function::new([]);
    for instruction in
        [I::GlobalGet(HASH), I::I64Const(31), I::I64Mul, I::LocalGet(0), I::I64Add, I::GlobalSet(HASH), I::End]
    {
        out.instruction(&instruction);
    }
    out
}

fn encode_function(types: &mut Types, function: &Function) -> wasm_encoder::Function {
    let mut encoder = Encoder {
        types,
        labels: vec![vec![Type::I32]],
        out: wasm_encoder::Function::new([(function.counters as u32, ValType::I32)]),
    };
    encoder.write(&[
        I::GlobalGet(FUEL),
        I::I64Eqz,
        I::If(BlockType::Empty),
        I::I32Const(0),
        I::Return,
        I::End,
        I::GlobalGet(FUEL),
        I::I64Const(1),
        I::I64Sub,
        I::GlobalSet(FUEL),
        I::LocalGet(0),
    ]);
    encoder.mix(&[Type::I32]);
    encoder.body(&function.body);
    encoder.write(&[I::End]);
    encoder.out
}

struct Encoder<'t> {
    types: &'t mut Types,
    /// The types that a branch to each open block takes.
    labels: Vec<Vec<Type>>,
    out: wasm_encoder::Function,
}

impl Encoder<'_> {
    fn write(&mut self, instructions: &[I<'_>]) {
        for instruction in instructions {
            self.out.instruction(instruction);
        }
    }

    /// Takes values of `types` from the stack, the last one first.
    fn mix(&mut self, types: &[Type]) {
        for ty in types.iter().rev() {
            if *ty == Type::I32 {
                self.write(&[I::I64ExtendI32S]);
            }
            self.write(&[I::Call(MIX)]);
        }
    }

    fn value(&mut self, value: Value, ty: Type) {
        match (value, ty) {
            (Value::Constant(value), Type::I32) => self.write(&[I::I32Const(value)]),
            (Value::Constant(value), Type::I64) => self.write(&[I::I64Const(value.into())]),
            (Value::Parameter, Type::I32) => self.write(&[I::LocalGet(0)]),
            (Value::Parameter, Type::I64) => self.write(&[I::LocalGet(0), I::I64ExtendI32S]),
        }
    }

    fn values(&mut self, values: &[Value], types: &[Type]) {
        for (value, ty) in values.iter().zip(types) {
            self.value(*value, *ty);
        }
    }

    fn label(&self, depth: u32) -> Vec<Type> {
        self.labels[self.labels.len() - 1 - depth as usize].clone()
    }

    fn bit(&mut self, bit: u32) {
        self.write(&[
            I::GlobalGet(HASH),
            I::I64Const(bit.into()),
            I::I64ShrS,
            I::I32WrapI64,
            I::I32Const(1),
            I::I32And,
        ]);
    }

    fn body(&mut self, body: &Body) {
        for statement in &body.statements {
            self.statement(statement);
        }
        let results = self.labels.last().cloned().unwrap_or_default();
        self.values(&body.results, &results);
    }

    /// Writes a body whose parameters are on the stack.
    fn inside(&mut self, entry: &Entry, branch: &[Type], body: &Body) {
        self.mix(&entry.signature.params);
        self.handler(branch, &entry.signature.results, body);
    }

    fn handler(&mut self, branch: &[Type], results: &[Type], body: &Body) {
        self.labels.push(branch.to_vec());
        for statement in &body.statements {
            self.statement(statement);
        }
        self.values(&body.results, results);
        self.labels.pop();
    }

    fn enter(&mut self, entry: &Entry) -> BlockType {
        self.values(&entry.inputs, &entry.signature.params);
        self.types.block(&entry.signature)
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Log(constant) => {
                self.write(&[I::I32Const(*constant)]);
                self.mix(&[Type::I32]);
            }
            Statement::Above(operand, inner) => {
                self.write(&[I::I32Const(*operand)]);
                self.statement(inner);
                self.mix(&[Type::I32]);
            }
            Statement::Block(entry, body) => {
                let ty = self.enter(entry);
                self.write(&[I::Block(ty)]);
                self.inside(entry, &entry.signature.results, body);
                self.leave(entry, I::End);
            }
            Statement::Loop { entry, counter, rounds, body } => {
                let local = *counter as u32 + 1;
                self.write(&[I::I32Const(*rounds), I::LocalSet(local)]);
                let ty = self.enter(entry);
                self.write(&[I::Loop(ty)]);
                self.inside(entry, &entry.signature.params, body);
                self.leave(entry, I::End);
            }
            Statement::If { bit, entry, then, otherwise } => {
                let ty = self.enter(entry);
                self.bit(*bit);
                self.write(&[I::If(ty)]);
                self.inside(entry, &entry.signature.results, then);
                self.write(&[I::Else]);
                self.inside(entry, &entry.signature.results, otherwise);
                self.leave(entry, I::End);
            }
            Statement::Try(entry, body, handlers) => {
                let ty = self.enter(entry);
                self.write(&[I::Try(ty)]);
                let results = &entry.signature.results;
                self.inside(entry, results, body);
                for handler in handlers {
                    match handler.tag {
                        Some(tag) => {
                            self.write(&[I::Catch(tag as u32)]);
                            self.mix(TAGS[tag]);
                        }
                        None => self.write(&[I::CatchAll]),
                    }
                    self.handler(results, results, &handler.body);
                }
                self.leave(entry, I::End);
            }
            Statement::Delegate(entry, body, depth) => {
                let ty = self.enter(entry);
                self.write(&[I::Try(ty)]);
                self.inside(entry, &entry.signature.results, body);
                self.leave(entry, I::Delegate(*depth));
            }
            Statement::Branch(depth, values) => {
                self.values(values, &self.label(*depth));
                self.write(&[I::Br(*depth)]);
            }
            Statement::BranchIf(bit, depth, values) => {
                self.values(values, &self.label(*depth));
                self.bit(*bit);
                self.write(&[I::BrIf(*depth)]);
                for _ in values {
                    self.write(&[I::Drop]);
                }
            }
            Statement::BranchTable(depths, default, values) => {
                self.values(values, &self.label(*default));
                self.write(&[
                    I::GlobalGet(HASH),
                    I::I64Const(3),
                    I::I64ShrS,
                    I::I32WrapI64,
                    I::I32Const(3),
                    I::I32And,
                    I::BrTable(depths.into(), *default),
                ]);
            }
            Statement::Continue { depth, counter, values } => {
                let local = *counter as u32 + 1;
                self.write(&[
                    I::LocalGet(local),
                    I::If(BlockType::Empty),
                    I::LocalGet(local),
                    I::I32Const(1),
                    I::I32Sub,
                    I::LocalSet(local),
                ]);
                self.values(values, &self.label(*depth));
                self.write(&[I::Br(*depth + 1), I::End]);
            }
            Statement::Throw(tag, values) => {
                self.values(values, TAGS[*tag]);
                self.write(&[I::Throw(*tag as u32)]);
            }
            Statement::Rethrow(depth) => self.write(&[I::Rethrow(*depth)]),
            Statement::Return(value) => {
                self.value(*value, Type::I32);
                self.write(&[I::Return]);
            }
            Statement::Call(number) => {
                self.write(&[I::LocalGet(0), I::Call(*number as u32 + 1)]);
                self.mix(&[Type::I32]);
            }
            Statement::TailCall(number) => {
                self.write(&[I::LocalGet(0), I::ReturnCall(*number as u32 + 1)]);
            }
        }
    }

    fn leave(&mut self, entry: &Entry, end: I<'_>) {
        self.write(&[end]);
        self.mix(&entry.signature.results);
    }
}
