//! The table of descriptors, and the open descriptions that descriptors share.

use slab::Slab;

use super::directory::Directory;
use super::file::File;
use super::locks::Locks;
use super::{Description, Device, PipeEnd, Resources, Socket, StandardStream};
use crate::abi::{Errno, OpenAccess, OpenFlags};
use crate::vfs::Ino;

/// The descriptor to which the guest's harness writes frames. It is above every table and never in one.
pub const CHANNEL: i32 = 1 << 20;

/// The default limit of open files.
const DEFAULT_LIMIT: u32 = 256;

/// The largest limit of open files: every descriptor costs the host a slot.
const MAX_LIMIT: u32 = 65_536;

/// The flags that an open description keeps; the others concern only the opening.
const KEPT: OpenFlags = OpenFlags::ACCESS
    .union(OpenFlags::SETTABLE)
    .union(OpenFlags::DSYNC)
    .union(OpenFlags::SYNC)
    .union(OpenFlags::LARGEFILE)
    .union(OpenFlags::DIRECTORY)
    .union(OpenFlags::NOFOLLOW);

/// An open object, by kind.
#[derive(Debug, Clone)]
pub enum Object {
    /// A regular file.
    File(File),
    /// A directory.
    Directory(Directory),
    /// An end of a pipe.
    Pipe(PipeEnd),
    /// A socket.
    Socket(Socket),
    /// A device file.
    Device(Device),
    /// A stream of the run.
    Standard(StandardStream),
}

impl Object {
    /// Returns the object through the interface that all kinds share.
    pub fn get_mut(&mut self) -> &mut dyn Description {
        match self {
            Self::File(object) => object,
            Self::Directory(object) => object,
            Self::Pipe(object) => object,
            Self::Socket(object) => object,
            Self::Device(object) => object,
            Self::Standard(object) => object,
        }
    }

    /// Returns the object through the shared interface, read-only.
    #[must_use]
    pub fn get(&self) -> &dyn Description {
        match self {
            Self::File(object) => object,
            Self::Directory(object) => object,
            Self::Pipe(object) => object,
            Self::Socket(object) => object,
            Self::Device(object) => object,
            Self::Standard(object) => object,
        }
    }
}

/// An open object with its status flags; descriptors made by `dup` share it.
#[derive(Debug, Clone)]
pub struct OpenDescription {
    /// The object.
    pub object: Object,
    /// Access mode and status flags, as `F_GETFL` gives them.
    pub flags: OpenFlags,
    pub(super) locks: Locks,
    descriptors: u32,
}

impl OpenDescription {
    /// Whether the guest may read from it.
    #[must_use]
    pub fn readable(&self) -> bool {
        self.flags.access().is_some_and(OpenAccess::readable)
    }

    /// Returns the inode of a file, directory or device; none for the others.
    #[must_use]
    pub fn inode(&self) -> Option<Ino> {
        self.object.get().inode()
    }

    /// Sets the status flags that can change (`F_SETFL`).
    pub fn set_status(&mut self, flags: OpenFlags) {
        self.flags = (self.flags & !OpenFlags::SETTABLE) | (flags & OpenFlags::SETTABLE);
        self.object.get_mut().set_append(self.flags.contains(OpenFlags::APPEND));
    }

    /// Whether the guest may write to it.
    #[must_use]
    pub fn writable(&self) -> bool {
        self.flags.access().is_some_and(OpenAccess::writable)
    }
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    description: usize,
    close_on_exec: bool,
}

/// The descriptors of the process. A new one gets the lowest free number below the limit.
#[derive(Debug, Clone)]
pub struct FdTable {
    slots: Vec<Option<Slot>>,
    descriptions: Slab<OpenDescription>,
    limit: u32,
}

impl Default for FdTable {
    fn default() -> Self {
        Self::with_standard_streams(DEFAULT_LIMIT)
    }
}

