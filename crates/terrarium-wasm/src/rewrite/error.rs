//! What can be wrong with a module that is to be rewritten.

use std::convert::Infallible;

use wasm_encoder::reencode;

/// Why a module could not be rewritten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// The bytes are not a valid core module, or it uses a proposal that the engine does not compile.
    #[error("not a valid WebAssembly module: {message} (at byte {offset:#x})")]
    Malformed {
        /// What the decoder or the validator says.
        message: String,
        /// Where it stopped, in bytes from the start of the module.
        offset: usize,
    },
    /// One function holds something that cannot be rewritten.
    #[error("function {function} cannot be rewritten: `{construct}` at byte {offset:#x} {reason}")]
    Function {
        /// Index of the function, imports counted.
        function: u32,
        /// The instruction or declaration that is at fault.
        construct: &'static str,
        /// Where it stands, in bytes from the start of the module that the pass read.
        offset: usize,
        /// What is wrong with it, as the end of a sentence.
        reason: String,
    },
    /// A redirect names an export that the module does not have.
    #[error("export `{export}` cannot be redirected: the module has no such export; name one that it has")]
    MissingExport {
        /// The name that was asked for.
        export: String,
    },
    /// A redirect names an export that is not a function that the module defines.
    #[error("export `{export}` cannot be redirected: it is {what}; name a function that the module defines")]
    NotADefinedFunction {
        /// The name that was asked for.
        export: String,
        /// What stands under that name.
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
    /// The module uses a name that the rewriting gives to things of the host.
    #[error("the module {how} `{name}`, a name that is kept for the host")]
    Reserved {
        /// What it does with the name: imports or exports.
        how: &'static str,
        /// The name.
        name: String,
    },
    /// A side module has a memory of its own.
    #[error("the module defines a memory; a shared library uses the main module's")]
    OwnMemory,
    /// The rewritten module would grow beyond a bound that protects the host.
    #[error("the rewritten module needs more than {limit} {what}; the module is too large to be rewritten")]
    TooLarge {
        /// What there would be too many of.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// The passes wrote a module that does not validate: a defect of theirs (looked for in debug builds only).
    #[error("rewriting ({}) wrote an invalid module: {message} (at byte {offset:#x} of the output)", passes.join(", "))]
    InvalidOutput {
        /// Names of the passes that ran.
        passes: Vec<&'static str>,
        /// What the validator says.
        message: String,
        /// Where, in bytes from the start of the output.
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
