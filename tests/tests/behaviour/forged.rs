//! Frames that a program sends to the host by itself, and honest values that are too large. Each run is in a separate
//! process, whose memory and time stay within small multiples of the limits.

use std::time::Duration;

use terrarium_core::{ExecutionResult, SandboxOptions, Status, Value};
use terrarium_tests::{Job, Step, run_job};

use crate::support::{int, probe};

/// The permitted time beyond the timeout, on a busy machine.
const SLACK: Duration = Duration::from_secs(4);
/// The memory of the host in bytes: a result in any form, its JSON in the helper process, and the image.
const MEMORY: u64 = 900 << 20;

/// Ends the run as the harness does, but with what was sent before in place of the values.
const NO_VALUES: &str = "import _terrarium.run
_terrarium.run.Run._send_values = lambda run: None
object()";

/// Runs a program with a timeout of two seconds, then another one; checks memory and time, and returns the result.
fn bounded(code: &str, memory: u64) -> ExecutionResult {
    within(code, memory, Duration::from_secs(2))
}

/// Runs a program as [`bounded`] does, with another timeout.
fn within(code: &str, memory: u64, timeout: Duration) -> ExecutionResult {
    let options = SandboxOptions::new().timeout(timeout).value_bytes(64 << 20);
    let step = |code: &str| Step { code: code.to_owned(), ..Step::default() };
    let job = Job { options, steps: vec![step("0"), step(code), step("6 * 7")], ..Job::default() };
    let report = run_job(probe(), &job, &[], Duration::from_secs(90));
    assert!(report.is_healthy(), "{:?} {:?} {:.1000}", report.ending, report.errors, report.stderr);
    let [_, (result, took), (next, _)] = <[_; 3]>::try_from(report.results).unwrap();
    assert!(took < timeout + SLACK, "{took:?}: {:?}", result.status);
    assert_eq!(next.final_expression, int(42));
    let peak = report.resources.last().map_or(0, |resources| resources.peak_memory);
    assert!(peak < memory, "{} MiB of the host's memory", peak >> 20);
    result
}

fn is_truncated(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Tagged { kind, .. }) if kind == "truncated")
}

/// Returns a program that sends the values of a run itself: `text` is an expression of the pieces.
fn sends(text: &str) -> String {
    format!("import os\nfor piece in {text}:\n    os.writev(1 << 20, [b'V', piece])\n{NO_VALUES}")
}

#[test]
fn small_items_cost_the_host_no_more_than_their_limit_allows() {
    for items in ["[1] * 50_000_000", "['a'] * 20_000_000", "[[]] * 20_000_000", "dict.fromkeys(range(3_000_000))"] {
        let result = bounded(items, MEMORY);
        // On a busy machine the time may be over first.
        if result.status == Status::Success {
            assert!(is_truncated(result.final_expression.as_ref()), "{items}");
            assert!(result.final_repr.is_some_and(|repr| repr.starts_with(['[', '{'])), "{items}");
        } else {
            assert!(matches!(result.status, Status::Timeout | Status::MemoryExceeded), "{items}: {:?}", result.error);
        }
    }
}

#[test]
fn values_that_a_program_sends_itself_are_bounded() {
    for text in [
        r#"[b'{"final":[', *[b'1,' * (1 << 20)] * 25, b'1],"outputs":{}}']"#,
        r#"[b'{"final":[', *[b'[],' * (1 << 20)] * 20, b'1],"outputs":{}}']"#,
        r#"[b'{"final":[', *[b'"a",' * (1 << 20)] * 15, b'1],"outputs":{}}']"#,
        r#"[b'{"final":[', *[b'{"":1},' * (1 << 19)] * 15, b'1],"outputs":{}}']"#,
        r#"[b'{"final":[', *[b'{"$type":"x","a":1},' * (1 << 18)] * 11, b'1],"outputs":{}}']"#,
        r#"[b'{"outputs":{', *[b'"a":1,' * (1 << 20)] * 12, b'"final":1}}']"#,
    ] {
        let result = bounded(&sends(text), MEMORY);
        let is_kept = matches!(result.status, Status::Success | Status::Timeout);
        assert!(is_kept && result.final_repr.is_some(), "{text}: {:?} {:?}", result.status, result.error);
        assert!(text.contains("outputs\":{'") || is_truncated(result.final_expression.as_ref()), "{text}");
    }
}

