//! The setters of the options and the table of their names, generated from one list of fields for each struct.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{Deterministic, ExecuteOptions, Install, Packages, SandboxOptions};
use crate::{
    Bytes, Call, CallContext, CallHook, CancelHandle, Decision, Display, Event, HostFunctions, Journal, Mount, Stdin,
    Value,
};

/// Generates the setters of an option struct and its [`JsonOptions`](crate::JsonOptions) from the list of its fields.
///
/// The kind of a field determines the argument of its setter: `plain(T)` a `T`, `into(T)` an `impl Into<T>`, and
/// `some(T)` a `T` for a field `Option<T>`. `list(T)` and `map(T)` take the elements of a `Vec<T>` or a
/// `BTreeMap<String, T>`, and `some_list(T)` those of an `Option<Vec<T>>`. A field that the list lacks is a compile
/// error.
macro_rules! options {
    ($name:ident { $($field:ident: $kind:ident($type:ty),)* } $(not in JSON { $($other:ident),* })?) => {
        /// Setters, each named after its field.
        impl $name {
            /// Creates the default options.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            $($crate::options::options! { @setter $field $kind $type })*
        }

        impl $crate::JsonOptions for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];

            fn set_json(&mut self, name: &str, value: serde_json::Value) -> $crate::Result<()> {
                // Without `..`: every field must be in the list.
                let Self { $($field,)* $($($other: _,)*)? } = self;
                match name {
                    $(stringify!($field) => *$field = $crate::options::Member::read_option(name, value)?,)*
                    _ => return Err(<Self as $crate::JsonOptions>::unknown(name)),
                }
                Ok(())
            }
        }
    };
    (@setter $field:ident plain $type:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = $field;
            self
        }
    };
    (@setter $field:ident into $type:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.$field = $field.into();
            self
        }
    };
    (@setter $field:ident some $type:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@setter $field:ident list $type:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`, whose earlier elements are dropped.")]
        #[must_use]
        pub fn $field(mut self, $field: impl IntoIterator<Item = impl Into<$type>>) -> Self {
            self.$field = $field.into_iter().map(Into::into).collect();
            self
        }
    };
    (@setter $field:ident some_list $type:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`, whose earlier elements are dropped.")]
        #[must_use]
        pub fn $field(mut self, $field: impl IntoIterator<Item = impl Into<$type>>) -> Self {
            self.$field = Some($field.into_iter().map(Into::into).collect());
            self
        }
    };
    (@setter $field:ident map $type:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`, whose earlier elements are dropped.")]
        #[must_use]
        pub fn $field(mut self, $field: impl IntoIterator<Item = (impl Into<String>, impl Into<$type>)>) -> Self {
            self.$field = $field.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            self
        }
    };
}
pub(crate) use options;

options! {
    SandboxOptions {
        timeout: into(Option<Duration>),
        grace: plain(Duration),
        memory: plain(u64),
        stream_bytes: plain(u64),
        file_bytes: plain(u64),
        file_count: plain(u64),
        open_files: plain(u32),
        code_bytes: plain(u64),
        value_bytes: plain(u64),
        repr_bytes: plain(u64),
        home: into(String),
        cwd: some(String),
        args: list(String),
        env: map(String),
        files: map(Bytes),
        mounts: map(Mount),
        untrusted_libraries: plain(bool),
        deterministic: into(Option<Deterministic>),
        packages: into(Packages),
        packages_from: list(String),
        install: plain(Install),
        preload: plain(bool),
        quick_start: plain(bool),
        image: some(PathBuf),
        host_calls: plain(u64),
        host_calls_in_flight: plain(u32),
        host_call_bytes: plain(u64),
        host_call_timeout: into(Option<Duration>),
        count_host_time: plain(bool),
        threads: plain(bool),
        cache_dir: some(PathBuf),
        cache_bytes: plain(u64),
    }
    not in JSON { functions, decide }
}

/// Setters for one element, and for fields without a JSON form.
impl SandboxOptions {
    /// Sets the functions of the host that the code can call.
    #[must_use]
    pub fn functions(mut self, functions: impl Into<HostFunctions>) -> Self {
        self.functions = functions.into();
        self
    }

    /// Sets the hook that decides on each call of a host function.
    #[must_use]
    pub fn decide(mut self, decide: impl Fn(&Call) -> Decision + Send + Sync + 'static) -> Self {
        self.decide = Some(CallHook::new(decide));
        self
    }

    /// Adds a file that every run has, by its path relative to `home`.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Bytes>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }

    /// Adds a folder or file of the host, by its path in the guest. A path instead of a [`Mount`] is read-only.
    #[must_use]
    pub fn mount(mut self, path: impl Into<String>, mount: impl Into<Mount>) -> Self {
        self.mounts.insert(path.into(), mount.into());
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env_var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Adds an argument of the program.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds a package to the list. If the option is [`Packages::Auto`], a list replaces it.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        match &mut self.packages {
            Packages::List(names) => names.push(name.into()),
            Packages::Auto => self.packages = Packages::List(vec![name.into()]),
        }
        self
    }

    /// Adds a package source.
    #[must_use]
    pub fn package_source(mut self, source: impl Into<String>) -> Self {
        self.packages_from.push(source.into());
        self
    }
}

options! {
    Deterministic {
        time: plain(f64),
        seed: plain(u64),
    }
}

options! {
    ExecuteOptions {
        files: map(Bytes),
        stdin: into(Stdin),
        args: some_list(String),
        env: map(String),
        cwd: some(String),
        inputs: map(Value),
        outputs: list(String),
        filename: some(String),
        timeout: into(Option<Duration>),
        store_last: plain(bool),
        journal: into(Option<Journal>),
    }
    not in JSON { cancel, functions, decide, context, on_stdout, on_stderr, on_display, on_event }
}

/// Setters for one element, and for fields without a JSON form.
impl ExecuteOptions {
    /// Adds a file, by its path relative to the home folder.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Bytes>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env_var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Adds an argument of the program.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.get_or_insert_default().push(arg.into());
        self
    }

    /// Binds a value to a name before the run.
    #[must_use]
    pub fn input(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.inputs.insert(name.into(), value.into());
        self
    }

    /// Adds an output: a name whose value the run returns.
    #[must_use]
    pub fn output(mut self, name: impl Into<String>) -> Self {
        self.outputs.push(name.into());
        self
    }

    /// Sets the handle that stops the run.
    #[must_use]
    pub fn cancel(mut self, handle: impl Into<Option<CancelHandle>>) -> Self {
        self.cancel = handle.into();
        self
    }

    /// Sets functions of the host for this run.
    #[must_use]
    pub fn functions(mut self, functions: impl Into<HostFunctions>) -> Self {
        self.functions = functions.into();
        self
    }

    /// Sets the hook that decides on each call of a host function.
    #[must_use]
    pub fn decide(mut self, decide: impl Fn(&Call) -> Decision + Send + Sync + 'static) -> Self {
        self.decide = Some(CallHook::new(decide));
        self
    }

    /// Sets the value that host functions find in [`Call::context`].
    #[must_use]
    pub fn context(mut self, value: impl std::any::Any + Send + Sync) -> Self {
        self.context = Some(CallContext::new(value));
        self
    }

    /// Sets the function that receives the standard output while the code runs.
    #[must_use]
    pub fn on_stdout(mut self, receive: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        self.on_stdout = Some(Arc::new(receive));
        self
    }

    /// Sets the function that receives the standard error while the code runs.
    #[must_use]
    pub fn on_stderr(mut self, receive: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        self.on_stderr = Some(Arc::new(receive));
        self
    }

    /// Sets the function that receives displays and their updates while the code runs.
    #[must_use]
    pub fn on_display(mut self, receive: impl Fn(&Display) + Send + Sync + 'static) -> Self {
        self.on_display = Some(Arc::new(receive));
        self
    }

    /// Sets the function that receives the events of the run while the code runs.
    #[must_use]
    pub fn on_event(mut self, receive: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(receive));
        self
    }
}

impl<S: Into<String>> From<Vec<S>> for Packages {
    fn from(names: Vec<S>) -> Self {
        names.into_iter().collect()
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Packages {
    fn from(names: [S; N]) -> Self {
        names.into_iter().collect()
    }
}

impl From<&[&str]> for Packages {
    fn from(names: &[&str]) -> Self {
        names.iter().copied().collect()
    }
}

impl<S: Into<String>> FromIterator<S> for Packages {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self::List(names.into_iter().map(Into::into).collect())
    }
}
