//! The types of all modules in one section, without duplicates.

use std::collections::HashMap;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Encode, TypeSection};
use wasmparser::RecGroup;

use super::error::Fault;

/// The base of an index of a type within its own group, in a key of [`Types::known`]. No module has so many types.
const OWN: u32 = 1 << 30;

/// The types of the merged module.
#[derive(Default)]
pub(super) struct Types {
    pub(super) section: TypeSection,
    count: u32,
    /// The first index of a group of types, by the content of the group. Two groups mean the same types if their
    /// content is equal, so each content is written once.
    known: HashMap<Vec<u8>, u32>,
}

impl Types {
    /// Adds the types of a module, and returns the index of each.
    pub(super) fn add(&mut self, groups: &[RecGroup]) -> Result<Vec<u32>, Fault> {
        let mut mapped = Vec::new();
        for group in groups {
            let length = u32::try_from(group.types().len()).unwrap_or(u32::MAX);
            let next = self.count.checked_add(length).filter(|next| *next <= OWN);
            let Some(next) = next else { return Err(Fault("it has too many types".to_owned())) };
            let key = written(group, &mapped, OWN)?;
            let start = match self.known.get(&key) {
                Some(start) => *start,
                None => {
                    let start = self.count;
                    append(&mut self.section, group, &mapped, start)?;
                    self.known.insert(key, start);
                    self.count = next;
                    start
                }
            };
            mapped.extend((0..length).map(|position| start.saturating_add(position)));
        }
        Ok(mapped)
    }
}

/// Returns `group` as bytes, with its own types numbered from `start`.
fn written(group: &RecGroup, mapped: &[u32], start: u32) -> Result<Vec<u8>, Fault> {
    let mut section = TypeSection::new();
    append(&mut section, group, mapped, start)?;
    let mut bytes = Vec::new();
    section.encode(&mut bytes);
    Ok(bytes)
}

fn append(section: &mut TypeSection, group: &RecGroup, mapped: &[u32], start: u32) -> Result<(), Fault> {
    let length = group.types().len();
    let mut reencoder = Group { mapped, length, start };
    let mut types = Vec::new();
    for ty in group.types() {
        types.push(reencoder.sub_type(ty.clone())?);
    }
    match &types[..] {
        // A type alone is equal to a group of this one type.
        [single] => section.ty().subtype(single),
        _ => section.ty().rec(types),
    }
    Ok(())
}

/// Maps the types before a group and those in it.
struct Group<'m> {
    mapped: &'m [u32],
    length: usize,
    start: u32,
}

impl Reencode for Group<'_> {
    type Error = Fault;

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<Fault>> {
        let position = ty as usize;
        if let Some(mapped) = self.mapped.get(position) {
            return Ok(*mapped);
        }
        match position.checked_sub(self.mapped.len()) {
            // Both numbers are below 2^30.
            Some(own) if own < self.length => Ok(self.start.saturating_add(u32::try_from(own).unwrap_or(u32::MAX))),
            _ => Err(Error::UserError(Fault::unknown("type", ty))),
        }
    }
}
