// The package: what `require('terrarium')` gives.
'use strict';

const { ExecutionError, TerrariumError } = require('./lib/errors.js');
const { about, Image } = require('./lib/image.js');
const { ExecutionResult } = require('./lib/result.js');
const { Sandbox } = require('./lib/sandbox.js');
const { Session } = require('./lib/session.js');
const { OutputStream } = require('./lib/stream.js');
const { NdArray } = require('./lib/values/ndarray.js');
const { DataFrame, Series } = require('./lib/values/tables.js');
const { FrozenSet, NamedTuple, Tuple } = require('./lib/values/containers.js');
const {
  Complex,
  Cycle,
  Dataclass,
  DateTime,
  Decimal,
  Enum,
  Float,
  Fraction,
  Opaque,
  Path,
  PlainDate,
  PlainDateTime,
  PlainTime,
  Range,
  Tagged,
  TimeDelta,
  Truncated,
  UUID,
} = require('./lib/values/kinds.js');

module.exports = {
  about,
  Complex,
  Cycle,
  DataFrame,
  Dataclass,
  DateTime,
  Decimal,
  Enum,
  ExecutionError,
  ExecutionResult,
  Float,
  Fraction,
  FrozenSet,
  Image,
  NamedTuple,
  NdArray,
  Opaque,
  OutputStream,
  Path,
  PlainDate,
  PlainDateTime,
  PlainTime,
  Range,
  Sandbox,
  Series,
  Session,
  Tagged,
  TerrariumError,
  TimeDelta,
  Truncated,
  Tuple,
  UUID,
};
