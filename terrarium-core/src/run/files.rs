//! The files and the process from which every interpreter of a sandbox starts.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    guest_path,
    setup::{SandboxSetup, working_directory},
};
use crate::{
    Bytes, Error, Result,
    error::{FileOperation, file_error},
    package::lay_out,
    provision::{MountedPackages, layer},
};
use terrarium_unix::{
    fd::FdTable,
    syscall::Process,
    vfs::{Content, Context, Layer, LayerBuilder, Vfs, VfsLimits},
};

impl SandboxSetup {
    /// Creates the home folder, the working directory and the options' files, on top of packages.
    pub(super) fn lay_out(&self, mounted: Option<&MountedPackages>) -> Result<Vfs> {
        let writer = self.writer();
        let bytes = self.options.file_bytes;
        let limits = VfsLimits { bytes, inodes: self.options.file_count, ..VfsLimits::default() };
        let mut files = Vfs::new(self.layer(mounted)?, limits);
        let make = |files: &mut Vfs, folder: &str| {
            let made = files.host_mkdir(&writer, folder.as_bytes());
            made.map(drop).map_err(|errno| file_error(FileOperation::CreateFolder, folder, errno))
        };
        make(&mut files, &self.options.home)?;
        self.mount_all(&mut files, &writer)?;
        make(&mut files, &self.working_directory(None)?)?;
        self.write_all(&mut files, &writer, &self.options.files)?;
        Ok(files)
    }

    /// Shows the mounts of the options, the outer ones first.
    fn mount_all(&self, files: &mut Vfs, writer: &Context) -> Result<()> {
        let mut mounts = BTreeMap::new();
        for (path, mount) in &self.options.mounts {
            mounts.insert(guest_path::existing(&self.options.home, path)?, (path, mount));
        }
        for (absolute, (path, mount)) in mounts {
            let held = mount.held().ok_or_else(|| Error::engine("a mount is not open"))?;
            let mounted = files.mount_folder(writer, absolute.as_bytes(), held.clone());
            mounted.map_err(|errno| file_error(FileOperation::Mount, path, errno))?;
        }
        Ok(())
    }

    /// Returns a layer with the image's files and the packages' files.
    fn layer(&self, mounted: Option<&MountedPackages>) -> Result<Arc<Layer>> {
        let own = &self.layer;
        match mounted {
            // The packages' layer already includes the files of the bare image.
            Some(mounted) if Arc::ptr_eq(own, &layer()?) => Ok(Arc::clone(&mounted.layer)),
            Some(mounted) if !mounted.files.is_empty() => {
                let mut layer = LayerBuilder::on(own);
                lay_out(&mut layer, &self.image.info().path, &mounted.files)?;
                Ok(Arc::new(layer.build()))
            }
            _ => Ok(Arc::clone(own)),
        }
    }

    /// Creates a process on these files, in its working directory, with the descriptors that the image left open.
    pub(super) fn process_on(&self, files: Vfs) -> Result<Process> {
        let mut process = Process::new(files);
        process.supplier = Some(Arc::clone(&self.installer) as _);
        process.fds = FdTable::with_standard_streams(self.options.open_files);
        process.reopen(&self.image.inner().open_files);
        process.remap(&self.image.inner().mapped_files);
        let cwd = self.working_directory(None)?;
        let entered = process.change_directory(cwd.as_bytes());
        entered.map_err(|errno| file_error(FileOperation::EnterFolder, &cwd, errno))?;
        Ok(process)
    }

    pub(crate) fn working_directory(&self, cwd: Option<&str>) -> Result<String> {
        working_directory(&self.options, cwd)
    }

    pub(crate) fn write_all(
        &self,
        files: &mut Vfs,
        writer: &Context,
        contents: &BTreeMap<String, Bytes>,
    ) -> Result<()> {
        let used = contents.values().map(|content| content.len() as u64).sum();
        if used > self.options.file_bytes {
            let limit = self.options.file_bytes;
            return Err(Error::TooLarge { what: "the files", option: "file_bytes", limit, used });
        }
        for (path, content) in contents {
            let absolute = guest_path::below(&self.options.home, path)?;
            self.write(files, writer, path, &absolute, content.clone())?;
        }
        Ok(())
    }

    /// Writes one file for the user, who calls it `path`.
    ///
    /// # Errors
    /// [`Error::File`] with the file system's reason.
    pub(crate) fn write(
        &self,
        files: &mut Vfs,
        writer: &Context,
        path: &str,
        absolute: &str,
        content: Bytes,
    ) -> Result<()> {
        let content = Content::Owned(content.into_shared());
        let written = files.host_write(writer, absolute.as_bytes(), content);
        written.map(drop).map_err(|errno| file_error(FileOperation::Write, path, errno))
    }
}
