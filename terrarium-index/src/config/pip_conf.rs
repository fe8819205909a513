//! `pip.conf`: the settings of pip, section by section.

use std::collections::BTreeMap;

/// The settings of the sections `global` and `install`; those of `install` come first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PipConf(BTreeMap<(Section, String), String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Global,
    Install,
}

impl PipConf {
    /// Adds the settings of a file, which replace earlier ones.
    pub(crate) fn add(&mut self, text: &str) {
        let (mut section, mut key): (Option<Section>, Option<String>) = (None, None);
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
                continue;
            }
            if line.starts_with([' ', '\t']) {
                if let (Some(section), Some(key)) = (section, key.clone())
                    && let Some(value) = self.0.get_mut(&(section, key))
                {
                    value.push('\n');
                    value.push_str(trimmed);
                }
                continue;
            }
            if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = match name.trim() {
                    "global" => Some(Section::Global),
                    "install" => Some(Section::Install),
                    _ => None,
                };
                key = None;
                continue;
            }
            let (name, value) = trimmed.split_once(['=', ':']).unwrap_or((trimmed, ""));
            let name = name.trim().to_ascii_lowercase().replace('_', "-");
            let name = name.trim_start_matches('-').to_owned();
            if let Some(section) = section {
                self.0.insert((section, name.clone()), value.trim().to_owned());
            }
            key = Some(name);
        }
    }

    /// Returns a setting that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let find = |section| self.0.get(&(section, name.to_owned())).map(|value| value.trim());
        find(Section::Install).or_else(|| find(Section::Global)).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_files_and_the_section_of_install_come_first() {
        let mut conf = PipConf::default();
        conf.add("[global]\nindex-url = https://one.example/simple\ntimeout: 5\n; comment\n[download]\ntimeout = 1\n");
        conf.add(
            "[install]\nextra_index_url =\n    https://two.example/simple\n    # comment\n    https://three.example\n\
             [global]\nindex-url=https://four.example/\n",
        );
        assert_eq!(conf.get("index-url"), Some("https://four.example/"));
        assert_eq!(conf.get("extra-index-url"), Some("https://two.example/simple\nhttps://three.example"));
        assert_eq!(conf.get("timeout"), Some("5"));
        assert_eq!(conf.get("proxy"), None);
    }

    #[test]
    fn broken_texts_have_no_settings() {
        for text in ["", "[", "[global", "  x = y", "=", "x = y", "[other]\nx = y", "[global]\n x"] {
            let mut conf = PipConf::default();
            conf.add(text);
            assert_eq!(conf.get("x"), None, "{text}");
        }
    }
}
