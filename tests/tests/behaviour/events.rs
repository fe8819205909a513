//! Events of a run while its code runs, and the displays that are left at its end.

use std::{
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use terrarium_core::{Display, Event, ExecuteOptions, ExecutionResult, Status};
use terrarium_tests::{sandbox, session};

use crate::support::{success, timed};

/// Returns the events of a run in a short form, adjacent texts joined, and its result.
fn events(code: &str) -> (Vec<String>, ExecutionResult) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let options = ExecuteOptions::new().on_event(move |event| sink.lock().unwrap().push(form(&event)));
    let result = sandbox().execute_with(code, options).unwrap();
    let mut joined: Vec<String> = Vec::new();
    for form in seen.lock().unwrap().iter() {
        match (joined.last_mut(), form.split_at(2)) {
            (Some(last), (kind @ ("o:" | "e:"), text)) if last.starts_with(kind) => last.push_str(text),
            _ => joined.push(form.clone()),
        }
    }
    (joined, result)
}

fn form(event: &Event) -> String {
    match event {
        Event::Stdout(bytes) => format!("o:{}", String::from_utf8_lossy(bytes)),
        Event::Stderr(bytes) => format!("e:{}", String::from_utf8_lossy(bytes)),
        Event::Display(display) => format!("display {}", plain(display)),
        Event::Update(display) => format!("update {} {}", display.id.as_deref().unwrap_or("-"), plain(display)),
        Event::Clear { wait } => format!("clear {wait}"),
        other => format!("{other:?}"),
    }
}

fn plain(display: &Display) -> String {
    display.data["text/plain"].as_str().unwrap_or("?").to_owned()
}

fn shown(result: &ExecutionResult) -> Vec<String> {
    result.displays.iter().map(plain).collect()
}

#[test]
fn text_displays_updates_and_clearings_come_in_their_order() {
    let code = "import sys
from IPython.display import clear_output, update_display
print('one')
display(1, display_id='a')
print('two', file=sys.stderr)
update_display(2, display_id='a')
clear_output(wait=True)
print('three')
display(3)
4";
    let (events, result) = events(code);
    let expected =
        ["o:one\n", "display 1", "e:two\n", "update a 2", "clear true", "o:three\n", "display 3"].map(str::to_owned);
    assert_eq!(events, expected);
    success(&result);
    assert_eq!((result.stdout.as_str(), result.stderr.as_str(), shown(&result)), ("three\n", "", vec!["3".to_owned()]));
}

#[test]
fn a_result_has_what_a_notebook_would_show() {
    for (code, stdout, displays) in [
        ("h = display(1, display_id=True); h.update(2); display(3); h.update(4)", "", vec!["4", "3"]),
        ("h = display(1, display_id='x'); h.display(2); h.update(3)", "", vec!["3", "3"]),
        ("display(1, transient={'display_id': 'x'}); display(2, display_id='x', update=True)", "", vec!["2"]),
        ("print(1); display(1); clear_output(); print(2); display(2)", "2\n", vec!["2"]),
        ("print(1); display(1); clear_output(wait=True)", "1\n", vec!["1"]),
        ("print(1); display(1); clear_output(wait=True); print(2)", "2\n", vec![]),
        ("print(1); display(1); clear_output(wait=True); display(2)", "", vec!["2"]),
        ("print(1); clear_output(wait=True); clear_output(wait=True); display(2)", "", vec!["2"]),
        ("display(1); clear_output(wait=True); print(2); clear_output(wait=True)", "2\n", vec![]),
        ("for n in range(5): clear_output(wait=True); print(n); display(n)", "4\n", vec!["4"]),
        ("display(1); display(2, clear=True)", "", vec!["2"]),
        ("update_display(1, display_id='new')", "", vec!["1"]),
        ("display(1, display_id='x'); clear_output(); update_display(2, display_id='x')", "", vec!["2"]),
    ] {
        let code = format!("from IPython.display import clear_output, update_display\n{code}");
        let result = sandbox().execute(&code).unwrap();
        success(&result);
        assert_eq!(
            (result.stdout.as_str(), shown(&result)),
            (stdout, displays.iter().map(ToString::to_string).collect()),
            "{code}"
        );
    }
}

#[test]
fn an_update_of_an_earlier_run_s_display_is_in_the_result() {
    let mut session = session();
    success(&session.execute("h = display('old', display_id='h')").unwrap());
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let options = ExecuteOptions::new().on_event(move |event| sink.lock().unwrap().push(form(&event)));
    let result = session.execute_with("h.update('new')", options).unwrap();
    assert_eq!(shown(&result), ["'new'"]);
    assert_eq!(result.displays[0].id.as_deref(), Some("h"));
    assert_eq!(*seen.lock().unwrap(), ["update h 'new'"]);
}

