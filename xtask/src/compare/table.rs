//! A comparison as Markdown.

use std::fmt::Write as _;

use super::numbers::{best, median, quantile, short};
use super::peers::OURS;
use super::report::{Report, Row, Set};

/// The least ratio at which a peer counts as better: smaller ones are noise.
const BETTER: f64 = 1.05;

/// Renders the page.
pub(super) fn render(report: &Report) -> String {
    let mut text = format!(
        "# Comparison\n\nMade by `{}`; do not edit. All peers were measured in one run and in turns, so that noise hits \
         all alike.\n\n",
        report.command
    );
    text += &machine(report);
    text += &peers(report);
    text += "\n## Starting and running\n\nMilliseconds: the median, and in brackets the 95th percentile.\n\n";
    text += &table(report, &report.starts.iter().collect::<Vec<_>>(), "", |row, peer| {
        Some(format!("{} ({})", short(row.number(peer, median)?), short(row.number(peer, |v| quantile(v, 0.95))?)))
    });
    for set in &report.sets {
        text += &programs(report, set);
    }
    text += "\n## Memory\n\nWhat one more idle interpreter adds to the private memory of the process and those below it: the median of \
             several, after the first few.\n\n";
    text += &table(report, &[&report.memory], "", |row, peer| row.number(peer, median).map(short));
    text += "\n## Where a peer is better\n\n";
    text += &better(report);
    text
}

fn machine(report: &Report) -> String {
    let machine = &report.machine;
    let mut text = format!("{}, {} cores", machine.processor, machine.cores);
    if let Some(memory) = machine.memory {
        let _ = write!(text, ", {memory:.0} GiB of memory");
    }
    let _ = write!(text, ", {}; {}", machine.system, machine.date);
    if let Some(commit) = &machine.commit {
        let _ = write!(text, "; commit {commit}");
    }
    if let Some(load) = &machine.load {
        let _ = write!(text, "; load at the start {load}");
    }
    text + ".\n\n"
}

/// Lists the compared peers, and those that are missing.
fn peers(report: &Report) -> String {
    let mut text = "| peer | what it is | versions |\n| --- | --- | --- |\n".to_owned();
    for peer in &report.peers {
        let about: Vec<String> = peer.about.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let state =
            peer.missing.as_ref().map_or_else(|| about.join(", "), |why| format!("not installed: {}", cell(why)));
        let _ = writeln!(text, "| {} | {} | {state} |", peer.name, peer.what);
    }
    text
}

