//! [`HostFunctions`]: the functions of a sandbox or of a run.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use super::{HostFunction, signature::is_identifier};
use crate::{Error, Result};

/// The functions that the host hands to the code, by name.
///
/// In the code they are ordinary names, in all modules, and members of the module `host`. Those of a module are members
/// of it: `import github`. A name of the program has precedence.
///
/// ```
/// use terrarium_core::{Call, HostFunction, HostFunctions};
///
/// let search = HostFunction::new("search", |_: Call| Ok("found"));
/// let functions = HostFunctions::new().module("github", [search]);
/// assert_eq!(functions.names().collect::<Vec<_>>(), ["github.search"]);
/// ```
#[derive(Clone, Default)]
pub struct HostFunctions {
    pub(crate) functions: Arc<Functions>,
}

/// Functions by name, and what follows from the names.
#[derive(Clone, Default)]
pub(crate) struct Functions {
    by_name: BTreeMap<Arc<str>, Arc<HostFunction>>,
    words: OnceLock<HashMap<String, Vec<Arc<str>>>>,
}

impl Functions {
    fn insert(&mut self, function: Arc<HostFunction>) {
        self.words = OnceLock::new();
        self.by_name.insert(Arc::clone(&function.name), function);
    }

    /// Returns the functions by the word with which the code reaches each: its name, or that of its module.
    pub(crate) fn words(&self) -> &HashMap<String, Vec<Arc<str>>> {
        self.words.get_or_init(|| {
            let mut words: HashMap<String, Vec<Arc<str>>> = HashMap::new();
            for name in self.by_name.keys() {
                let word = name.split('.').next().unwrap_or(name);
                words.entry(word.to_owned()).or_default().push(Arc::clone(name));
            }
            words
        })
    }
}

impl Deref for Functions {
    type Target = BTreeMap<Arc<str>, Arc<HostFunction>>;

    fn deref(&self) -> &Self::Target {
        &self.by_name
    }
}

impl HostFunctions {
    /// Creates an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function, in place of an earlier one of its name.
    #[must_use]
    pub fn function(mut self, function: HostFunction) -> Self {
        Arc::make_mut(&mut self.functions).insert(Arc::new(function));
        self
    }

    /// Adds functions as members of a module.
    #[must_use]
    pub fn module(mut self, name: &str, functions: impl IntoIterator<Item = HostFunction>) -> Self {
        let all = Arc::make_mut(&mut self.functions);
        for mut function in functions {
            function.name = format!("{name}.{}", function.name).into();
            all.insert(Arc::new(function));
        }
        self
    }

    /// Returns the names, in order: that of a member has its module in front.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(|name| &**name)
    }

    /// Whether there are no functions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    /// Returns the declarations of all functions as text of a stub file, for prompts and type checkers. The members of
    /// a module are in a class of its name.
    ///
    /// ```
    /// use terrarium_core::{Call, HostFunction, HostFunctions};
    ///
    /// let now = HostFunction::new("now", |_: Call| Ok(0)).signature("() -> int").doc("Return the time.");
    /// let stubs = HostFunctions::new().function(now).stubs();
    /// assert_eq!(stubs, "def now() -> int:\n    \"\"\"Return the time.\"\"\"\n");
    /// ```
    #[must_use]
    pub fn stubs(&self) -> String {
        let mut text = String::new();
        let (members, plain): (Vec<_>, Vec<_>) = self.functions.values().partition(|f| f.name.contains('.'));
        for function in plain {
            text.push_str(&function.stub());
        }
        let mut before = "";
        for function in members {
            let (module, name) = function.name.rsplit_once('.').unwrap_or_default();
            if module != before {
                let blank = if text.is_empty() { "" } else { "\n" };
                text.push_str(&format!("{blank}class {}:\n", module.replace('.', "_")));
                before = module;
            }
            let stub = HostFunction { name: name.into(), ..HostFunction::clone(function) }.stub();
            for line in stub.lines() {
                let indent = if line.is_empty() { "" } else { "    " };
                // The functions of a module have no `self`.
                if line.starts_with("def ") || line.starts_with("async def ") {
                    text.push_str("    @staticmethod\n");
                }
                text.push_str(&format!("{indent}{line}\n"));
            }
        }
        text
    }

    /// Returns this set with the functions of another, which have precedence.
    pub(crate) fn with(&self, other: &Self) -> Self {
        if other.functions.is_empty() {
            return self.clone();
        }
        let mut all = self.clone();
        let functions = Arc::make_mut(&mut all.functions);
        other.functions.values().for_each(|function| functions.insert(Arc::clone(function)));
        all
    }

    /// Checks names and signatures.
    pub(crate) fn check(&self) -> Result<()> {
        for (name, function) in self.functions.iter() {
            if !name.split('.').all(is_identifier) {
                return Err(Error::option("functions", format!("{name:?} is no name of a function in Python")));
            }
            if **name == *"host" || name.starts_with("host.") {
                let reason = format!("{name:?}: the name `host` is that of the module with all functions");
                return Err(Error::option("functions", reason));
            }
            if let Err(reason) = &function.signature {
                return Err(Error::option("functions", format!("{name:?}: {reason}")));
            }
        }
        Ok(())
    }
}

impl FromIterator<HostFunction> for HostFunctions {
    fn from_iter<I: IntoIterator<Item = HostFunction>>(functions: I) -> Self {
        functions.into_iter().fold(Self::new(), Self::function)
    }
}

/// Sets with the same functions are equal, not those with functions that do the same.
impl PartialEq for HostFunctions {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<HostFunction>, &Arc<HostFunction>)| Arc::ptr_eq(a, b);
        self.functions.len() == other.functions.len() && self.functions.values().zip(other.functions.values()).all(same)
    }
}

impl fmt::Debug for HostFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.functions.keys()).finish()
    }
}
