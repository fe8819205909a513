//! [`MountedPart`]: one wheel or site folder among mounted packages, as far as it matters to images.

use std::collections::BTreeSet;

use super::mount::libraries;
use crate::package::{PackageFiles, SITE_PACKAGES, normalize};

/// The ending of the folder that describes a distribution.
const DESCRIPTION: &str = ".dist-info";

/// A wheel or a site folder among mounted packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MountedPart {
    /// The key that identifies the content.
    pub(crate) key: String,
    /// Whether it has no compiled library.
    pub(crate) is_pure: bool,
    /// The top names of its modules.
    pub(crate) modules: BTreeSet<String>,
    /// The canonical names of its distributions.
    pub(crate) distributions: BTreeSet<String>,
}

impl MountedPart {
    pub(super) fn new(item: &PackageFiles) -> Self {
        let (mut modules, mut distributions) = (BTreeSet::new(), BTreeSet::new());
        let inside = |path: &'_ str| Some(path.strip_prefix(SITE_PACKAGES)?.strip_prefix('/')?.to_owned());
        for path in item.files.iter().filter_map(|file| inside(&file.path)) {
            let top = path.split('/').next().unwrap_or_default();
            match top.strip_suffix(DESCRIPTION) {
                Some(described) => {
                    distributions.insert(normalize(described.split('-').next().unwrap_or_default()));
                }
                None => {
                    modules.insert(top.split('.').next().unwrap_or_default().to_owned());
                }
            }
        }
        Self { key: item.key.clone(), is_pure: libraries(&item.files).is_empty(), modules, distributions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{PlacedFile, PlacedKind};
    use terrarium_unix::vfs::Content;

    fn part(paths: &[&str]) -> MountedPart {
        let kind = || PlacedKind::File { content: Content::from(Vec::new()), executable: false };
        let files = paths.iter().map(|path| PlacedFile { path: (*path).to_owned(), kind: kind() }).collect();
        MountedPart::new(&PackageFiles { origin: "x".into(), key: "k".to_owned(), files })
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_part_has_modules_distributions_and_perhaps_libraries() {
        let site = |path: &str| format!("{SITE_PACKAGES}/{path}");
        let (package, module) = (site("a/b/c.py"), site("one.py"));
        let (described, library) = (site("Zope.Interface-5.0.dist-info/METADATA"), site("a/x.cpython-314.so"));
        let pure = part(&[&package, &module, &described, "/usr/share/man/a.1"]);
        assert!(pure.is_pure);
        assert_eq!((pure.modules, pure.distributions), (set(&["a", "one"]), set(&["zope-interface"])));
        assert!(!part(&[&package, &library]).is_pure);
        assert!(!part(&["/usr/lib/libx.so"]).is_pure);
    }
}