impl FdTable {
    /// Makes a table with descriptors 0 to 2 open, and room for `limit` descriptors in all (3 to 65,536).
    #[must_use]
    pub fn with_standard_streams(limit: u32) -> Self {
        let mut table = Self { slots: Vec::new(), descriptions: Slab::new(), limit: limit.clamp(3, MAX_LIMIT) };
        for (stream, flags) in [
            (StandardStream::Input, OpenFlags::empty()),
            (StandardStream::Output, OpenFlags::WRONLY),
            (StandardStream::Error, OpenFlags::WRONLY),
        ] {
            let description = table.describe(Object::Standard(stream), flags);
            table.slots.push(Some(Slot { description, close_on_exec: false }));
        }
        table
    }

    /// Returns the limit of descriptors.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// Returns the number of open descriptors.
    #[must_use]
    pub fn open_count(&self) -> usize {
        self.slots.iter().flatten().count()
    }

    /// Returns the number of open descriptors of regular files that the guest may write to.
    #[must_use]
    pub fn writable_files(&self) -> usize {
        let open = self.slots.iter().flatten().filter_map(|slot| self.descriptions.get(slot.description));
        open.filter(|description| matches!(description.object, Object::File(_)) && description.writable()).count()
    }

    /// Returns the open descriptors, ascending.
    pub fn descriptors(&self) -> impl Iterator<Item = i32> {
        let open = self.slots.iter().enumerate().filter(|(_, slot)| slot.is_some());
        open.filter_map(|(number, _)| i32::try_from(number).ok())
    }

    /// Checks that another descriptor can be opened.
    ///
    /// # Errors
    /// `EMFILE` when the table is full.
    pub fn check_room(&self) -> Result<(), Errno> {
        self.lowest_free(0).map(|_| ())
    }

    /// Opens `object` under the lowest free number.
    ///
    /// # Errors
    /// `EMFILE` when the table is full; the object is returned so that the caller can close it.
    pub fn insert(&mut self, mut object: Object, flags: OpenFlags) -> Result<i32, (Errno, Object)> {
        match self.lowest_free(0) {
            Ok(number) => {
                object.get_mut().set_append(flags.contains(OpenFlags::APPEND));
                let description = self.describe(object, flags & KEPT);
                self.place(number, Slot { description, close_on_exec: flags.contains(OpenFlags::CLOEXEC) });
                Ok(number)
            }
            Err(errno) => Err((errno, object)),
        }
    }

    /// Returns the description behind a descriptor.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open.
    pub fn get(&self, descriptor: i32) -> Result<&OpenDescription, Errno> {
        self.descriptions.get(self.slot(descriptor)?.description).ok_or(Errno::EBADF)
    }

    /// Returns the description behind a descriptor, for changes.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open.
    pub fn get_mut(&mut self, descriptor: i32) -> Result<&mut OpenDescription, Errno> {
        let index = self.slot(descriptor)?.description;
        self.descriptions.get_mut(index).ok_or(Errno::EBADF)
    }

    /// Returns the other descriptions of a descriptor's file.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open.
    pub(super) fn others(&self, descriptor: i32) -> Result<impl Iterator<Item = &OpenDescription>, Errno> {
        let own = self.slot(descriptor)?.description;
        let ino = self.get(descriptor)?.inode();
        let same =
            move |(place, other): &(usize, &OpenDescription)| *place != own && ino.is_some() && other.inode() == ino;
        Ok(self.descriptions.iter().filter(same).map(|(_, other)| other))
    }

    /// Whether the descriptor closes on `exec`.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open.
    pub fn close_on_exec(&self, descriptor: i32) -> Result<bool, Errno> {
        self.slot(descriptor).map(|slot| slot.close_on_exec)
    }

    /// Sets whether the descriptor closes on `exec`.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open.
    pub fn set_close_on_exec(&mut self, descriptor: i32, close_on_exec: bool) -> Result<(), Errno> {
        let slot = self.slot(descriptor)?;
        self.place(descriptor, Slot { close_on_exec, ..slot });
        Ok(())
    }