/// Renders a table with a column for each peer that has a number, and below it the reasons for missing numbers.
fn table(report: &Report, rows: &[&Row], last: &str, number: impl Fn(&Row, usize) -> Option<String>) -> String {
    let shown: Vec<usize> =
        (0..report.peers.len()).filter(|&peer| rows.iter().any(|row| number(row, peer).is_some())).collect();
    let names: Vec<&str> = shown.iter().filter_map(|&peer| Some(report.peers.get(peer)?.name.as_str())).collect();
    let mut text = format!("| | {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len() + 1));
    for row in rows {
        let cells: Vec<String> =
            shown.iter().map(|&peer| number(row, peer).unwrap_or_else(|| "–".to_owned())).collect();
        let _ = writeln!(text, "| {} | {} |", row.name, cells.join(" | "));
    }
    text += last;
    text + &missing(report, rows)
}

/// Lists the reasons for missing numbers; rows that a peer misses for the same reason are joined.
fn missing(report: &Report, rows: &[&Row]) -> String {
    let mut found: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for (index, peer) in report.peers.iter().enumerate().filter(|(_, peer)| peer.missing.is_none()) {
        for row in rows {
            let Some(reason) = row.cells.get(index).and_then(|cell| cell.reason.as_deref()) else { continue };
            match found.iter_mut().find(|(name, why, _)| *name == peer.name && *why == reason) {
                Some((_, _, names)) => names.push(&row.name),
                None => found.push((&peer.name, reason, vec![&row.name])),
            }
        }
    }
    let (all, mut text) = (rows.len(), String::new());
    for (name, reason, rows) in found {
        let rows = if rows.len() == all { "any".to_owned() } else { rows.join("; ") };
        let _ = write!(text, "\n- {name}, no number for {rows}: {}.", cell(reason).trim_end_matches('.'));
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// Renders the programs of a set: the best time of each peer, and how terrarium compares with the two that run all of
/// them.
fn programs(report: &Report, set: &Set) -> String {
    let mean = |ours: usize| {
        let others = (0..report.peers.len()).filter_map(|peer| {
            let (ratio, count) = set.ratio(ours, peer)?;
            let part = if count < set.rows.len() { format!(" (of {count})") } else { String::new() };
            Some(format!("{ratio:.2}{part}"))
        });
        let others: Vec<String> = others.collect();
        let name = report.peers.get(ours).map_or("", |peer| &peer.name);
        let line = format!("| **geometric mean of {name} ÷ this** | {} |\n", others.join(" | "));
        if others.is_empty() { String::new() } else { line }
    };
    let last = (0..OURS).map(mean).collect::<String>();
    let rows: Vec<&Row> = set.rows.iter().collect();
    let table = table(report, &rows, &last, |row, peer| {
        let text = short(row.number(peer, best)?);
        // The ratio to the first column; over 1 means that this peer is faster.
        let ratio = if peer == 0 { None } else { row.ratio(0, peer, best) };
        Some(ratio.map_or_else(|| text.clone(), |ratio| format!("{text} ({ratio:.2})")))
    });
    format!(
        "\n## {}\n\nMilliseconds that the program itself measured, the best of all repetitions, and in brackets \
         terrarium's time divided by this one: over 1 the peer is faster.\n\n{table}",
        set.title
    )
}

/// Lists every number in which a peer is ahead.
fn better(report: &Report) -> String {
    let mut text = String::new();
    let mut line = |name: &str, ratios: Vec<(usize, f64)>, word: &str| {
        let ahead: Vec<String> = ratios
            .into_iter()
            .filter(|(_, ratio)| *ratio >= BETTER)
            .filter_map(|(peer, ratio)| {
                Some(format!("{} ({} times {word})", report.peers.get(peer)?.name, short(ratio)))
            })
            .collect();
        if !ahead.is_empty() {
            let _ = writeln!(text, "- {name}: {}.", ahead.join(", "));
        }
    };
    let others = OURS..report.peers.len();
    let of = |row: &Row| others.clone().filter_map(|peer| Some((peer, row.ratio(0, peer, median)?))).collect();
    for row in &report.starts {
        line(&row.name, of(row), "faster");
    }
    for set in &report.sets {
        let ratios = others.clone().filter_map(|peer| Some((peer, set.ratio(0, peer)?.0))).collect();
        line(&set.title, ratios, "faster");
    }
    line("Memory", of(&report.memory), "less");
    if text.is_empty() { "In nothing that was measured here.\n".to_owned() } else { text }
}

/// Escapes text so that it does not end a cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::super::machine::Machine;
    use super::super::report::{Cell, Described};
    use super::*;

    /// Makes a report of six peers: three were not measured, and one is not installed.
    pub(in super::super) fn sample() -> Report {
        let peer = |name: &str, missing: Option<&str>| Described {
            name: name.to_owned(),
            what: "a thing".to_owned(),
            about: BTreeMap::from([("Python".to_owned(), "3.14".to_owned())]),
            missing: missing.map(str::to_owned),
        };
        let row = |name: &str, cells: [&[f64]; 2], reason: Option<&str>| Row {
            name: name.to_owned(),
            cells: vec![
                Cell { values: cells[0].to_vec(), reason: None },
                Cell::default(),
                Cell::default(),
                Cell::default(),
                Cell { values: cells[1].to_vec(), reason: reason.map(str::to_owned) },
                Cell { values: Vec::new(), reason: Some("not installed".to_owned()) },
            ],
        };
        let machine = Machine {
            processor: "Fast".to_owned(),
            cores: 2,
            memory: Some(7.6),
            system: "linux x86_64".to_owned(),
            date: "2026-01-31".to_owned(),
            commit: Some("abc".to_owned()),
            load: Some("0.50".to_owned()),
        };
        Report {
            command: "cargo xtask compare".to_owned(),
            machine,
            peers: vec![
                peer("ours", None),
                peer("ours, inlined", None),
                peer("ours, otherwise", None),
                peer("ours, again", None),
                peer("theirs", None),
                peer("gone", Some("no | build")),
            ],
            starts: vec![
                row("cold", [&[10.0, 20.0, 12.0], &[3.0, 1.0, 2.0]], None),
                row("import", [&[1.0], &[]], Some("it has no packages.")),
                row("plot", [&[1.0], &[]], Some("it has no packages.")),
            ],
            sets: vec![Set {
                title: "Programs".to_owned(),
                rows: vec![row("fib", [&[4.0, 5.0], &[2.0]], None), row("sort", [&[3.0], &[]], Some("no sort"))],
            }],
            memory: row("idle", [&[1.5], &[30.0]], None),
        }
    }

    #[test]
    fn the_page_says_where_when_who_and_how_much() {
        let text = render(&sample());
        for expected in [
            "Fast, 2 cores, 8 GiB of memory, linux x86_64; 2026-01-31; commit abc; load at the start 0.50.",
            "Made by `cargo xtask compare`;",
            "| ours | a thing | Python 3.14 |\n",
            "| gone | a thing | not installed: no \\| build |\n",
            "| | ours | theirs |\n| --- | --- | --- |\n| cold | 12.0 (20.0) | 2.00 (3.00) |\n",
            "| import | 1.00 (1.00) | – |\n",
            "- theirs, no number for import; plot: it has no packages.\n",
            "| fib | 4.00 | 2.00 (2.00) |\n| sort | 3.00 | – |\n",
            "| **geometric mean of ours ÷ this** | 1.00 | 2.00 (of 1) |\n",
            "| idle | 1.50 | 30.0 |\n",
        ] {
            assert!(text.contains(expected), "{expected}\n---\n{text}");
        }
    }

    #[test]
    fn peers_that_are_ahead_are_named() {
        let text = better(&sample());
        assert_eq!(text, "- cold: theirs (6.00 times faster).\n- Programs: theirs (2.00 times faster).\n");
        let mut report = sample();
        report.starts.clear();
        report.sets.clear();
        assert_eq!(better(&report), "In nothing that was measured here.\n");
    }
}
