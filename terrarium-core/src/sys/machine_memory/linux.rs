//! The files of `/proc` and of both versions of control groups, and the C library's `malloc_trim`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Returns the memory in bytes that this process can still use without swapping; `None` if the system does not report
/// it.
pub(crate) fn available() -> Option<u64> {
    available_below(Path::new("/"))
}

/// Returns the memory in bytes that this process can use, with what the machine can swap out; `None` if the system does
/// not report it. The bounds of control groups hold without their swap.
pub(crate) fn with_swap() -> Option<u64> {
    with_swap_below(Path::new("/"))
}

/// Gives all memory that the compiler has freed back to the system; the C library would keep most of it.
pub(crate) fn give_back() {
    #[cfg(target_env = "gnu")]
    #[expect(unsafe_code, reason = "the C library has no safe interface")]
    // SAFETY: the function can be called at any time, from any thread, and touches free memory only.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Returns the memory that this process can still use without swapping, from the system's files below `root`.
fn available_below(root: &Path) -> Option<u64> {
    Some(in_groups(root, meminfo(&fs::read_to_string(root.join("proc/meminfo")).ok()?, "MemAvailable:")?))
}

/// Returns the same with the machine's free swap.
fn with_swap_below(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let swap = meminfo(&text, "SwapFree:").unwrap_or(0);
    Some(in_groups(root, meminfo(&text, "MemAvailable:")?.saturating_add(swap)))
}

/// Returns what the machine has, bounded by the control groups of this process.
fn in_groups(root: &Path, machine: u64) -> u64 {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    groups.lines().filter_map(|line| in_group(root, line)).fold(machine, u64::min)
}

/// Returns a figure in the text of `/proc/meminfo`.
fn meminfo(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// Returns the memory that the control group in a `line` of `/proc/self/cgroup`, and those above it, leave to a
/// process.
fn in_group(root: &Path, line: &str) -> Option<u64> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
    // The second version of the interface has one hierarchy for all, the first version one for each controller.
    let (folder, limit, usage, file) = match controllers {
        "" => ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file "),
        "memory" => ("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "),
        _ => return None,
    };
    let top = root.join(folder);
    let own: PathBuf = top.join(path);
    // In a container the path may be a path of the host; the container's own group is then at the top.
    let groups = own.ancestors().take_while(|group| group.starts_with(&top));
    let free = groups.filter_map(|group| {
        let number = |name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
        let stat = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
        // The kernel drops inactive files before an allocation fails.
        let cached = stat.lines().find_map(|line| line.strip_prefix(file)?.trim().parse().ok()).unwrap_or(0);
        Some(number(limit)?.saturating_sub(number(usage)?.saturating_sub(cached)))
    });
    free.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_available_is_read_from_what_the_system_says() {
        let text = "MemTotal:       24614856 kB\nMemFree:  100 kB\nMemAvailable:   23004300 kB\nBuffers: 1 kB\n";
        assert_eq!(meminfo(text, "MemAvailable:"), Some(23_004_300 << 10));
        assert_eq!(meminfo("MemTotal: 1 kB\n", "MemAvailable:"), None);
    }

    #[test]
    fn control_groups_and_those_above_them_bound_it() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        assert_eq!(available_below(root.path()), None);
        write("proc/meminfo", "MemAvailable: 1000 kB\nSwapFree: 500 kB\n");
        assert_eq!(available_below(root.path()), Some(1_024_000));
        assert_eq!(with_swap_below(root.path()), Some(1_536_000));
        write("proc/self/cgroup", "3:cpu,cpuacct:/a\n2:memory:/a/b\n0::/user/me\n");
        assert_eq!(available_below(root.path()), Some(1_024_000));
        write("sys/fs/cgroup/user/me/memory.max", "max\n");
        write("sys/fs/cgroup/user/me/memory.current", "5\n");
        write("sys/fs/cgroup/user/memory.max", "900000\n");
        write("sys/fs/cgroup/user/memory.current", "300000\n");
        assert_eq!(available_below(root.path()), Some(600_000));
        write("sys/fs/cgroup/user/memory.stat", "anon 1\ninactive_file 100000\n");
        assert_eq!(available_below(root.path()), Some(700_000));
        assert_eq!(with_swap_below(root.path()), Some(700_000));
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "500000\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "600000\n");
        assert_eq!(available_below(root.path()), Some(0));
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 300000\n");
        assert_eq!(available_below(root.path()), Some(200_000));
    }
}
