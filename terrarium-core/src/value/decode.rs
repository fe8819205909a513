//! [`Decoder`]: reads values from their JSON form, within a bound on the memory that they take and on the time.
//!
//! A value of the guest may be made to cost the host: a byte of text can become fifty bytes of a tree. So the memory is
//! counted before it is taken, and the text is read once, directly into values. After a fault the reading continues
//! without building anything: the other values of the document are kept.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Value, json::TAG, tagged};
use crate::Bytes;

/// The memory of an allocation besides its content.
pub(super) const ALLOCATION: u64 = 24;
/// The memory of the parts of a tagged value, besides the parts: a tree keeps room for some.
pub(super) const PARTS: u64 = 11 * size_of::<(String, Value)>() as u64;
/// The number of values between two looks at the time.
const INTERVAL: u32 = 1 << 12;

/// The reason why a value is not what its text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The form is not that of a value.
    Invalid(String),
    /// The value takes more memory than it may.
    TooLarge,
}

/// Reads values from one document.
pub(crate) struct Decoder<'a> {
    /// The memory that values may take.
    limit: u64,
    used: Cell<u64>,
    fault: RefCell<Option<Fault>>,
    /// The contents that were sent separately. Each is for one value.
    blobs: RefCell<Vec<Option<Bytes>>>,
    /// The number of values until the next look at the time.
    countdown: Cell<u32>,
    /// Whether there is no more time.
    is_late: &'a dyn Fn() -> bool,
    late: Cell<bool>,
    full: Cell<bool>,
    /// Whether the values come from the guest, and not from the caller.
    is_forgeable: bool,
}

impl<'a> Decoder<'a> {
    /// Creates a decoder of values from the guest, which may take `limit` bytes, until `is_late`.
    pub(crate) fn new(limit: u64, blobs: Vec<Bytes>, is_late: &'a dyn Fn() -> bool) -> Self {
        Self {
            limit,
            used: Cell::new(0),
            fault: RefCell::new(None),
            blobs: RefCell::new(blobs.into_iter().map(Some).collect()),
            countdown: Cell::new(INTERVAL),
            is_late,
            late: Cell::new(false),
            full: Cell::new(false),
            is_forgeable: true,
        }
    }

    /// Creates a decoder of values from the caller: without bounds.
    pub(super) fn of_caller() -> Self {
        Self { is_forgeable: false, ..Self::new(u64::MAX, Vec::new(), &|| false) }
    }

    /// Whether the decoder ended because there was no more time.
    pub(crate) fn is_late(&self) -> bool {
        self.late.get()
    }

    /// Whether something was refused because it would have taken more memory than it may.
    pub(crate) fn is_full(&self) -> bool {
        self.full.get()
    }

    /// Returns the memory that the values take.
    pub(crate) fn used(&self) -> u64 {
        self.used.get()
    }

    pub(super) fn is_forgeable(&self) -> bool {
        self.is_forgeable
    }

    /// Whether the present value has a fault, so that nothing more of it is needed.
    fn has_fault(&self) -> bool {
        self.fault.borrow().is_some()
    }

    /// Records the first fault of the present value.
    fn fail(&self, fault: Fault) {
        self.fault.borrow_mut().get_or_insert(fault);
    }

    /// Counts memory before it is taken; returns false if the value may not have it, or has a fault already.
    pub(super) fn charge(&self, bytes: u64) -> bool {
        let used = self.used.get().saturating_add(bytes);
        if used > self.limit {
            self.full.set(true);
            self.fail(Fault::TooLarge);
        } else {
            self.used.set(used);
        }
        !self.has_fault()
    }

    /// Counts memory before it is taken, outside of a value; returns false if there is not as much.
    pub(super) fn charge_plain(&self, bytes: u64) -> bool {
        let fits = self.charge(bytes);
        self.fault.take();
        fits
    }

    /// Counts the memory of a text.
    fn charge_text(&self, length: usize) -> bool {
        self.charge(if length == 0 { 0 } else { length as u64 + ALLOCATION })
    }

    /// Looks at the time, once in many calls.
    pub(super) fn tick<E: de::Error>(&self) -> Result<(), E> {
        let left = self.countdown.get();
        if left > 0 {
            self.countdown.set(left - 1);
            return Ok(());
        }
        self.countdown.set(INTERVAL);
        if (self.is_late)() {
            self.late.set(true);
            return Err(E::custom("there is no more time"));
        }
        Ok(())
    }

    /// Takes a content that was sent separately.
    pub(super) fn blob(&self, index: Option<&Value>) -> Result<Bytes, String> {
        let index = index.and_then(Value::as_i64).and_then(|index| usize::try_from(index).ok());
        let blob = index.and_then(|index| self.blobs.borrow_mut().get_mut(index)?.take());
        blob.ok_or_else(|| "no such blob".to_owned())
    }

