//! The measurements: every peer in turn, repeatedly.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::driver::{Answer, Driver, cold, cold_in};
use super::effort::Effort;
use super::machine::Machine;
use super::memory::private_bytes;
use super::peers::{OURS, Peer, SCRATCH};
use super::report::{Cell, Described, Report, Row, Set};
use crate::util;

/// The packages of the science stack.
const SCIENCE: &[&str] = &["numpy", "pandas", "matplotlib"];
/// The tasks with it: file, name, and expected output.
const TASKS: &[(&str, &str, &str)] = &[
    ("import", "fresh interpreter, import numpy, pandas, matplotlib.pyplot", "3 3 False\n"),
    ("table", "fresh interpreter, `read_csv`, `groupby`, print", "{'north': 15.0, 'south': 7.0}\n"),
    ("plot", "fresh interpreter, a line plot to PNG", "PNG True\n"),
];
/// The sets of programs: folder and title.
const SETS: &[(&str, &str)] = &[("programs", "Programs"), ("held_out", "Programs that nothing was tuned to")];
/// Interpreters that exist before memory is measured: shared pages of the first ones count as theirs alone until others
/// share them.
const HELD_BEFORE: usize = 4;
/// The folder of caches for the first result, which is emptied before.
const FIRST_CACHE: &str = "first-cache";
/// The time for memory to settle.
const SETTLE: Duration = Duration::from_millis(300);

/// The result of a measurement, or the reason for its absence as text for the report.
type Given<T> = Result<T, String>;

/// Measures everything.
pub(super) fn everything(peers: &[Peer], effort: &Effort, command: String) -> Result<Report> {
    let machine = Machine::now();
    let mut panel = Panel::new(peers);
    let mut starts = panel.starts(effort);
    starts.push(panel.first(effort));
    starts.extend(panel.science(effort)?);
    let sets = SETS.iter().map(|(folder, title)| panel.programs(folder, title, effort)).collect::<Result<_>>()?;
    let memory = panel.memory(effort);
    let described = peers.iter().zip(panel.about).map(|(peer, about)| Described {
        name: peer.name.to_owned(),
        what: peer.what.to_owned(),
        about,
        missing: peer.commands.as_ref().err().map(|error| format!("{error:#}")),
    });
    Ok(Report { command, machine, peers: described.collect(), starts, sets, memory })
}

/// The peers at work.
struct Panel<'a> {
    peers: &'a [Peer],
    drivers: Vec<Option<Driver>>,
    about: Vec<BTreeMap<String, String>>,
}

impl<'a> Panel<'a> {
    fn new(peers: &'a [Peer]) -> Self {
        let drivers = peers.iter().map(|_| None).collect();
        Self { peers, drivers, about: vec![BTreeMap::new(); peers.len()] }
    }

    fn row(&self, name: impl Into<String>) -> Row {
        Row::new(name, self.peers.len())
    }

    /// Measures starting from nothing, in a fresh interpreter, and in a live one.
    fn starts(&mut self, effort: &Effort) -> Vec<Row> {
        println!("measuring: starts");
        let mut cold = self.row("new process to the first result of `1 + 1`");
        let mut fresh = self.row("fresh interpreter, `print(1 + 1)`");
        let mut live = self.row("live interpreter, `1 + 1`");
        for turn in 0..=effort.cold {
            self.turn(turn, &mut cold, |panel, peer| panel.cold(peer));
        }
        for turn in 0..=effort.turns {
            // The first turn is discarded.
            let (seconds, most) = if turn == 0 { (0.0, 1) } else { (effort.seconds, effort.most) };
            let request =
                json!({"task": "fresh", "code": "print(1 + 1)", "packages": [], "seconds": seconds, "most": most});
            self.turn(turn, &mut fresh, |panel, peer| printed(panel.ask(peer, &request)?, "2\n"));
            let request = json!({"task": "evaluate", "code": "1 + 1", "seconds": seconds, "most": most});
            self.turn(turn, &mut live, |panel, peer| {
                let answer = panel.ask(peer, &request)?;
                if answer.value == "2" { Ok(answer.ms) } else { Err(format!("it gave `{}`", answer.value)) }
            });
        }
        vec![cold, fresh, live]
    }

