//! What happens to custom sections when code moves.

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Module, NameSection};
use wasmparser::{BinaryReader, CustomSectionReader, KnownCustom, Name, NameSectionReader};

use super::error::RewriteError;

/// Writes the custom section `contents` into `module`, unless rewriting has made it wrong.
///
/// Names keep their indices as `reencoder` maps them. Names of labels and everything that speaks of offsets in
/// code (debugging information, relocations, branch hints, source maps) are left out. A name section that cannot
/// be read is left out too, because it has no influence on what the module does.
pub(super) fn copy_custom_section<R>(
    module: &mut Module,
    contents: &[u8],
    offset: usize,
    reencoder: &mut R,
) -> Result<(), RewriteError>
where
    R: Reencode<Error = RewriteError>,
{
    let section = CustomSectionReader::new(BinaryReader::new(contents, offset))?;
    if speaks_of_code_offsets(section.name()) {
        return Ok(());
    }
    if let KnownCustom::Name(names) = section.as_known() {
        if let Ok(names) = copy_names(names, reencoder) {
            module.section(&names);
        }
    } else {
        module.section(&wasm_encoder::RawSection { id: wasm_encoder::SectionId::Custom as u8, data: contents });
    }
    Ok(())
}

fn speaks_of_code_offsets(name: &str) -> bool {
    const EXACT: [&str; 3] = ["linking", "sourceMappingURL", "external_debug_info"];
    const PREFIXES: [&str; 3] = [".debug_", "reloc.", "metadata.code."];
    EXACT.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn copy_names<R>(section: NameSectionReader<'_>, reencoder: &mut R) -> Result<NameSection, Error<RewriteError>>
where
    R: Reencode<Error = RewriteError>,
{
    let mut names = NameSection::new();
    for name in section {
        let name = name?;
        // Labels are counted in the order of the blocks, and blocks were added.
        if !matches!(name, Name::Label(_)) {
            reencoder.parse_custom_name_subsection(&mut names, name)?;
        }
    }
    Ok(names)
}

/// Keeps every index.
pub(super) struct Unchanged;

impl Reencode for Unchanged {
    type Error = RewriteError;
}
