//! Every construct of CommonMark is on paper.

use sharepact_document::render;

use crate::pages::in_order;
use crate::sample::signed;
use crate::tools;

fn read(terms: &str) -> Option<String> {
    let bytes = render(&signed().with_terms(terms).content()).unwrap();
    tools::inside(&bytes);
    let text = tools::text(&bytes)?;
    let start = text.find("4. Contract terms").unwrap();
    let end = text.find("5. Platform terms").unwrap();
    Some(text[start..end].to_owned())
}

#[test]
fn blocks() {
    let Some(text) = read(
        "# One\n\n## Two\n\n### Three\n\n#### Four\n\n##### Five\n\n###### Six\n\nSetext\n===\n\nAlso\n---\n\n\
         Paragraph with a\nsoft break and a  \nhard break.\n\n> Quoted\n>\n> > twice\n\n***\n\n\
         ```rust\nfn  main() {}\n\tx\n```\n\n    indented  code\n\nThe end.",
    ) else {
        return;
    };
    in_order(
        &text,
        &[
            "One\n",
            "Two\n",
            "Three\n",
            "Four\n",
            "Five\n",
            "Six\n",
            "Setext\n",
            "Also\n",
            "Paragraph with a soft break and a\nhard break.\n",
            "Quoted\n",
            "twice\n",
            "rust:\n",
            "main() {}\n",
            "x\n",
            "indented",
            "code\n",
            "The end.",
        ],
    );
}

#[test]
fn lists() {
    let Some(text) = read(
        "- a\n- b\n  1. c\n  2. d\n     - e\n\n       second paragraph of e\n- f\n\n7. seven\n8. eight\n\n\
         * loose\n\n* items\n\n1) paren\n\n-\n- after an empty one\n\n999999998. large\n9. larger\n",
    ) else {
        return;
    };
    in_order(
        &text,
        &[
            "• a\n",
            "• b\n",
            "1. c\n",
            "2. d\n",
            "• e\n",
            "second paragraph of e\n",
            "• f\n",
            "7. seven\n",
            "8. eight\n",
            "• loose\n",
            "• items\n",
            "1. paren\n",
            "•\n",
            "• after an empty one\n",
            "999999998. large\n",
            "999999999. larger",
        ],
    );
}

#[test]
fn spans() {
    let Some(text) = read(
        "*em* **strong** ***both*** `code` mid**wo**rd, [text](https://a.example/b \"title\"), \
         <https://c.example>, <x@d.example>, [ref], [](https://empty.example), \\*literal\\*, &copy; \
         &#x20AC;.\n\n[ref]: https://e.example/f\n\n# *Heading* with `code`",
    ) else {
        return;
    };
    in_order(
        &text,
        &["em strong both code midword, text <https://a.example/b>, https://c.example,"],
    );
    let flat = text.replace('\n', " ");
    in_order(
        &flat,
        &[
            "x@d.example",
            "ref <https://e.example/f>",
            "<https://empty.example>",
            "*literal*",
            "© €.",
            "Heading with code",
        ],
    );
}

#[test]
fn nesting_without_end_is_flat_in_the_end() {
    let deep = format!("{}word", "> ".repeat(3_000));
    let Some(text) = read(&deep) else { return };
    assert!(text.contains("word"));
    let lists: Vec<_> = (0..60)
        .map(|depth| format!("{}- item{depth}", "  ".repeat(depth)))
        .collect();
    let Some(text) = read(&lists.join("\n")) else {
        return;
    };
    let all: Vec<_> = (0..60).map(|n| format!("item{n}\n")).collect();
    in_order(&text, &all.iter().map(String::as_str).collect::<Vec<_>>());
}
