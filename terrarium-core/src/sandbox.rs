//! [`Sandbox`]: the options from which runs start, each in a fresh interpreter.

use std::{ops::ControlFlow, sync::Arc};

use crate::{
    Error, ExecuteOptions, ExecutionResult, Image, ImageProgress, Result, SandboxOptions, Session,
    image::in_background,
    run::{self, SandboxSetup},
};

/// Runs code in fresh interpreters: a run sees no effect of an earlier run.
///
/// A sandbox is cheap to clone, and to share between threads; runs in several threads run in parallel.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use terrarium_core::{Sandbox, SandboxOptions, Status};
///
/// let sandbox = Sandbox::new(SandboxOptions::default())?;
/// let result = sandbox.execute("print('hi'); 1 / 0")?;
/// assert_eq!(result.status, Status::Error);
/// assert_eq!(result.stdout, "hi\n");
/// assert_eq!(result.error.unwrap().message, "division by zero");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sandbox {
    setup: Arc<SandboxSetup>,
}

impl Sandbox {
    /// Creates a sandbox with these options.
    ///
    /// The first sandbox on a machine unpacks the bare image of the feature `shipped-image`, or builds one, which takes
    /// five seconds. The first sandbox with certain packages starts before the [`Image`] with them is built: see
    /// [`SandboxOptions::quick_start`]. Images are kept in [`SandboxOptions::cache_dir`]. Nothing is downloaded.
    ///
    /// # Errors
    /// [`Error::InvalidOption`](crate::Error::InvalidOption) and [`Error::InvalidPath`](crate::Error::InvalidPath) for
    /// an option that is out of its bounds, [`Error::Package`](crate::Error::Package) for packages that are missing or
    /// broken, [`Error::Cache`](crate::Error::Cache) for a cache folder that cannot be used.
    pub fn new(options: SandboxOptions) -> Result<Self> {
        Ok(Self { setup: Arc::new(SandboxSetup::new(options, &|_| ())?) })
    }

    /// Creates a sandbox like [`new`](Self::new), and passes each step of a build to `progress`, as
    /// [`Image::build_with`] does. A break ends the call at once, and the compilation at the next function.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and [`Error::Cancelled`](crate::Error::Cancelled) after a break.
    pub fn new_with(options: SandboxOptions, progress: impl Fn(ImageProgress) -> ControlFlow<()>) -> Result<Self> {
        let make = |progress: &dyn Fn(ImageProgress)| {
            progress(ImageProgress::Packages);
            Ok(Self { setup: Arc::new(SandboxSetup::new(options, progress)?) })
        };
        in_background(None, &progress, make).unwrap_or(Err(Error::Cancelled))
    }

    /// Creates a sandbox on an image of your choice; see [`Image`] for an example.
    ///
    /// The options' packages are added to those of the image. [`SandboxOptions::image`] is ignored.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and [`Error::InvalidOption`](crate::Error::InvalidOption) for less memory than the
    /// image requires at its start.
    pub fn on_image(image: Image, options: SandboxOptions) -> Result<Self> {
        Ok(Self { setup: Arc::new(SandboxSetup::on_image(image, options)?) })
    }

    /// Runs `code` in a fresh interpreter.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// # let sandbox = terrarium_core::Sandbox::new(Default::default())?;
    /// assert_eq!(sandbox.execute("1 + 1")?.final_repr.as_deref(), Some("2"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidPath`](crate::Error::InvalidPath) and [`Error::TooLarge`](crate::Error::TooLarge) for arguments,
    /// and faults of the host. A fault of the code is never an error.
    pub fn execute(&self, code: &str) -> Result<ExecutionResult> {
        self.execute_with(code, ExecuteOptions::default())
    }

    /// Runs `code` in a fresh interpreter with options for this run, such as files for its home folder.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// # let sandbox = terrarium_core::Sandbox::new(Default::default())?;
    /// use terrarium_core::{ExecuteOptions, Value};
    ///
    /// let options = ExecuteOptions::new().file("a/b.txt", "21").input("x", 2).output("y");
    /// let result = sandbox.execute_with("y = int(open('a/b.txt').read()) * x", options)?;
    /// assert_eq!(result.outputs["y"], Value::Int(42));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn execute_with(&self, code: &str, options: ExecuteOptions) -> Result<ExecutionResult> {
        run::execute_fresh(self.setup.current(), code, options)
    }

    /// Starts a session: an interpreter that keeps its state between runs.
    ///
    /// # Errors
    /// Faults of the host.
    pub fn session(&self) -> Result<Session> {
        Session::start(Arc::clone(self.setup.current()))
    }

    /// Prepares the packages that `code` imports, if the option `packages` is [`Packages::Auto`](crate::Packages::Auto).
    /// Nothing is run.
    ///
    /// An image with the packages is made, which takes up to a minute, so that the next runs with them start from it.
    /// Otherwise the first runs compile what they call, and the image is made in the background. Without
    /// [`SandboxOptions::quick_start`] packages are compiled and no image is made; the first run would do that in its
    /// time. Packages in a list are prepared by [`new`](Self::new).
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// use terrarium_core::{Packages, Sandbox, SandboxOptions};
    ///
    /// let sandbox = Sandbox::new(SandboxOptions::new().packages(Packages::Auto))?;
    /// sandbox.prepare_packages("import json")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`execute`](Self::execute), and [`Error::Package`](crate::Error::Package) for a package that is broken.
    pub fn prepare_packages(&self, code: &str) -> Result<()> {
        run::prepare(self.setup.current(), code)
    }

    /// Returns the declarations of the option `functions` as text of a stub file (`.pyi`), for prompts and type checkers:
    /// see [`HostFunctions::stubs`](crate::HostFunctions::stubs).
    #[must_use]
    pub fn function_stubs(&self) -> String {
        self.options().functions.stubs()
    }

    /// Returns the options of the sandbox.
    pub fn options(&self) -> &SandboxOptions {
        self.setup.options()
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("options", self.options()).finish_non_exhaustive()
    }
}
