"""The harness: the part of terrarium that runs inside the sandbox.

It runs programs as `__main__` and reports their outcome. The host is the Rust side; this page describes the protocol
between the two.

Calls
=====
The host imports `_terrarium.main` and calls its functions with one `bytes` argument, JSON text in UTF-8. Unknown keys
are ignored. The functions never raise: a failure of the harness is a response with the error type `HarnessError`.

`configure(config) -> None` is called once for each interpreter that boots, and for an interpreter that starts from an
image if its options differ from those of the image:

    {"channel": 1048576,            the descriptor of the event channel; -1 for none
     "cwd": "/home/earth",          also the first place of imports; default `home`
     "home": "/home/earth",
     "argv": ["main.py", "a"],      `sys.argv`, with the name of the program
     "env": {"HOME": "..."},        the whole environment; null leaves it as it is
     "seed": 1,                     seeds `random` and `numpy.random`; null seeds them randomly
     "threads": true}               false: starting a thread is the interpreter's own error; default true

`execute(request) -> response`:

    {"code": "1 + 1",
     "filename": "main.py",         default "main.py"
     "argv": null, "env": null,     null: as configured; `env` adds to the environment
     "cwd": null,
     "file": "/home/earth/main.py", `__file__`, under which the program can be read; null: there is none
     "inputs": {"name": value},     typed values (below) that are bound before the run
     "outputs": ["name"],           names whose values are returned after the run, also after a failed one
     "has_files": true,             false: the working directory is empty, so no import looks there; default true
     "keep": false,                 true: a session, which keeps its globals from call to call
     "value_bytes": 134217728,      bound on the size of all values of this call: text, blobs, 16 bytes for each item
     "repr_bytes": 1048576,         bound on `repr`
     "asks": false,                  true: `input` announces its prompts to the host
     "store_last": false,           bind `_` to the final value
     "functions": {"plain": "a b.c", "coroutines": "d"}}   the names of the host's functions, in place of earlier ones

    {"status": "success",           or "error"
     "exit_code": null,             not null when the program raised SystemExit
     "repr": "2", "repr_truncated": false,     null: there is no final value
     "final": 2,                    the final value if it is plain; others are sent as values (below)
     "error": null}

The final value is that of the last statement if it is an expression. A None counts as a value unless the expression is
a call or an `await`: `print(1)` has no value, a bare `None` or `x` has one.

At the end of the program, the threads run that it did not wait for (except daemons). Then open figures of matplotlib
are displayed, then the values are taken.

`exit_code` is 0 for `sys.exit()` and `sys.exit(0)`, whose status is "success"; other codes are an error of the type
`SystemExit`. An int is reported as it is (-1 if it does not fit 32 bits); anything else is printed and reported as 1.

`error`:

    {"type": "ZeroDivisionError", "module": "builtins", "message": "division by zero",
     "traceback": "Traceback ...",  Python's text, without the frames of the harness; bounded
     "frames": [{"file", "line", "end_line", "column", "end_column", "function", "source"}],   outermost first
     "frames_omitted": 3,           only when frames in the middle were left out
     "file", "line", "end_line", "column", "end_column", "source",   the innermost place in the program itself
     "incomplete_input": false,     true: a SyntaxError that more lines could correct
     "exit_code": 3,                only for SystemExit
     "host_call": 1}                only for an exception of a function of the host: the number of its call

Lines and columns count from 1, columns in characters of the original line (before dedenting); the end column is
exclusive. Each can be null. `source` is the first line of the place.

`check({"code"}) -> {"complete": "complete" | "incomplete" | "invalid"}`, as Python's prompt judges: a block is complete
once an empty line has ended it.

`complete({"code", "cursor"}) -> {"matches": [...], "start": n}`: the possible completions at the cursor, from the
globals of the session; `matches` replace the text from `start` to the cursor (both in characters). Runs no user code.

`reset_globals({}) -> None` forgets the names that user code made.

For making an image, `prepare({"modules"}) -> {"failed": {module: reason}}` imports modules. `settle({}) ->
{"generators": [[address, words]], "reads": [name], "absent_modules": [name], "absent_distributions": [name]}` quiesces
the interpreter. It names the objects with states of random generators, and what packages looked for since the first
`prepare`: environment variables, modules in vain, distributions (`*` for all). It sends the addresses of all objects
(frames B of 32-bit words) and keeps them alive until `release({})`.

Interrupts
==========
A SIGINT raises KeyboardInterrupt in user code, or calls the handler that the program has set. While the harness itself
works, the interrupt is deferred, and the response has the error type KeyboardInterrupt. Without a run in progress, the
next run is interrupted.

The event channel
=================
Each write is one frame; its first byte is the kind.

    D   a display: {"data": {mime: text or {"$base64": text}}, "metadata": {}}, sent at once. Data of JSON
        types (application/json, ...+json) is JSON text. "text/plain" is always present. A figure of matplotlib
        has the metadata {"image/png": {"width": 640, "height": 480}}, in pixels. A display that can be updated has an
        "id".
    E   an update: a display that replaces those with its "id"
    B   a blob: raw bytes, numbered from 0 within the call. All blobs of a call are sent after the program has ended.
    V   a piece of {"final": value, "outputs": {name: value}}; the pieces form one JSON text. "final" is absent when
        there is no final value; nothing is sent when no output is requested either.
    A   a content of an argument for a function of the host, in the order of the numbers in the next call.
    U   user code ended because of an interrupt; the host gives the harness time to report. No payload. Other frames
        may follow.
    P   after U: user code runs again (a `__str__`, a finalizer), until the next U; that time does not count as
        the harness's. No payload.
    F   after U: the harness releases the program's objects, whose finalizers are user code, until the next U. That time
        has its own bound. No payload.
    R   the program's handler of SIGINT has returned; the host interrupts again in the middle of the grace period. No
        payload.

Requests
========
An `ioctl` on the descriptor of the channel asks the host. Its argument is a buffer of little-endian numbers, 32 bits
each unless stated, and bytes:

    0x7401      sets the local time zone: the form (1 a TZif file, 2 POSIX text), the length, the rules
    0x7402      continues PBKDF2: the hash (1 for SHA-1, else the bits of SHA-2), up to 32,768 rounds, the last value,
                the sum so far, and the blocks of HMAC that contain the key
    0x7403      continues scrypt: the phase (0 fills the table, 1 mixes), cost, block size, first step, steps, then the
                block and the table
    0x7404      returns the size of the memory in KiB
    0x7405      sets the alarm: two numbers of 64 bits, the nanoseconds of the delay and of the interval
    0x7408      returns the number of open descriptors of files that can be written
    0x740a      announces the next read of the standard input: 1 if typed text may be shown, the length and the text of
                the prompt. Fails when no prompt reaches the host
    0x740b      discards text and displays so far: 1 to do so when there is more
    0x740c      asks about functions of the host (`host/calls.py`): the size of the buffer, that of the request, and the
                request, in whose place the answer is. It is a letter and its arguments: C calls a function and waits
                (its name, a zero byte, [positional, keywords] as typed values), B begins a call, F waits for one, W
                waits for any (nanoseconds), T takes its answer, N begins to get the next item of a stream, X drops a
                call, D describes a function, L finds functions. Returns 0 with the answer, 1 with the number of the
                call and the size of a larger answer, 2 with the number of a call that a signal has interrupted. An
                answer begins with V (a typed value), B (one with contents), E (an error), S (the number of a stream)
                or N (its end)
    0x740d      reads a part of a large answer: the number of the call, the offset, the size; then the buffer

Typed values
============
None, bool, str and list are plain JSON. A dict with only str keys, none of which is "$type", is a plain object.

    int         plain up to 2**53 - 1, else {"$type": "int", "value": "9007199254740992"}, or "hex": "-1f..." (no 0x)
                when there are more than 4000 digits
    float       plain, always with a point or an exponent; {"$type": "float", "value": "nan" | "inf" | "-inf"}
    str         over 64 KiB {"$type": "str", "blob": 0} (UTF-8); with lone surrogates {"$type": "str", "surrogatepass":
                base64 of UTF-8 in which they are encoded like other characters}
    bytes       {"$type": "bytes", "base64": "..."}, over 64 KiB {"$type": "bytes", "blob": 0}; bytearray too
    tuple       {"$type": "tuple", "items": [...]}, a named one also has "name" and "fields": ["x", "y"]
    set         {"$type": "set" | "frozenset", "items": [...]}, sorted where that is possible
    dict        {"$type": "dict", "items": [[key, value], ...]} when it is not plain
    complex     {"$type": "complex", "real": 0.0, "imag": 1.0}
    range       {"$type": "range", "start": 0, "stop": 3, "step": 1}
    datetime    {"$type": "datetime" | "date" | "time", "value": ISO 8601}, with "zone" (the name of a time zone of the
                database) and "fold": 1 where Python has them
    timedelta   {"$type": "timedelta", "days": 1, "seconds": 0, "microseconds": 0}
    Decimal     {"$type": "decimal", "value": "1.10"}
    Fraction    {"$type": "fraction", "numerator": 1, "denominator": 3}
    UUID, Path  {"$type": "uuid" | "path", "value": "..."}
    Enum        {"$type": "enum", "class": "Color", "name": "RED", "value": 1}
    dataclass   {"$type": "dataclass", "name": "Point", "fields": {"x": 1}}
    deque       {"$type": "deque", "items": [...], "maxlen": null}
    numpy, pandas   see below
    others      {"$type": "object", "class": "module.qualname", "repr": "..."}, "repr_truncated": true when it is cut
    cycles      {"$type": "cycle"}; a value nested deeper than 40 levels is an "object"
    too large   {"$type": "truncated", "class", "repr"} instead of a value that does not fit `value_bytes`

Subclasses of the built-in types are written as their base: a defaultdict or a Counter is a dict, an OrderedDict a dict
in its order. A pytz zone is written as the zone of its name, and a zone without a name as its offset from UTC. Inputs
take the same forms, except blobs, "object", "cycle" and "truncated". An enum becomes its value, and a dataclass a
namespace.

Values of numpy and pandas
==========================
`values/arrays.py`, `columns.py` and `tables.py` convert them, in the guest and in the Python package.

    scalar      of numpy: like Python's, without its type; {"$type": "datetime64" | "timedelta64", "value": ISO 8601 or
                a count, "unit": "ns"}, where "NaT" or null is missing; {"$type": "longdouble", "value": "0x3p-1"} for
                one that no float equals
    ndarray     {"$type": "ndarray", "dtype": "float64", "shape": [2, 2], "items": [...]}, or "data" (bytes:
                little-endian, C order) for more than 8192 elements. Dates are ISO 8601 or "NaT", durations counts or
                null, long doubles hexadecimal texts; a structured dtype is {"names", "formats", "offsets",
                "itemsize"}, with "titles" and "aligned". "order": "F" where it is Fortran's. A masked array has
                "mask" (an ndarray, or false), "fill_value" if it is not the default, and "hard_mask". A StringDType
                has "na_object" and "coerce". A record alone is an array without axes with "scalar": true
    column      a column, or an array of pandas alone: {"$type": "column", "dtype": "Int64", ...} with one layout of
                `values/columns.py`: "values" up to 8192 cells, else buffers as in Arrow
    index       {"$type": "index", "name": null, "values": column or range}, with "freq": a text or an offset;
                {"$type": "multi_index", "names": [...], "levels": [index, ...], "codes": [column, ...]}
    series      {"$type": "series", "name", "index": index, "values": column}
    dataframe   {"$type": "dataframe", "shape": [2, 1], "columns": index, "index": index, "data": [column, ...]}. An
                input may have plain lists as its labels and columns, or "rows" in place of "data"
                both have "attrs" if there are any, and "allows_duplicate_labels": false
    timestamp   a datetime with a "unit"; of pandas' durations, a timedelta with "nanoseconds" and a "unit"
    others      {"$type": "period", "value", "ordinal", "freq"}, {"$type": "interval", "left", "right", "closed"},
                {"$type": "offset", "name", "n", "normalize", "options"}, {"$type": "nat"}, {"$type": "na"}

Subclasses of an array, a series or a table are written as their base. A value without an exact form, such as one with a
type of another library, is an "object"; as a part of a table it makes the whole table one.
"""
