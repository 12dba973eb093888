//! Terms in CommonMark → blocks.
//!
//! The one rule: every word of the text is on paper. A link shows its address, and what is no text
//! (an image, HTML) shows its source.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::block::{Block, Span, Style};
use crate::face::Face;

/// How deep quotations and lists may nest before they are set flush: paper has a right edge.
const DEEPEST: usize = 10;

/// Reads terms. Headings are set `below` that level.
pub(crate) fn read(text: &str, below: u8) -> Vec<Block> {
    let mut reader = Reader {
        below,
        blocks: vec![Vec::new()],
        open: Vec::new(),
        flat: 0,
        spans: Vec::new(),
        bold: 0,
        italic: 0,
        heading: None,
        links: Vec::new(),
        code: None,
    };
    for event in Parser::new_ext(text, Options::empty()) {
        reader.event(event);
    }
    reader.paragraph();
    while !reader.open.is_empty() {
        reader.close();
    }
    reader.blocks.pop().unwrap_or_default()
}

enum Container {
    Quote,
    List(Option<u64>, Vec<Vec<Block>>),
    Item,
}

struct Reader {
    below: u8,
    /// The blocks of the document, and of every open container.
    blocks: Vec<Vec<Block>>,
    open: Vec<Container>,
    /// Containers that are too deep to be set.
    flat: usize,
    spans: Vec<Span>,
    bold: usize,
    italic: usize,
    heading: Option<u8>,
    /// Open links: the address, and where their text starts.
    links: Vec<(String, usize)>,
    code: Option<String>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.say(&text, self.face()),
            },
            Event::Code(text) => self.say(&text, Face::Mono),
            Event::SoftBreak => self.say(" ", self.face()),
            Event::HardBreak => self.say("\n", self.face()),
            Event::Rule => self.add(Block::Rule),
            // Terms hold none of these; should a text do, it stands there as it was written.
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.say(&text, Face::Mono),
            Event::TaskListMarker(done) => {
                self.say(if done { "[x] " } else { "[ ] " }, Face::Regular);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.paragraph(),
            Tag::Heading { level, .. } => {
                self.paragraph();
                self.heading = Some(self.below + depth(level));
            }
            Tag::BlockQuote(_) => self.open(Container::Quote),
            Tag::List(first) => self.open(Container::List(first, Vec::new())),
            Tag::Item => self.open(Container::Item),
            Tag::CodeBlock(kind) => {
                self.paragraph();
                // The language of a fenced block is part of what was written.
                self.code = Some(match kind {
                    CodeBlockKind::Fenced(language) if !language.is_empty() => {
                        format!("{language}:\n")
                    }
                    CodeBlockKind::Fenced(_) | CodeBlockKind::Indented => String::new(),
                });
            }
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.spans.len()));
            }
            Tag::HtmlBlock
            | Tag::FootnoteDefinition(_)
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.paragraph(),
            TagEnd::Heading(_) => {
                let level = self.heading.take().unwrap_or(self.below + 1);
                let spans = std::mem::take(&mut self.spans);
                if !spans.is_empty() {
                    self.add(Block::Heading { level, spans });
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => {
                self.paragraph();
                if self.flat > 0 {
                    self.flat -= 1;
                } else {
                    self.close();
                }
            }
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take() {
                    // Spaces at the start of a line and between words are part of code.
                    let fixed = code.trim_end_matches('\n').replace('\t', "    ");
                    let fixed = fixed.replace(' ', "\u{a0}");
                    let style = Style::of(Face::Mono, 8_600);
                    self.add(Block::Code(vec![Span::new(fixed, style)]));
                }
            }
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.link(),
            TagEnd::FootnoteDefinition
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// Shows a link's address behind its text, unless the text is the address.
    fn link(&mut self) {
        let Some((address, from)) = self.links.pop() else {
            return;
        };
        let text: String = self
            .spans
            .get(from..)
            .unwrap_or_default()
            .iter()
            .map(|span| span.text.as_str())
            .collect();
        if address.is_empty() || address == text || address == format!("mailto:{text}") {
            return;
        }
        let before = if text.is_empty() { "" } else { " " };
        self.say(&format!("{before}<{address}>"), Face::Regular);
    }

    fn face(&self) -> Face {
        match (self.bold > 0, self.italic > 0) {
            (false, false) => Face::Regular,
            (true, false) => Face::Bold,
            (false, true) => Face::Italic,
            (true, true) => Face::BoldItalic,
        }
    }

    fn say(&mut self, text: &str, face: Face) {
        let style = match (self.heading, face) {
            (Some(level), Face::Regular | Face::Bold) => Style::heading(level),
            (Some(level), _) => Style {
                face: if face == Face::Mono {
                    Face::Mono
                } else {
                    Face::BoldItalic
                },
                ..Style::heading(level)
            },
            (None, Face::Mono) => Style::of(face, 8_800),
            (None, _) => Style {
                face,
                ..Style::BODY
            },
        };
        // A link's text starts a span of its own.
        let begun = self.links.last().map(|(_, from)| *from);
        let fresh = begun == Some(self.spans.len());
        match self.spans.last_mut() {
            Some(last) if last.style == style && !fresh => last.text.push_str(text),
            Some(_) | None => self.spans.push(Span::new(text, style)),
        }
    }

    fn paragraph(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if !spans.is_empty() {
            self.add(Block::Paragraph(spans));
        }
    }

    fn add(&mut self, block: Block) {
        if let Some(blocks) = self.blocks.last_mut() {
            blocks.push(block);
        }
    }

    fn open(&mut self, container: Container) {
        self.paragraph();
        if self.open.len() >= DEEPEST {
            self.flat += 1;
            return;
        }
        self.blocks.push(Vec::new());
        self.open.push(container);
    }

    fn close(&mut self) {
        let blocks = self.blocks.pop().unwrap_or_default();
        match self.open.pop() {
            Some(Container::Quote) => self.add(Block::Quote(blocks)),
            Some(Container::Item) => match self.open.last_mut() {
                Some(Container::List(_, items)) => items.push(blocks),
                Some(Container::Quote | Container::Item) | None => {
                    for block in blocks {
                        self.add(block);
                    }
                }
            },
            Some(Container::List(first, mut items)) => {
                // Of items that were too deep to be set as such.
                if !blocks.is_empty() {
                    items.push(blocks);
                }
                self.add(Block::List { first, items });
            }
            None => self.blocks.push(blocks),
        }
    }
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
