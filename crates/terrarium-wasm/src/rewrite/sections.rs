//! Writing a module again with other sections, and the treatment of custom sections when code moves.

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Encode, Module, NameSection, Section, SectionId};
use wasmparser::{BinaryReader, CustomSectionReader, KnownCustom, Name, NameSectionReader};

use super::error::RewriteError;
use super::module;

/// The order of the sections of a module, without custom ones.
const ORDER: [SectionId; 13] = [
    SectionId::Type,
    SectionId::Import,
    SectionId::Function,
    SectionId::Table,
    SectionId::Memory,
    SectionId::Tag,
    SectionId::Global,
    SectionId::Export,
    SectionId::Start,
    SectionId::Element,
    SectionId::DataCount,
    SectionId::Code,
    SectionId::Data,
];

/// Returns `module` with `replacements`, which are in the order of a module. Each replaces the module's own section of
/// its kind, or is added at its proper place. No index may change.
pub(super) fn with_sections(
    module: &module::Module<'_>,
    replacements: &[&dyn Section],
) -> Result<Vec<u8>, RewriteError> {
    let mut written = Module::new();
    let mut replacements = replacements.iter().copied().map(Replacement).peekable();
    for section in &module.sections {
        let contents = &module.wasm[section.contents.clone()];
        if section.is(SectionId::Custom) {
            copy_custom_section(&mut written, contents, section.contents.start, &mut Unchanged)?;
            continue;
        }
        while let Some(earlier) = replacements.next_if(|new| place(new.id()) < place(section.id)) {
            written.section(&earlier);
        }
        match replacements.next_if(|new| new.id() == section.id) {
            Some(instead) => written.section(&instead),
            None => written.section(&module.raw(section)),
        };
    }
    for last in replacements {
        written.section(&last);
    }
    Ok(written.finish())
}

/// Returns the position of a section of the kind `id` among the others.
fn place(id: u8) -> usize {
    ORDER.iter().position(|known| *known as u8 == id).unwrap_or(ORDER.len())
}

/// A section of any kind.
struct Replacement<'s>(&'s dyn Section);

impl Encode for Replacement<'_> {
    fn encode(&self, sink: &mut Vec<u8>) {
        self.0.encode(sink);
    }
}

impl Section for Replacement<'_> {
    fn id(&self) -> u8 {
        self.0.id()
    }
}

/// Writes the custom section `contents` into `module`, unless the rewriting has made it wrong.
///
/// Names keep their indices as `reencoder` maps them. Names of labels and all sections that refer to offsets in code
/// (debugging information, relocations, branch hints, source maps) are left out. A name section that cannot be read is
/// left out too, because it has no influence on the behaviour of the module.
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
        module.section(&wasm_encoder::RawSection { id: SectionId::Custom as u8, data: contents });
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
        // Labels are counted in the order of the blocks, and the rewriting added blocks.
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