#[test]
fn displays_are_told_at_once_with_their_data() {
    let seen: Arc<Mutex<Vec<Display>>> = Arc::default();
    let (sink, early) = (Arc::clone(&seen), Arc::clone(&seen));
    let options = ExecuteOptions::new()
        .on_display(move |display| sink.lock().unwrap().push(display.clone()))
        .on_stdout(move |_| assert_eq!(early.lock().unwrap().len(), 1, "the display came before the text"));
    let code = "display({'image/png': b'\\x89PNG', 'application/json': {'a': 1}}, raw=True, metadata={'image/png': {'width': 2}})
print('text')
display(2, display_id='n', update=True)";
    let result = sandbox().execute_with(code, options).unwrap();
    success(&result);
    assert_eq!(*seen.lock().unwrap(), result.displays);
    assert_eq!(result.displays[0].data["image/png"], "iVBORw==");
    assert_eq!(result.displays[0].metadata["image/png"]["width"], 2);
    assert_eq!(result.displays[1].id.as_deref(), Some("n"));
}

#[test]
fn a_slow_receiver_does_not_delay_the_end() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let options = ExecuteOptions::new().timeout(Duration::from_millis(500)).on_event(move |event| {
        thread::sleep(Duration::from_millis(20));
        sink.lock().unwrap().push(form(&event));
    });
    let code = "try:
    while True: print('early')
finally:
    for n in range(10_000): print('late'); display(n)";
    let sandbox = sandbox();
    let (result, took) = timed(|| sandbox.execute_with(code, options).unwrap());
    assert_eq!(result.status, Status::Timeout);
    assert!(took < Duration::from_secs(8), "{took:?}");
    let seen = seen.lock().unwrap();
    assert!(seen.len() < 100 + 40, "{} calls", seen.len());
    let text: String = seen.iter().filter_map(|form| form.strip_prefix("o:")).collect();
    assert_eq!(text, result.stdout);
}

#[test]
fn storms_of_clearings_and_updates_stay_within_their_bounds() {
    let code = "from IPython.display import clear_output, update_display
for n in range(100_000):
    print('x' * 1000); clear_output(wait=n % 2 == 0)
print('cleared'); clear_output()
display('one'); h = display('start', display_id=True)
for n in range(1_000): h.update('x' * 100_000 + str(n))
print('end')";
    let options = ExecuteOptions::new().timeout(Duration::from_secs(300));
    let result = sandbox().execute_with(code, options).unwrap();
    success(&result);
    assert!(result.stdout.ends_with("end\n") && result.stdout.len() < 3000, "{} bytes", result.stdout.len());
    assert_eq!(result.displays.len(), 2);
    assert!(plain(&result.displays[1]).ends_with("999'"), "updates give the room of the earlier state back");
    // As many identifiers as there is memory for; an update may take no more.
    let code = "from IPython.display import update_display
for n in range(200_000): display(n, display_id=str(n))
for n in range(200_000): update_display(n + 1, display_id=str(n))";
    let options = ExecuteOptions::new().timeout(Duration::from_secs(300));
    let result = sandbox().execute_with(code, options).unwrap();
    let count = success(&result).displays.len();
    assert!((50_000..200_000).contains(&count), "{count} displays");
    let stale =
        result.displays.iter().take(1000).zip(1..).filter(|(display, n)| plain(display) != n.to_string()).count();
    assert_eq!(stale, 0, "of {count}");
}

#[test]
fn many_displays_of_one_id_cannot_grow_by_an_update() {
    let code = "from IPython.display import update_display
for n in range(10_000): display(n, display_id='x')
update_display('y' * 1_000_000, display_id='x')
update_display('small', display_id='x')";
    let result = sandbox().execute(code).unwrap();
    success(&result);
    assert_eq!(result.displays.len(), 10_000);
    assert!(result.displays.iter().all(|display| plain(display) == "'small'"));
}

#[test]
fn forged_frames_of_displays_are_refused() {
    let code = r#"import os
refused = 0
for frame in (
    b'D{"data": {}, "id": 1}', b'D{"data": {}, "id": "' + b'x' * 5000 + b'"}', b'D{"data": {}, "id": null}',
    b'E{}', b'E{"data": {"text/plain": "kept"}, "id": "a"}', b'E', b'E1', b'C',
):
    try: os.write(1 << 20, frame)
    except OSError: refused += 1
refused"#;
    let result = sandbox().execute(code).unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("6"));
    assert_eq!(result.displays.len(), 2, "an update without its display is one");
}
