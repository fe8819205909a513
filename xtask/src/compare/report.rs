//! The results of a comparison: the tables before they become text.

use std::collections::BTreeMap;

use super::machine::Machine;
use super::numbers;

/// All results. The first peer is this library.
pub(super) struct Report {
    /// The command that repeats the comparison.
    pub(super) command: String,
    pub(super) machine: Machine,
    pub(super) peers: Vec<Described>,
    /// Starting and running, in milliseconds.
    pub(super) starts: Vec<Row>,
    /// The programs, in sets, in milliseconds.
    pub(super) sets: Vec<Set>,
    /// Private memory of an idle interpreter, in MB.
    pub(super) memory: Row,
}

/// A peer as it is displayed.
pub(super) struct Described {
    pub(super) name: String,
    /// Its description, in a few words.
    pub(super) what: String,
    pub(super) about: BTreeMap<String, String>,
    /// The reason why it could not be installed.
    pub(super) missing: Option<String>,
}

/// One measurement of every peer.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: Vec<Cell>,
}

/// Programs that belong together.
pub(super) struct Set {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// The values of a peer for one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) values: Vec<f64>,
    /// The reason why there are no values, or no more of them.
    pub(super) reason: Option<String>,
}

impl Row {
    /// Makes a row without values.
    pub(super) fn new(name: impl Into<String>, peers: usize) -> Self {
        Self { name: name.into(), cells: vec![Cell::default(); peers] }
    }

    /// Returns the values of one peer as one number.
    pub(super) fn number(&self, peer: usize, of: fn(&[f64]) -> Option<f64>) -> Option<f64> {
        self.cells.get(peer).and_then(|cell| if cell.reason.is_none() { of(&cell.values) } else { None })
    }

    /// Returns how many times as much the first peer needs as the second.
    pub(super) fn ratio(&self, one: usize, other: usize, of: fn(&[f64]) -> Option<f64>) -> Option<f64> {
        Some(self.number(one, of)? / self.number(other, of)?)
    }
}

impl Set {
    /// Returns how many times as long the first peer needs as the second, over the programs that both can run, with
    /// their number.
    pub(super) fn ratio(&self, one: usize, other: usize) -> Option<(f64, usize)> {
        let ratios: Vec<f64> = self.rows.iter().filter_map(|row| row.ratio(one, other, numbers::best)).collect();
        Some((numbers::geometric_mean(&ratios)?, ratios.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(values: &[f64]) -> Cell {
        Cell { values: values.to_vec(), reason: None }
    }

    #[test]
    fn ratios_use_the_programs_that_both_can_run() {
        let failed = Cell { values: vec![1.0], reason: Some("why".into()) };
        let rows = [
            Row { name: "a".into(), cells: vec![cell(&[4.0, 2.0]), cell(&[1.0])] },
            Row { name: "b".into(), cells: vec![cell(&[8.0]), cell(&[1.0, 3.0])] },
            Row { name: "c".into(), cells: vec![cell(&[9.0]), failed] },
        ];
        let set = Set { title: String::new(), rows: rows.into() };
        let (ratio, count) = set.ratio(0, 1).unwrap();
        assert!((ratio - 4.0).abs() < 1e-12, "{ratio}");
        assert_eq!(count, 2);
        assert_eq!(set.ratio(0, 7), None);
    }
}
