//! The file system as a whole: against Linux as the oracle, quotas, layers, forks, changes.

#[path = "vfs/changes.rs"]
mod changes;
#[path = "vfs/equivalence.rs"]
mod equivalence;
#[path = "vfs/folder.rs"]
mod folder;
#[path = "vfs/guest.rs"]
mod guest;
#[path = "vfs/mounts.rs"]
mod mounts;
#[path = "vfs/ops.rs"]
mod ops;
#[path = "vfs/oracle.rs"]
mod oracle;
#[path = "vfs/quotas.rs"]
mod quotas;
#[path = "vfs/real.rs"]
mod real;
#[path = "vfs/world.rs"]
mod world;
