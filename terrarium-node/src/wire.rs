//! [`Wire`]: core's options and results as JSON text, with large contents beside it instead of base64 in it.
//!
//! A value of bytes that is beside the text is `{"$type": "blob", "index": n}` in it; other contents are numbers.

use std::{collections::BTreeMap, time::Duration};

use napi::bindgen_prelude::Buffer;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Map, Value as Json};
use terrarium_core::{
    Bytes, CallHook, Error, ExecuteOptions, ExecutionResult, HostFunctions, ImageOptions, JsonOptions, SandboxOptions,
    Value,
};

use crate::{
    fault::Fault,
    functions::{self, Declared, Thrown},
};

/// The longest string of JavaScript.
const LONGEST: usize = (1 << 29) - 24;
/// Contents below this size stay in the text.
const LARGE: usize = 1 << 10;
/// The kind of a value that is beside the text.
const BLOB: &str = "blob";

/// A duration, in seconds.
pub(crate) struct Seconds(pub(crate) Duration);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map(Self).map_err(D::Error::custom)
    }
}

/// A message.
pub(crate) struct Wire {
    pub(crate) text: String,
    pub(crate) blobs: Vec<Bytes>,
}

impl Wire {
    /// A message from JavaScript. Its contents are copied, because JavaScript may change them.
    pub(crate) fn new(text: String, blobs: Vec<Buffer>) -> Self {
        Self { text, blobs: blobs.into_iter().map(|buffer| Bytes::from(&*buffer)).collect() }
    }

    /// A message that has a JSON form.
    pub(crate) fn of(message: &impl Serialize, blobs: Vec<Bytes>) -> Result<Self, Fault> {
        let text = serde_json::to_string(message).map_err(|error| Error::engine(error.to_string()))?;
        Ok(Self { text, blobs })
    }

    /// A content alone.
    pub(crate) fn content(content: Bytes) -> Self {
        Self { text: "null".to_owned(), blobs: vec![content] }
    }

    /// Contents by name: the names in the text, in the order of the contents.
    pub(crate) fn contents(contents: BTreeMap<String, Bytes>) -> Result<Self, Fault> {
        let (names, blobs): (Vec<_>, Vec<_>) = contents.into_iter().unzip();
        Self::of(&names, blobs)
    }

    /// A result, with its large contents beside the text.
    pub(crate) fn from_result(mut result: ExecutionResult) -> Result<Self, Fault> {
        let mut blobs = Vec::new();
        for value in result.final_expression.iter_mut().chain(result.outputs.values_mut()) {
            value.set_aside(LARGE, &mut blobs);
        }
        let mut beside = |content: Bytes| {
            blobs.push(content);
            blobs.len() - 1
        };
        let stdout_bytes = result.stdout_bytes.take().map(&mut beside);
        let stderr_bytes = result.stderr_bytes.take().map(&mut beside);
        let files = std::mem::take(&mut result.output_files).into_iter();
        let output_files = files.map(|(path, content)| (path, beside(content))).collect();
        let text = |result: &ExecutionResult| {
            let message = ResultMessage {
                result,
                thrown: thrown(result),
                stdout_bytes,
                stderr_bytes,
                output_files: &output_files,
            };
            Self::of(&message, Vec::new()).map(|wire| wire.text)
        };
        let mut whole = text(&result)?;
        if whole.len() > LONGEST {
            // The limits allow more than a string of JavaScript holds: the values give way, and the rest is kept.
            for value in result.final_expression.iter_mut().chain(result.outputs.values_mut()) {
                let part = |name: &str, text: &str| (name.to_owned(), Value::from(text));
                *value = Value::tagged("truncated", [part("class", "object"), part("repr", "")].into());
            }
            whole = text(&result)?;
        }
        match whole.len() > LONGEST {
            true => Err(Error::engine("the result is larger than a string of JavaScript: lower `streamBytes`").into()),
            false => Ok(Self { text: whole, blobs }),
        }
    }