    /// Measures the first result with packages where nothing was run before, except what a package brings compiled.
    fn first(&mut self, effort: &Effort) -> Row {
        println!("measuring: the first result with packages");
        let mut row = self.row("empty cache: new process to the first result of `read_csv`, `groupby`");
        for turn in 1..=effort.science {
            self.turn(turn, &mut row, |panel, peer| panel.first_result(peer));
        }
        row
    }

    fn first_result(&self, peer: usize) -> Given<Vec<f64>> {
        let commands = self.peer(peer)?.commands.as_ref().map_err(|_| "not installed".to_owned())?;
        let (Some(cold), Some(first)) = (&commands.cold, &commands.first) else {
            return Err("it has no packages, or compiles nothing at first".to_owned());
        };
        let log = self.log(peer);
        let cache = log.with_file_name(FIRST_CACHE);
        let in_words = |error: anyhow::Error| format!("{error:#}");
        match fs::remove_dir_all(&cache) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(format!("{error}")),
            _ => {}
        }
        // The packages have the image of the bare interpreter, which is built here instead.
        cold_in(cold, FIRST_CACHE, "2", &log).map_err(in_words)?;
        let (_, _, expected) = TASKS.iter().find(|(file, ..)| *file == "table").copied().unwrap_or_default();
        cold_in(first, FIRST_CACHE, expected.trim(), &log).map(|ms| vec![ms]).map_err(in_words)
    }

    /// Measures the science stack, in a fresh interpreter each time.
    fn science(&mut self, effort: &Effort) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (file, name, expected) in TASKS {
            println!("measuring: {name}");
            let code = text(&format!("tasks/{file}.py"))?;
            let request = json!({"task": "fresh", "code": code, "packages": SCIENCE, "seconds": 0, "most": 1});
            let mut row = self.row(*name);
            // The first turn of all is discarded: it fills the caches of all peers.
            let first = usize::from(!rows.is_empty());
            for turn in first..=effort.science {
                self.turn(turn, &mut row, |panel, peer| printed(panel.ask(peer, &request)?, expected));
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// Measures programs that report their own times.
    fn programs(&mut self, folder: &str, title: &str, effort: &Effort) -> Result<Set> {
        let timing = text("timing.py")?;
        let mut rows = Vec::new();
        for (name, program) in programs(folder)? {
            println!("measuring: {folder}/{name}");
            let code = format!("COUNT = {}\n{program}\n{timing}", effort.repeats);
            let request = json!({"task": "run", "code": code});
            let mut row = self.row(name);
            let mut answers = vec![None; self.peers.len()];
            for turn in 1..=effort.programs {
                self.turn(turn, &mut row, |panel, peer| {
                    let (ms, answer) = timed(&panel.ask(peer, &request)?)?;
                    if let Some(place) = answers.get_mut(peer) {
                        *place = Some(answer);
                    }
                    Ok(ms)
                });
            }
            agree(&mut row, &answers);
            rows.push(row);
        }
        Ok(Set { title: title.to_owned(), rows })
    }

    /// Measures the cost of one more idle interpreter, in MB.
    fn memory(&mut self, effort: &Effort) -> Row {
        println!("measuring: memory");
        let mut row = self.row("private memory of an idle live interpreter, MB");
        for driver in &mut self.drivers {
            *driver = None;
        }
        self.turn(1, &mut row, |panel, peer| {
            let mut before = panel.hold(peer, HELD_BEFORE)?;
            let mut steps = Vec::new();
            for _ in 0..effort.held {
                let after = panel.hold(peer, 1)?;
                steps.push((after - before) / 1e6);
                before = after;
            }
            panel.end(peer);
            Ok(steps)
        });
        row
    }

    /// Makes a peer keep more interpreters; returns its private memory in bytes.
    fn hold(&mut self, peer: usize, count: usize) -> Given<f64> {
        self.ask(peer, &json!({"task": "hold", "count": count}))?;
        thread::sleep(SETTLE);
        let driver = self.drivers.get(peer).and_then(Option::as_ref);
        let id = driver.map(Driver::id).ok_or_else(|| "it is gone".to_owned())?;
        private_bytes(id).map(|bytes| bytes as f64).map_err(|error| format!("{error:#}"))
    }

    /// Runs one turn of every peer. Another peer begins each time. Turn 0 is a rehearsal: its values are discarded. A
    /// peer without a number is not asked again.
    fn turn(&mut self, turn: usize, row: &mut Row, mut measure: impl FnMut(&mut Self, usize) -> Given<Vec<f64>>) {
        let count = self.peers.len();
        for peer in (0..count).map(|place| (place + turn) % count.max(1)) {
            let Some(cell) = row.cells.get_mut(peer).filter(|cell| cell.reason.is_none()) else { continue };
            match measure(self, peer) {
                Ok(values) if turn > 0 => cell.values.extend(values),
                Ok(_) => {}
                Err(reason) => cell.reason = Some(reason),
            }
        }
    }

    fn cold(&self, peer: usize) -> Given<Vec<f64>> {
        let commands = self.peer(peer)?.commands.as_ref().map_err(|_| "not installed".to_owned())?;
        let command = commands.cold.as_ref().ok_or_else(|| "it begins when another process has started".to_owned())?;
        cold(command, "2", &self.log(peer)).map(|ms| vec![ms]).map_err(|error| format!("{error:#}"))
    }

    /// Sends a request to a peer, which is started if it does not run. A peer that breaks the protocol is ended.
    fn ask(&mut self, peer: usize, request: &Value) -> Given<Answer> {
        let log = self.log(peer);
        let commands = self.peer(peer)?.commands.as_ref().map_err(|_| "not installed".to_owned())?;
        let place = self.drivers.get_mut(peer).ok_or_else(|| "there is no such peer".to_owned())?;
        let mut driver = match place.take() {
            Some(driver) => driver,
            None => Driver::start(&commands.serve, &log).map_err(|error| format!("{error:#}"))?,
        };
        if let Some(about) = self.about.get_mut(peer) {
            about.clone_from(&driver.about);
        }
        let answer = driver.ask(request, &log).map_err(|error| format!("{error:#}"))?;
        *place = Some(driver);
        match (answer.cannot.as_ref(), answer.failed.as_ref()) {
            (None, None) => Ok(answer),
            (Some(reason), _) => Err(reason.clone()),
            (_, Some(reason)) => Err(reason.lines().last().unwrap_or_default().to_owned()),
        }
    }

    fn end(&mut self, peer: usize) {
        if let Some(place) = self.drivers.get_mut(peer) {
            *place = None;
        }
    }

    fn peer(&self, peer: usize) -> Given<&'a Peer> {
        self.peers.get(peer).ok_or_else(|| "there is no such peer".to_owned())
    }

    fn log(&self, peer: usize) -> PathBuf {
        let name = self.peers.get(peer).map_or("peer", |peer| peer.name).replace([' ', ','], "-");
        util::root().join(SCRATCH).join(format!("{name}.log"))
    }
}

