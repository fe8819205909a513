//! The names of a struct's fields, as serde asks for them.

use serde::{
    de::{DeserializeOwned, Deserializer, Visitor, value::Error},
    forward_to_deserialize_any,
};

/// Returns the names of the fields of a struct; none for other types.
pub(super) fn field_names<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut names = None;
    // Always an error: there is no value.
    drop(T::deserialize(Probe(&mut names)));
    names
}

/// Answers nothing, and keeps the names.
struct Probe<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("there is no value"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = Some(fields);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Fields {
        #[serde(rename = "first")]
        _a: u8,
        #[serde(default, rename = "second")]
        _b: String,
    }

    #[test]
    fn a_struct_has_names_and_other_types_have_none() {
        assert_eq!(field_names::<Fields>(), Some(&["first", "second"][..]));
        assert_eq!(field_names::<(u8, u8)>(), None);
        assert_eq!(field_names::<String>(), None);
    }
}
