//! A comparison as a picture: a dot for each peer on a logarithmic scale, readable on light and on dark backgrounds.

use std::fmt::Write as _;

use super::numbers::{median, short};
use super::report::{Report, Row};

const WIDTH: f64 = 720.0;
/// The left end of the scale.
const LEFT: f64 = 150.0;
const RIGHT: f64 = 640.0;
const TOP: f64 = 34.0;
const LINE: f64 = 20.0;
/// The distance between two groups, with their titles.
const GAP: f64 = 34.0;

/// Colours for light backgrounds, and for dark ones where the reader's system prefers those.
const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#57606a}.t{font-weight:600;fill:#1f2328}\
    .g{stroke:#d0d7de}.s{stroke:#8c959f;stroke-width:2}.d{fill:#8c959f}.u .s{stroke:#0969da}.u .d{fill:#0969da}\
    .u text{fill:#0969da;font-weight:600}@media(prefers-color-scheme:dark){text{fill:#9198a1}.t{fill:#f0f6fc}\
    .g{stroke:#3d444d}.s{stroke:#6e7681}.d{fill:#6e7681}.u .s{stroke:#4493f8}.u .d{fill:#4493f8}.u text{fill:#4493f8}}";

/// Renders the picture: starting and running, in milliseconds.
pub(super) fn render(report: &Report) -> String {
    let groups: Vec<(&Row, Vec<(usize, f64)>)> = report
        .starts
        .iter()
        .map(|row| (row, (0..report.peers.len()).filter_map(|peer| Some((peer, row.number(peer, median)?))).collect()))
        .filter(|(_, dots): &(_, Vec<_>)| !dots.is_empty())
        .collect();
    let values = || groups.iter().flat_map(|(_, dots)| dots.iter().map(|(_, value)| *value));
    let scale = Scale::of(values().fold(f64::MAX, f64::min), values().fold(f64::MIN_POSITIVE, f64::max));
    let lines: usize = groups.iter().map(|(_, dots)| dots.len()).sum();
    let height = TOP + GAP * groups.len() as f64 + LINE * lines as f64 + 54.0;

    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"Milliseconds of each peer, less is better\"><style>{STYLE}</style>\n\
         <text x=\"{LEFT}\" y=\"16\">milliseconds, median; less is better; each line is ten times the one before</text>\n"
    );
    for power in scale.low..=scale.high {
        let (x, bottom) = (scale.x(10_f64.powi(power)), height - 44.0);
        let name = if power < 0 {
            format!("{:.*}", power.unsigned_abs() as usize, 10_f64.powi(power))
        } else {
            format!("{:.0}", 10_f64.powi(power))
        };
        let _ = writeln!(
            text,
            "<path class=\"g\" d=\"M{x:.1} {TOP}V{bottom}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{name}</text>",
            bottom + 16.0
        );
    }
    let machine = &report.machine;
    let under = format!("{}, {} cores; {}; {}", machine.processor, machine.cores, machine.date, report.command);
    let _ = writeln!(text, "<text x=\"{LEFT}\" y=\"{:.1}\">{}</text>", height - 8.0, escaped(&under));
    let mut y = TOP;
    for (row, dots) in groups {
        y += GAP;
        let _ = writeln!(
            text,
            "<text class=\"t\" x=\"8\" y=\"{:.1}\">{}</text>",
            y - 12.0,
            escaped(&row.name.replace('`', ""))
        );
        for (peer, value) in dots {
            let name = report.peers.get(peer).map_or("", |peer| peer.name.as_str());
            let class = if peer == 0 { "u" } else { "p" };
            let x = scale.x(value);
            let _ = writeln!(
                text,
                "<g class=\"{class}\"><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
                 <path class=\"s\" d=\"M{LEFT} {:.1}H{x:.1}\"/><circle class=\"d\" cx=\"{x:.1}\" cy=\"{:.1}\" r=\"5\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
                LEFT - 10.0,
                y + 10.0,
                escaped(name),
                y + 6.0,
                y + 6.0,
                x + 10.0,
                y + 10.0,
                short(value)
            );
            y += LINE;
        }
    }
    text + "</svg>\n"
}

/// Powers of ten, from left to right.
struct Scale {
    low: i32,
    high: i32,
}

impl Scale {
    /// Makes the smallest scale for these values.
    fn of(least: f64, most: f64) -> Self {
        let low = least.log10().floor().clamp(-9.0, 9.0) as i32;
        Self { low, high: (most.log10().ceil().clamp(-9.0, 9.0) as i32).max(low + 1) }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.low)) / f64::from(self.high - self.low);
        LEFT + share * (RIGHT - LEFT)
    }
}

/// Escapes text for XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::sample;
    use super::*;

    #[test]
    fn every_number_has_its_dot_and_ours_stands_out() {
        let text = render(&sample());
        assert_eq!(text.matches("<circle").count(), 4, "{text}");
        assert_eq!(text.matches("class=\"u\"").count(), 3);
        assert!(text.contains(">12.0</text>") && text.contains(">2.00</text>"), "{text}");
        assert!(text.contains("Fast, 2 cores; 2026-01-31; cargo xtask compare"));
        assert!(!text.contains("gone"));
        assert!(text.contains("prefers-color-scheme:dark"));
    }

    #[test]
    fn the_scale_holds_all_values() {
        let scale = Scale::of(0.03, 4_300.0);
        assert_eq!((scale.low, scale.high), (-2, 4));
        assert!((scale.x(0.01) - LEFT).abs() < 1e-9 && (scale.x(10_000.0) - RIGHT).abs() < 1e-9);
        let one = Scale::of(10.0, 10.0);
        assert!(one.high > one.low);
    }

    #[test]
    fn a_report_without_numbers_is_still_a_picture() {
        let mut report = sample();
        report.starts.clear();
        assert!(render(&report).ends_with("</svg>\n"));
    }

    #[test]
    fn names_cannot_break_the_picture() {
        let mut report = sample();
        report.starts[0].name = "a < b & c".to_owned();
        assert!(render(&report).contains("a &lt; b &amp; c"));
    }
}
