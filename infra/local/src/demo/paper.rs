//! How the story looks: at most 100 columns, coloured only where somebody looks at it.

use std::io::{IsTerminal as _, Write, stdout};
use std::time::Duration;

use super::answer::Answer;
use super::target::Who;

/// The widest line.
pub(crate) const WIDTH: usize = 100;
/// Where the text of a step begins.
const INDENT: &str = "    ";
/// The widest path before its status.
const PATH: usize = 67;
/// The widest name of a fact.
const NAME: usize = 15;

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";

/// What the story is written on.
pub(crate) struct Paper {
    out: Box<dyn Write + Send>,
    colours: bool,
    /// Nobody reads any more; the acquisition goes on all the same.
    closed: bool,
}

impl Paper {
    /// Standard output: coloured on a terminal, unless `NO_COLOR` says otherwise.
    #[expect(
        clippy::disallowed_methods,
        reason = "how the story looks is no part of the functions' configuration"
    )]
    pub(crate) fn on_standard_output() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self::new(stdout(), stdout().is_terminal() && !unwanted)
    }

    /// Anything else.
    pub(crate) fn new(out: impl Write + Send + 'static, colours: bool) -> Self {
        Self {
            out: Box::new(out),
            colours,
            closed: false,
        }
    }

    /// The heading of a step, or of the whole.
    pub(crate) fn heading(&mut self, number: Option<usize>, text: &str) {
        let number = number.map_or_else(String::new, |number| format!("{number:>2}  "));
        let text = self.paint(BOLD, &format!("{number}{text}"));
        self.line("");
        self.line(&text);
    }

    /// What happens, in words.
    pub(crate) fn prose(&mut self, text: &str) {
        for line in wrap(text, WIDTH - INDENT.len()) {
            self.line(&format!("{INDENT}{line}"));
        }
    }

    /// A request and what became of it.
    pub(crate) fn call(&mut self, who: Who, answer: &Answer) {
        let (method, path) = answer.call.split_once(' ').unwrap_or(("", &answer.call));
        let colour = match answer.status {
            ..400 => GREEN,
            400..500 => YELLOW,
            500.. => RED,
        };
        let status = self.paint(colour, &answer.status.to_string());
        let (who, path) = (
            self.paint(DIM, &format!("{:<9}", who.part())),
            shorten(path),
        );
        let took = milliseconds(answer.took);
        self.line(&format!(
            "{INDENT}{who}{method:<7}{path:<PATH$} {status} {took:>5}"
        ));
    }

    /// Something that the answer tells.
    pub(crate) fn fact(&mut self, name: &str, value: &str) {
        let margin = INDENT.len() + 2 + NAME + 1;
        let mut name = format!("{name:<NAME$}");
        for line in wrap(value, WIDTH - margin) {
            let shown = self.paint(DIM, &name);
            self.line(&format!("{INDENT}  {shown} {line}"));
            name = " ".repeat(NAME);
        }
    }

    /// Lines that a negotiation takes out.
    pub(crate) fn removed(&mut self, text: &str) {
        self.changed('-', RED, text);
    }

    /// Lines that a negotiation puts in.
    pub(crate) fn added(&mut self, text: &str) {
        self.changed('+', GREEN, text);
    }

    fn changed(&mut self, sign: char, colour: &str, text: &str) {
        for line in text.lines() {
            for part in wrap(line, WIDTH - INDENT.len() - 4) {
                let part = self.paint(colour, format!("{sign} {part}").trim_end());
                self.line(&format!("{INDENT}  {part}"));
            }
        }
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colours {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn line(&mut self, line: &str) {
        self.closed = self.closed || writeln!(self.out, "{}", line.trim_end()).is_err();
    }
}

/// Breaks a text between words; a word that is too long for a line gets one of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let needed = line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && needed > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// A path that fits: the middle of a long one says least.
fn shorten(path: &str) -> String {
    let length = path.chars().count();
    if length <= PATH {
        return path.to_owned();
    }
    let half = (PATH - 1) / 2;
    let head = path.chars().take(half);
    let tail = path.chars().skip(length - half);
    head.chain(std::iter::once('…')).chain(tail).collect()
}

fn milliseconds(took: Duration) -> String {
    format!("{:.0} ms", took.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::demo::tests::Shared;

    fn written(colours: bool, write: impl FnOnce(&mut Paper)) -> String {
        let shared = Shared::default();
        write(&mut Paper::new(shared.clone(), colours));
        shared.text()
    }

    fn answer(path: &str, status: u16) -> Answer {
        Answer {
            call: format!("POST {path}"),
            status,
            took: Duration::from_micros(12_400),
            etag: None,
            replayed: false,
            body: Value::Null,
        }
    }

    #[test]
    fn nothing_is_wider_than_the_page() {
        let long = "one two three four five ".repeat(40);
        let path = format!("/contracts/{}", "x".repeat(200));
        let text = written(false, |paper| {
            paper.heading(Some(3), "A step");
            paper.prose(&long);
            paper.fact("fields", &long);
            paper.removed(&long);
            paper.added(&long);
            paper.call(Who::Provider, &answer(&path, 200));
        });
        assert!(text.lines().count() > 20, "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
        assert!(text.contains("+ one two"), "{text}");
        assert!(text.contains('…'), "{text}");
    }

    #[test]
    fn a_call_shows_who_what_and_how_it_went() {
        let text = written(false, |paper| {
            paper.call(Who::Consumer, &answer("/contracts", 409));
        });
        let words: Vec<_> = text.split_whitespace().collect();
        assert_eq!(words, ["consumer", "POST", "/contracts", "409", "12", "ms"]);
    }

    #[test]
    fn colour_is_a_choice() {
        let call = |paper: &mut Paper| paper.call(Who::Consumer, &answer("/contracts", 409));
        assert!(written(true, call).contains("\u{1b}[33m409\u{1b}[0m"));
        assert!(!written(false, call).contains('\u{1b}'));
    }

    #[test]
    fn a_reader_who_leaves_stops_nothing() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut paper = Paper::new(Gone, false);
        paper.prose("said to nobody");
        assert!(paper.closed);
        paper.prose("and again");
    }
}
