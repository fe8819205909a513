//! The reasons why a module cannot be rewritten.

use std::convert::Infallible;

use wasm_encoder::reencode;

/// The reason why a module could not be rewritten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// The bytes are not a valid core module, or it uses a proposal that the engine does not compile.
    #[error("not a valid WebAssembly module: {message} (at byte {offset:#x})")]
    Malformed {
        /// The message of the decoder or the validator.
        message: String,
        /// The place of the error, in bytes from the start of the module.
        offset: usize,
    },
    /// A function contains something that cannot be rewritten.
    #[error("function {function} cannot be rewritten: `{construct}` at byte {offset:#x} {reason}")]
    Function {
        /// Index of the function, imports counted.
        function: u32,
        /// The defective instruction or declaration.
        construct: &'static str,
        /// Its place, in bytes from the start of the module that the pass read.
        offset: usize,
        /// The defect, as the end of a sentence.
        reason: String,
    },
    /// A redirect names an export that the module does not have.
    #[error("export `{export}` cannot be redirected: the module has no such export; name one that it has")]
    MissingExport {
        /// The requested name.
        export: String,
    },
    /// A redirect names an export that is not a function that the module defines.
    #[error("export `{export}` cannot be redirected: it is {what}; name a function that the module defines")]
    NotADefinedFunction {
        /// The requested name.
        export: String,
        /// The kind of the export with that name.
        what: &'static str,
    },
    /// Two redirects name the same function and different imports.
    #[error("exports `{first}` and `{second}` are the same function and cannot be redirected to two imports; keep one")]
    ConflictingRedirects {
        /// The export of the earlier redirect.
        first: String,
        /// The export of the later one.
        second: String,
    },
    /// The module uses a name that is reserved for the host.
    #[error("the module {how} `{name}`, a name that is kept for the host")]
    Reserved {
        /// The use of the name: imports or exports.
        how: &'static str,
        /// The name.
        name: String,
    },
    /// A side module defines a memory.
    #[error("the module defines a memory; a shared library uses the main module's")]
    OwnMemory,
    /// The rewritten module would grow beyond a bound that protects the host.
    #[error("the rewritten module needs more than {limit} {what}; the module is too large to be rewritten")]
    TooLarge {
        /// The items that would be too many.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// The passes wrote a module that does not validate, which is a defect of the passes (checked in debug builds
    /// only).
    #[error("rewriting ({}) wrote an invalid module: {message} (at byte {offset:#x} of the output)", passes.join(", "))]
    InvalidOutput {
        /// The names of the passes that ran.
        passes: Vec<&'static str>,
        /// The message of the validator.
        message: String,
        /// The place, in bytes from the start of the output.
        offset: usize,
    },
}

impl From<wasmparser::Error> for RewriteError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Malformed { message: error.message().to_owned(), offset: error.offset() }
    }
}

impl<E> From<reencode::Error<E>> for RewriteError
where
    RewriteError: From<E>,
{
    fn from(error: reencode::Error<E>) -> Self {
        match error {
            reencode::Error::UserError(error) => error.into(),
            reencode::Error::ParseError(error) => error.into(),
            reencode::Error::InvalidConstExpr => unplaced("a constant expression is invalid"),
            reencode::Error::InvalidCodeSectionSize => unplaced("the code section has a wrong size"),
            reencode::Error::CanonicalizedHeapTypeReference => unplaced("a type has no index"),
            _ => unplaced("it has sections of a component"),
        }
    }
}

impl From<Infallible> for RewriteError {
    fn from(error: Infallible) -> Self {
        match error {}
    }
}

fn unplaced(message: &str) -> RewriteError {
    RewriteError::Malformed { message: message.to_owned(), offset: 0 }
}
