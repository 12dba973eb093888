//! Times, and how they are shown.

use std::fmt;
use std::time::Duration;

/// What came of one measurement.
#[derive(Debug)]
pub(super) struct Figures {
    /// What was measured.
    pub name: &'static str,
    /// How long each took, shortest first.
    times: Vec<Duration>,
    /// How long all of them took together.
    elapsed: Duration,
    /// The CPU time of the process meanwhile.
    cpu: Duration,
}

impl Figures {
    pub(super) fn new(
        name: &'static str,
        mut times: Vec<Duration>,
        elapsed: Duration,
        cpu: Duration,
    ) -> Self {
        times.sort_unstable();
        Self {
            name,
            times,
            elapsed,
            cpu,
        }
    }

    /// How many there were.
    pub(super) fn count(&self) -> usize {
        self.times.len()
    }

    /// How many a second.
    pub(super) fn rate(&self) -> f64 {
        let count = u32::try_from(self.times.len()).unwrap_or(u32::MAX);
        f64::from(count) / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The time that so many percent did not exceed (nearest rank).
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.times.len() * percent).div_ceil(100).max(1);
        self.times.get(rank - 1).copied().unwrap_or_default()
    }

    /// The CPU time of one.
    pub(super) fn cpu_each(&self) -> Duration {
        each(self.cpu, self.times.len())
    }
}

/// The share of one in `count`.
pub(super) fn each(total: Duration, count: usize) -> Duration {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    total.checked_div(count).unwrap_or_default()
}

/// A time in milliseconds.
pub(super) fn shown(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1_000.0;
    let decimals = if milliseconds < 10.0 { 2 } else { 1 };
    format!("{milliseconds:.decimals$} ms")
}

/// A line of a table.
pub(super) struct Row(Vec<String>);

impl Row {
    /// A row that begins with a name.
    pub(super) fn of(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// The same with figures.
    pub(super) fn cells(mut self, cells: impl IntoIterator<Item = String>) -> Self {
        self.0.extend(cells);
        self
    }
}

/// Rows under a heading: names to the left, figures to the right.
pub(super) struct Table(Vec<Row>);

impl Table {
    pub(super) fn new(heading: &[&str]) -> Self {
        Self(vec![Row(heading
            .iter()
            .map(|&cell| cell.to_owned())
            .collect())])
    }

    pub(super) fn row(&mut self, row: Row) {
        self.0.push(row);
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.0.iter().filter_map(|row| row.0.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.0 {
            for (column, cell) in row.0.iter().enumerate() {
                let width = self.width(column);
                match column {
                    0 => write!(f, "{cell:<width$}")?,
                    _ => write!(f, "   {cell:>width$}")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(milliseconds: impl IntoIterator<Item = u64>) -> Figures {
        let times = milliseconds
            .into_iter()
            .map(Duration::from_millis)
            .collect();
        Figures::new("x", times, Duration::from_secs(2), Duration::from_secs(1))
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let hundred = figures((1..=100).rev());
        assert_eq!(hundred.percentile(50), Duration::from_millis(50));
        assert_eq!(hundred.percentile(99), Duration::from_millis(99));
        assert_eq!(figures([7]).percentile(50), Duration::from_millis(7));
        assert_eq!(figures([7]).percentile(99), Duration::from_millis(7));
        assert_eq!(figures([]).percentile(99), Duration::ZERO);
    }

    #[test]
    fn rates_and_shares() {
        let hundred = figures(1..=100);
        assert!((hundred.rate() - 50.0).abs() < 1e-9);
        assert_eq!(hundred.cpu_each(), Duration::from_millis(10));
        assert_eq!(figures([]).cpu_each(), Duration::ZERO);
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["what", "p50"]);
        table.row(Row::of("a longer name").cells([shown(Duration::from_micros(1_234))]));
        table.row(Row::of("b").cells([shown(Duration::from_millis(123))]));
        assert_eq!(
            table.to_string(),
            "what                 p50\na longer name    1.23 ms\nb               123.0 ms\n"
        );
    }
}
