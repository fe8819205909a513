//! The prompt: blocks of Python that run one by one in a session.
//!
//! On a terminal, an editor reads them ([`interactive`]); otherwise they are read from the standard input ([`piped`]).

mod completer;
mod console;
mod editor;
mod history;
mod interactive;
mod keys;
mod piped;
mod prompt;
mod start;
mod validator;

pub(crate) use start::start;
