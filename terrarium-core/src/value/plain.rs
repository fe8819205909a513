//! [`Plain`]: reads plain JSON within the bounds of a decoder.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::decode::{ALLOCATION, Decoder};

/// The memory of the first members of an object: a table and room for some members.
const MEMBERS: u64 = 4 * (size_of::<(String, Json)>() as u64 + 8) + 64;

/// The seed of plain JSON, which a decoder bounds too. A document that takes more than it may is an error.
#[derive(Clone, Copy)]
pub(crate) struct Plain<'d, 'a>(pub(crate) &'d Decoder<'a>);

impl Plain<'_, '_> {
    fn charge<E: de::Error>(self, bytes: u64) -> Result<(), E> {
        self.0.tick()?;
        match self.0.charge_plain(size_of::<Json>() as u64 + bytes) {
            true => Ok(()),
            false => Err(E::custom("the document takes too much memory")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Plain<'_, '_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plain<'_, '_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        self.charge(0).map(|()| Json::Null)
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Json, E> {
        self.charge(0).map(|()| Json::Bool(truth))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Json, E> {
        self.charge(0).map(|()| number.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Json, E> {
        self.charge(0).map(|()| number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Json, E> {
        self.charge(0).map(|()| number.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        self.charge(text.len() as u64 + ALLOCATION).map(|()| Json::String(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Json, E> {
        self.charge(text.len() as u64 + ALLOCATION).map(|()| Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        self.charge(ALLOCATION)?;
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(self)? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        self.charge(MEMBERS)?;
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            self.charge(name.len() as u64 + ALLOCATION + size_of::<String>() as u64)?;
            members.insert(name, map.next_value_seed(self)?);
        }
        Ok(Json::Object(members))
    }
}