#[test]
fn a_content_is_not_multiplied() {
    let code = format!(
        "import os
os.writev(1 << 20, [b'B', b'x' * (8 << 20)])
os.writev(1 << 20, [b'V', b'{{\"final\":[' + b'{{\"$type\":\"str\",\"blob\":0}},' * 300 + b'1],\"outputs\":{{}}}}'])
{NO_VALUES}"
    );
    let result = bounded(&code, MEMORY);
    assert!(matches!(result.final_expression, Some(Value::Object { class, .. }) if class == "unreadable"));
}

#[test]
fn displays_are_bounded_in_memory_too() {
    for display in ["1,", "[],", r#"{\"\":1},"#] {
        let code = format!(
            "import os
frame = b'D{{\"data\":{{}},\"metadata\":{{\"a\":[' + b'{display}' * (30_000_000 // {}) + b'1]}}}}'
refused = 0
for _ in range(4):
    try: os.write(1 << 20, frame)
    except OSError: refused += 1
print(refused)",
            display.len()
        );
        let result = bounded(&code, MEMORY);
        assert!(result.status == Status::Timeout || !result.stdout.starts_with('0'), "{display}: {result:.300?}");
    }
    // A display within the bounds comes whole, whatever else was refused.
    let code = "import os
for size in (100, 70):
    try: os.write(1 << 20, b'D{\"data\":{\"text/plain\":\"' + b'x' * (size << 20) + b'\"}}')
    except OSError: print('refused')
display('shown')";
    let result = bounded(code, MEMORY);
    assert_eq!((result.displays.len(), result.stdout.as_str()), (1, "refused\nrefused\n"));
}

#[test]
fn the_answer_itself_is_bounded() {
    let code = "import _terrarium.run
large = '{\"status\":\"error\",\"error\":{\"frames\":[' + '{},' * 20_000_000 + '{}]}}'
_terrarium.run.Run.text = lambda run: large
print('kept')";
    let result = bounded(code, MEMORY);
    assert_eq!(result.stdout, "kept\n");
    assert!(matches!(result.status, Status::Crashed | Status::Timeout), "{:?}", result.error);
    let code = "import _terrarium.run
large = '{\"status\":\"error\",\"error\":{\"frames\":[' + '{},' * 5_000_000 + '{}]}}'
_terrarium.run.Run.text = lambda run: large";
    let result = bounded(code, MEMORY);
    assert!(result.error.is_none_or(|error| error.frames.len() <= 64));
}

#[test]
fn names_and_texts_of_an_exception_are_bounded() {
    let code = "name = 'x' * 10_000_000
kind = type(name, (Exception,), {'__module__': name})
exec(compile(f'def {name[:1_000_000]}(): raise kind(name)', name[:1_000_000], 'exec'))
globals()[name[:1_000_000]]()";
    let result = bounded(code, MEMORY);
    let size = serde_json::to_string(&result).unwrap().len();
    assert!(size < 3 << 20, "{size}");
    let error = result.error.unwrap();
    assert!(error.kind.starts_with("xxx") && error.kind.len() <= 4096 && error.module.len() <= 4096);
}

#[test]
fn an_honest_value_within_the_limit_arrives() {
    let patient = |code| within(code, MEMORY, Duration::from_secs(60));
    let result = patient("list(range(2_000_000))");
    assert_eq!(result.final_expression.as_ref().and_then(Value::as_list).map(<[_]>::len), Some(2_000_000));
    let result = patient("'x' * 60_000_000");
    assert_eq!(result.final_expression.as_ref().and_then(Value::as_str).map(str::len), Some(60_000_000));
}