    /// Duplicates a descriptor to the lowest free number that is at least `minimum`.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open, `EINVAL` when `minimum` is negative or beyond the table, `EMFILE` when
    /// the table is full.
    pub fn duplicate(&mut self, descriptor: i32, minimum: i32, close_on_exec: bool) -> Result<i32, Errno> {
        let slot = self.slot(descriptor)?;
        if u32::try_from(minimum).ok().is_none_or(|minimum| minimum >= self.limit) {
            return Err(Errno::EINVAL);
        }
        let number = self.lowest_free(minimum)?;
        self.share(slot, number, close_on_exec);
        Ok(number)
    }

    /// Makes `new` refer to the object of `old`, and closes what `new` referred to before.
    ///
    /// # Errors
    /// `EBADF` when `old` is not open or `new` is outside the table.
    pub fn duplicate_to(
        &mut self,
        with: &mut Resources<'_>,
        old: i32,
        new: i32,
        close_on_exec: bool,
    ) -> Result<i32, Errno> {
        let slot = self.slot(old)?;
        if u32::try_from(new).ok().is_none_or(|new| new >= self.limit) {
            return Err(Errno::EBADF);
        }
        if old != new {
            // Shared before the old slot is freed: both may be the last two of one description.
            let previous = self.slot(new).ok();
            self.share(slot, new, close_on_exec);
            if let Some(previous) = previous {
                self.release(with, previous);
            }
        }
        Ok(new)
    }

    /// Closes a descriptor, and with the last descriptor of an object the object.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open.
    pub fn close(&mut self, with: &mut Resources<'_>, descriptor: i32) -> Result<(), Errno> {
        let slot = self.slot(descriptor)?;
        if let Some(place) = usize::try_from(descriptor).ok().and_then(|index| self.slots.get_mut(index)) {
            *place = None;
        }
        self.release(with, slot);
        Ok(())
    }

    fn slot(&self, descriptor: i32) -> Result<Slot, Errno> {
        let index = usize::try_from(descriptor).map_err(|_| Errno::EBADF)?;
        self.slots.get(index).copied().flatten().ok_or(Errno::EBADF)
    }

    fn describe(&mut self, object: Object, flags: OpenFlags) -> usize {
        self.descriptions.insert(OpenDescription { object, flags, locks: Locks::default(), descriptors: 1 })
    }

    fn lowest_free(&self, minimum: i32) -> Result<i32, Errno> {
        let minimum = usize::try_from(minimum).map_err(|_| Errno::EINVAL)?;
        let taken = self.slots.iter().skip(minimum).take_while(|slot| slot.is_some()).count();
        let number = minimum.checked_add(taken).and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|&number| number < self.limit).ok_or(Errno::EMFILE)?;
        i32::try_from(number).map_err(|_| Errno::EMFILE)
    }

    /// Puts a slot at a number below the limit, so that the table never grows beyond the limit.
    fn place(&mut self, number: i32, slot: Slot) {
        let Ok(index) = usize::try_from(number) else {
            return;
        };
        if index >= self.slots.len() {
            self.slots.resize(index.saturating_add(1), None);
        }
        if let Some(place) = self.slots.get_mut(index) {
            *place = Some(slot);
        }
    }

    fn share(&mut self, slot: Slot, number: i32, close_on_exec: bool) {
        if let Some(description) = self.descriptions.get_mut(slot.description) {
            description.descriptors = description.descriptors.saturating_add(1);
            self.place(number, Slot { close_on_exec, ..slot });
        }
    }

    fn release(&mut self, with: &mut Resources<'_>, slot: Slot) {
        let Some(description) = self.descriptions.get_mut(slot.description) else {
            return;
        };
        description.descriptors = description.descriptors.saturating_sub(1);
        if description.descriptors == 0 {
            let mut description = self.descriptions.remove(slot.description);
            description.object.get_mut().close(with);
        }
    }
}