    /// Reads a value, whose memory is free again if it has a fault.
    fn whole<'de, D: Deserializer<'de>>(&self, deserializer: D) -> Result<Result<Value, Fault>, D::Error> {
        let before = self.used.get();
        let value = Inner(self).deserialize(deserializer)?;
        Ok(match self.fault.take() {
            None => Ok(value),
            Some(fault) => {
                self.used.set(before);
                Err(fault)
            }
        })
    }
}

/// The seed of a whole value: a fault of it does not end the document.
pub(crate) struct Whole<'d, 'a>(pub(crate) &'d Decoder<'a>);

impl<'de> DeserializeSeed<'de> for Whole<'_, '_> {
    type Value = Result<Value, Fault>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.whole(deserializer)
    }
}

/// Reads a value of the caller.
pub(super) fn from_caller<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Decoder::of_caller().whole(deserializer)?.map_err(|fault| match fault {
        Fault::Invalid(reason) => de::Error::custom(reason),
        Fault::TooLarge => de::Error::custom("the value is too large"),
    })
}

/// The seed of a value at any depth.
#[derive(Clone, Copy)]
struct Inner<'d, 'a>(&'d Decoder<'a>);

impl Inner<'_, '_> {
    fn scalar<E: de::Error>(self, value: Value) -> Result<Value, E> {
        self.0.tick()?;
        self.0.charge(size_of::<Value>() as u64);
        Ok(value)
    }
}

impl<'de> DeserializeSeed<'de> for Inner<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inner<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        self.scalar(Value::None)
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Value, E> {
        self.scalar(Value::Bool(truth))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        self.scalar(Value::Int(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        self.scalar(Value::from(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        self.scalar(Value::Float(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        let copy = if self.0.charge_text(text.len()) { copied(text) } else { None };
        self.scalar(match copy {
            Some(copy) => Value::Str(copy),
            None => {
                self.0.fail(Fault::TooLarge);
                Value::None
            }
        })
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        self.0.charge_text(text.len());
        self.scalar(Value::Str(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let Self(decoder) = self;
        decoder.tick()?;
        decoder.charge(size_of::<Value>() as u64 + ALLOCATION);
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(self)? {
            if items.try_reserve(1).is_err() {
                decoder.fail(Fault::TooLarge);
            }
            if !decoder.has_fault() {
                items.push(item);
            } else if items.capacity() > 0 {
                items = Vec::new();
            }
        }
        items.shrink_to_fit();
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Self(decoder) = self;
        decoder.tick()?;
        decoder.charge(size_of::<Value>() as u64 + ALLOCATION);
        let mut members: Vec<(Value, Value)> = Vec::new();
        let mut is_tagged = false;
        while let Some(key) = map.next_key_seed(self)? {
            is_tagged |= key.as_str() == Some(TAG);
            let value = map.next_value_seed(self)?;
            if members.try_reserve(1).is_err() {
                decoder.fail(Fault::TooLarge);
            }
            if !decoder.has_fault() {
                members.push((key, value));
            } else if members.capacity() > 0 {
                members = Vec::new();
            }
        }
        if decoder.has_fault() {
            return Ok(Value::None);
        }
        members.shrink_to_fit();
        let members = without_duplicates(members);
        if !is_tagged {
            return Ok(Value::Dict(members));
        }
        Ok(tagged::value(members, decoder).unwrap_or_else(|reason| {
            decoder.fail(Fault::Invalid(reason));
            Value::None
        }))
    }
}

/// Returns a copy of a text, if the process has the memory.
fn copied(text: &str) -> Option<String> {
    let mut copy = String::new();
    copy.try_reserve_exact(text.len()).ok()?;
    copy.push_str(text);
    Some(copy)
}

/// Returns the members with the last value of each name, as JSON readers understand a name that is there twice.
fn without_duplicates(members: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    /// Up to this number of members each is compared with each.
    const FEW: usize = 8;
    let name = |index: usize| members.get(index).and_then(|(name, _)| name.as_str());
    let is_unique = if members.len() <= FEW {
        (1..members.len()).all(|index| (0..index).all(|earlier| name(earlier) != name(index)))
    } else {
        let mut seen = std::collections::HashSet::with_capacity(members.len());
        members.iter().all(|(name, _)| seen.insert(name.as_str()))
    };
    if is_unique {
        return members;
    }
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<(Value, Value)> = Vec::new();
    for (name, value) in members {
        let text = name.as_str().unwrap_or_default().to_owned();
        match places.get(&text).and_then(|place| kept.get_mut(*place)) {
            Some(place) => place.1 = value,
            None => {
                places.insert(text, kept.len());
                kept.push((name, value));
            }
        }
    }
    kept
}