/// Reads a file of the comparison.
fn text(name: &str) -> Result<String> {
    let bytes = util::read(&util::root().join("benches/compare").join(name))?;
    String::from_utf8(bytes).with_context(|| format!("`{name}` is not UTF-8"))
}

/// Returns the programs of a set, with their names.
fn programs(folder: &str) -> Result<Vec<(String, String)>> {
    let files = util::walk(&util::root().join("benches/compare").join(folder), &|_| false)?;
    let names = files.iter().filter_map(|path| path.file_name()?.to_str()?.strip_suffix(".py").map(str::to_owned));
    names.map(|name| Ok((name.clone(), text(&format!("{folder}/{name}.py"))?))).collect()
}

/// Returns the times of an answer with the expected output.
fn printed(answer: Answer, expected: &str) -> Given<Vec<f64>> {
    if answer.stdout == expected { Ok(answer.ms) } else { Err(format!("it printed `{}`", answer.stdout.trim())) }
}

/// Returns the times and the answer that a program of the sets printed.
fn timed(answer: &Answer) -> Given<(Vec<f64>, String)> {
    let told: Value =
        serde_json::from_str(&answer.stdout).map_err(|_| format!("it printed `{}`", answer.stdout.trim()))?;
    let ms = told["ms"].as_array().map(|ms| ms.iter().filter_map(Value::as_f64).collect::<Vec<_>>());
    let ms = ms.filter(|ms| !ms.is_empty()).ok_or("it gave no times")?;
    Ok((ms, told["answer"].as_str().ok_or("it gave no answer")?.to_owned()))
}