    /// Members that only this package has.
    pub(crate) fn options<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let read = |members: Map<String, Json>| serde_json::from_value::<T>(Json::Object(members));
        let members = self.members()?;
        let error = match read(members.clone()) {
            Ok(options) => return Ok(options),
            Err(error) => error,
        };
        // Each member alone, to name the one at fault.
        let culprit = members.into_iter().find_map(|(name, value)| {
            let error = read([(name.clone(), value)].into_iter().collect()).err()?;
            Some((name, error))
        });
        Err(match culprit {
            Some((name, error)) => Fault::wrong_type(format!("option `{name}`: {error}"), Some(name)),
            None => Fault::wrong_type(format!("options: {error}"), None),
        })
    }

    pub(crate) fn image_options(&self) -> Result<ImageOptions, Fault> {
        named(self.members()?)
    }

    pub(crate) fn sandbox_options(&self) -> Result<SandboxOptions, Fault> {
        let mut members = self.members()?;
        let files = members.remove("files");
        let (functions, decide) = Self::functions(&mut members)?;
        let mut options: SandboxOptions = named(members)?;
        options.files = self.files(files)?;
        (options.functions, options.decide) = (functions, decide);
        Ok(options)
    }

    pub(crate) fn execute_options(&self) -> Result<ExecuteOptions, Fault> {
        let mut members = self.members()?;
        let (files, stdin) = (members.remove("files"), members.remove("stdin"));
        let (functions, decide) = Self::functions(&mut members)?;
        let mut options: ExecuteOptions = named(members)?;
        (options.functions, options.decide) = (functions, decide);
        options.files = self.files(files)?;
        if let Some(index) = stdin {
            options.stdin = self.blob("stdin", &index)?.into();
        }
        for value in options.inputs.values_mut() {
            self.put_back(value)?;
        }
        Ok(options)
    }

    /// A value alone.
    pub(crate) fn value(&self) -> Result<Value, String> {
        let mut value = serde_json::from_str(&self.text).map_err(|error| error.to_string())?;
        self.put_back(&mut value).map_err(|_| "a content is missing".to_owned())?;
        Ok(value)
    }

    /// Takes the functions and whether there is a hook out of the members of options.
    fn functions(members: &mut Map<String, Json>) -> Result<(HostFunctions, Option<CallHook>), Fault> {
        let declared = members.remove("functions").map_or(Ok(Vec::new()), serde_json::from_value::<Vec<Declared>>);
        let declared = declared
            .map_err(|error| Fault::wrong_type(format!("option `functions`: {error}"), Some("functions".to_owned())))?;
        Ok((functions::functions(declared), members.remove("decide").map(|_| functions::hook())))
    }

    fn members(&self) -> Result<Map<String, Json>, Fault> {
        serde_json::from_str(&self.text).map_err(|error| Fault::wrong_type(format!("options: {error}"), None))
    }

    fn files(&self, files: Option<Json>) -> Result<BTreeMap<String, Bytes>, Fault> {
        let files = match files {
            Some(Json::Object(files)) => files,
            _ => Map::new(),
        };
        files.into_iter().map(|(path, index)| Ok((path, self.blob("files", &index)?))).collect()
    }

    fn blob(&self, option: &str, index: &Json) -> Result<Bytes, Fault> {
        let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.blobs.get(index)).cloned().ok_or_else(|| {
            Fault::wrong_type(format!("option `{option}`: a content is missing"), Some(option.to_owned()))
        })
    }

    /// Moves the contents beside the text back into a value.
    fn put_back(&self, value: &mut Value) -> Result<(), Fault> {
        match std::mem::replace(value, Value::None).into_tagged() {
            Ok((kind, fields)) if kind == BLOB => {
                let index = fields.get("index").and_then(Value::as_i64).unwrap_or(-1);
                *value = Value::Bytes(self.blob("inputs", &index.into())?);
            }
            Ok((kind, mut fields)) => {
                fields.values_mut().try_for_each(|part| self.put_back(part))?;
                *value = Value::tagged(kind, fields);
            }
            Err(mut other) => {
                other.children_mut().into_iter().try_for_each(|part| self.put_back(part))?;
                *value = other;
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct ResultMessage<'a> {
    result: &'a ExecutionResult,
    /// The numbers under which JavaScript keeps the exceptions of functions, by the numbers of the calls.
    thrown: BTreeMap<u32, u32>,
    stdout_bytes: Option<usize>,
    stderr_bytes: Option<usize>,
    output_files: &'a BTreeMap<String, usize>,
}

fn thrown(result: &ExecutionResult) -> BTreeMap<u32, u32> {
    let thrown =
        result.host_calls.iter().map(|call| (call.id, call.cause.as_ref().and_then(|cause| cause.downcast_ref())));
    thrown.filter_map(|(id, thrown): (u32, Option<&Thrown>)| Some((id, thrown?.0))).collect()
}

/// Options out of their members.
fn named<T: JsonOptions>(members: Map<String, Json>) -> Result<T, Fault> {
    Ok(T::from_json_value(Json::Object(members))?)
}
