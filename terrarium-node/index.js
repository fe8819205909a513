// The package: the exports for `require` and for `import`, which finds their names in the literal below.
'use strict';

const { CacheFolder } = require('./lib/cache.js');
const { ExecutionError, TerrariumError } = require('./lib/errors.js');
const { currentCall, EndRun, HostError } = require('./lib/functions.js');
const { about, Image } = require('./lib/image.js');
const { ExecutionResult } = require('./lib/result.js');
const { Sandbox } = require('./lib/sandbox.js');
const { Session } = require('./lib/session.js');
const { PackageStore } = require('./lib/packages.js');
const { EventStream } = require('./lib/stream.js');
const { NdArray } = require('./lib/values/ndarray.js');
const { Column, DataFrame, Index, Series } = require('./lib/values/tables.js');
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
  CacheFolder,
  Column,
  Complex,
  currentCall,
  Cycle,
  Dataclass,
  DataFrame,
  DateTime,
  Decimal,
  EndRun,
  Enum,
  EventStream,
  ExecutionError,
  ExecutionResult,
  Float,
  Fraction,
  FrozenSet,
  HostError,
  Image,
  Index,
  NamedTuple,
  NdArray,
  Opaque,
  PackageStore,
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

// The types of options, results and records.
/** @typedef {import('./lib/types.js').About} About */
/** @typedef {import('./lib/packages.js').AddOptions} AddOptions */
/** @typedef {import('./lib/types.js').CacheEntry} CacheEntry */
/** @typedef {import('./lib/types.js').CacheKind} CacheKind */
/** @typedef {import('./lib/types.js').CallEvent} CallEvent */
/** @typedef {import('./lib/types.js').Completeness} Completeness */
/** @typedef {import('./lib/types.js').Completion} Completion */
/** @typedef {import('./lib/types.js').Content} Content */
/** @typedef {import('./lib/types.js').Decision} Decision */
/** @typedef {import('./lib/types.js').Deterministic} Deterministic */
/** @typedef {import('./lib/types.js').Display} Display */
/** @typedef {import('./lib/packages.js').DownloadOptions} DownloadOptions */
/** @typedef {import('./lib/types.js').DownloadProgress} DownloadProgress */
/** @typedef {import('./lib/errors.js').ErrorDetails} ErrorDetails */
/** @typedef {import('./lib/types.js').ExecuteOptions} ExecuteOptions */
/** @typedef {import('./lib/types.js').FileInfo} FileInfo */
/** @typedef {import('./lib/types.js').Frame} Frame */
/** @typedef {import('./lib/values/tables.js').FrameParts} FrameParts */
/** @typedef {import('./lib/types.js').Functions} Functions */
/** @typedef {import('./lib/types.js').HostCall} HostCall */
/** @typedef {import('./lib/types.js').HostCallInfo} HostCallInfo */
/** @typedef {import('./lib/types.js').HostCallOutcome} HostCallOutcome */
/** @typedef {import('./lib/types.js').HostCallRecord} HostCallRecord */
/** @typedef {import('./lib/types.js').HostFunction} HostFunction */
/** @typedef {import('./lib/types.js').ImageInfo} ImageInfo */
/** @typedef {import('./lib/types.js').ImageOptions} ImageOptions */
/** @typedef {import('./lib/types.js').Metrics} Metrics */
/** @typedef {import('./lib/types.js').Mount} Mount */
/** @typedef {import('./lib/types.js').ClearEvent} ClearEvent */
/** @typedef {import('./lib/types.js').DisplayEvent} DisplayEvent */
/** @typedef {import('./lib/types.js').InputAnswer} InputAnswer */
/** @typedef {import('./lib/types.js').InputRequest} InputRequest */
/** @typedef {import('./lib/types.js').OutputEvent} OutputEvent */
/** @typedef {import('./lib/types.js').Progress} Progress */
/** @typedef {import('./lib/types.js').ProgressEvent} ProgressEvent */
/** @typedef {import('./lib/types.js').RunEvent} RunEvent */
/** @typedef {import('./lib/types.js').Stdin} Stdin */
/** @typedef {import('./lib/cache.js').PruneOptions} PruneOptions */
/** @typedef {import('./lib/types.js').PythonError} PythonError */
/** @typedef {import('./lib/types.js').SandboxOptions} SandboxOptions */
/** @typedef {import('./lib/values/tables.js').SeriesParts} SeriesParts */
/** @typedef {import('./lib/types.js').Status} Status */
/** @typedef {import('./lib/types.js').StoredPackage} StoredPackage */
/** @typedef {import('./lib/values/ndarray.js').TypedArray} TypedArray */