/// Drops the times of a peer whose answer differs from the majority: it did other work.
fn agree(row: &mut Row, answers: &[Option<String>]) {
    // This library has one vote, for all its variants together.
    let (ours, others) = answers.split_at(OURS.min(answers.len()));
    let voters = || ours.iter().flatten().take(1).chain(others.iter().flatten());
    let votes = |answer: &&String| voters().filter(|other| other == answer).count();
    // Among answers with equally many votes, the first counts.
    let Some(right) = answers.iter().flatten().rev().max_by_key(votes) else { return };
    for (cell, answer) in row.cells.iter_mut().zip(answers) {
        if answer.as_ref().is_some_and(|answer| answer != right) {
            *cell = Cell { values: Vec::new(), reason: Some("it gave another answer than the others".to_owned()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_its_programs_and_no_program_is_in_two() {
        let counts: Vec<usize> = SETS.iter().map(|(folder, _)| programs(folder).unwrap().len()).collect();
        assert_eq!(counts, [10, 10]);
        let mut all: Vec<_> =
            ["programs", "held_out", "../training"].into_iter().flat_map(|f| programs(f).unwrap()).collect();
        assert!(all.len() >= 35, "{}", all.len());
        for (name, program) in &all {
            assert!(program.starts_with("\"\"\"") && program.contains("\ndef run():\n"), "{name}");
        }
        all.sort();
        assert!(all.windows(2).all(|pair| pair[0].0 != pair[1].0));
    }

    #[test]
    fn times_come_with_an_answer() {
        let answer = |stdout: &str| Answer { stdout: stdout.to_owned(), ..Answer::default() };
        let told = timed(&answer("{\"ms\": [1.5, 2], \"answer\": \"7\"}\n")).unwrap();
        assert_eq!(told, (vec![1.5, 2.0], "7".to_owned()));
        for wrong in ["", "{}", "{\"ms\": [], \"answer\": \"7\"}", "{\"ms\": [1]}"] {
            assert!(timed(&answer(wrong)).is_err(), "{wrong}");
        }
        assert!(printed(answer("2\n"), "2\n").is_ok());
        assert_eq!(printed(answer("3\n"), "2\n").unwrap_err(), "it printed `3`");
    }

    #[test]
    fn who_gives_another_answer_than_most_has_no_times() {
        let mut row = Row::new("x", 4);
        for cell in &mut row.cells {
            cell.values.push(1.0);
        }
        agree(&mut row, &[Some("1".into()), Some("2".into()), Some("1".into()), None]);
        let left: Vec<usize> = row.cells.iter().map(|cell| cell.values.len()).collect();
        assert_eq!(left, [1, 0, 1, 1]);
        assert!(row.cells[1].reason.is_some() && row.cells[3].reason.is_none());
    }

    #[test]
    fn another_peer_begins_each_turn_and_one_without_a_number_is_not_asked_again() {
        let peer = |name| Peer { name, what: "", commands: Err(anyhow::anyhow!("none")) };
        let peers = [peer("a"), peer("b"), peer("c")];
        let mut panel = Panel::new(&peers);
        let mut row = panel.row("x");
        let mut asked = Vec::new();
        for turn in 0..3 {
            panel.turn(turn, &mut row, |_, peer| {
                asked.push(peer);
                if peer == 1 { Err("no".to_owned()) } else { Ok(vec![peer as f64]) }
            });
        }
        assert_eq!(asked, [0, 1, 2, 2, 0, 2, 0]);
        assert_eq!(row.cells[0].values, [0.0, 0.0]);
        assert_eq!(row.cells[1], Cell { values: vec![], reason: Some("no".to_owned()) });
    }
}
