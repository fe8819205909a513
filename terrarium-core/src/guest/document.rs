//! [`Document`]: the values that the harness sends after a run, read from their text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::{
    Value,
    value::{Decoder, Fault, Whole},
};

/// The values of a run: each is a value, or the reason why it is none.
#[derive(Default)]
pub(super) struct Document {
    /// Absent when the code has no final value.
    pub(super) final_expression: Option<Result<Value, Fault>>,
    pub(super) outputs: BTreeMap<String, Result<Value, Fault>>,
}

impl Document {
    /// Reads the document, with the outputs of these names. An error means that the text is damaged, or that there was
    /// no more time; the values before it are kept.
    pub(super) fn read(text: &[u8], names: &[String], decoder: &Decoder<'_>) -> (Self, Option<serde_json::Error>) {
        let mut document = Self::default();
        if text.is_empty() {
            return (document, None);
        }
        let names = names.iter().map(String::as_str).collect();
        let mut reader = serde_json::Deserializer::from_slice(text);
        let part = Part::Document { document: &mut document, names: &names, decoder };
        let read = part.deserialize(&mut reader).and_then(|()| reader.end());
        (document, read.err())
    }
}

/// A part of the document that has members.
enum Part<'p, 'd, 'a> {
    Document {
        document: &'p mut Document,
        names: &'p BTreeSet<&'p str>,
        decoder: &'d Decoder<'a>,
    },
    Outputs {
        outputs: &'p mut BTreeMap<String, Result<Value, Fault>>,
        names: &'p BTreeSet<&'p str>,
        decoder: &'d Decoder<'a>,
    },
}

impl<'de> DeserializeSeed<'de> for Part<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Part<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        match self {
            Self::Document { document, names, decoder } => {
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "final" => document.final_expression = Some(map.next_value_seed(Whole(decoder))?),
                        "outputs" => {
                            let outputs = &mut document.outputs;
                            map.next_value_seed(Part::Outputs { outputs, names, decoder })?;
                        }
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
            }
            // The guest can forge names that the run was not asked for.
            Self::Outputs { outputs, names, decoder } => {
                while let Some(name) = map.next_key::<String>()? {
                    if names.contains(name.as_str()) {
                        outputs.insert(name, map.next_value_seed(Whole(decoder))?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
            }
        }
        Ok(())
    }
}
