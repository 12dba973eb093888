//! The outline beside the pages: sections, and the headings of terms below them.

use lopdf::{Document, Object, ObjectId, dictionary};

use super::metadata::text;
use crate::block::Length;
use crate::flow::{Bookmark, HEIGHT};

/// The longest title, in characters.
const LONGEST: usize = 120;

/// Adds the outline; none for a document without headings.
pub(super) fn add(
    file: &mut Document,
    bookmarks: &[Bookmark],
    pages: &[ObjectId],
) -> Option<ObjectId> {
    bookmarks.first()?;
    let root = file.new_object_id();
    let ids: Vec<ObjectId> = bookmarks.iter().map(|_| file.new_object_id()).collect();
    // A heading before any section is a section.
    let mut above = root;
    let mut entries = Vec::new();
    for (index, (bookmark, id)) in bookmarks.iter().zip(&ids).enumerate() {
        if bookmark.depth == 0 || index == 0 {
            above = *id;
            entries.push((bookmark, *id, root));
        } else {
            entries.push((bookmark, *id, above));
        }
    }
    let of = |parent: ObjectId| -> Vec<ObjectId> {
        entries
            .iter()
            .filter(|(_, _, above)| *above == parent)
            .map(|(_, id, _)| *id)
            .collect()
    };
    let sections = of(root);
    chain(file, &entries, &sections, pages);
    for section in &sections {
        let children = of(*section);
        chain(file, &entries, &children, pages);
        family(file, *section, &children, true);
    }
    file.set_object(root, dictionary! { "Type" => "Outlines" });
    family(file, root, &sections, false);
    Some(root)
}

/// Writes the entries of one level.
fn chain(
    file: &mut Document,
    entries: &[(&Bookmark, ObjectId, ObjectId)],
    level: &[ObjectId],
    pages: &[ObjectId],
) {
    let mut rest = entries.iter();
    for (index, id) in level.iter().enumerate() {
        let Some((bookmark, _, parent)) = rest.by_ref().find(|(_, entry, _)| entry == id) else {
            continue;
        };
        let title: String = bookmark.title.chars().take(LONGEST).collect();
        let mut entry = dictionary! {
            "Title" => text(&title),
            "Parent" => *parent,
        };
        if let Some(page) = pages.get(bookmark.page) {
            let top = points(HEIGHT - bookmark.y);
            let place = vec![
                Object::Reference(*page),
                "XYZ".into(),
                Object::Null,
                Object::Integer(top),
                Object::Null,
            ];
            entry.set("Dest", place);
        }
        let neighbour = |index: Option<usize>| index.and_then(|index| level.get(index)).copied();
        if let Some(before) = neighbour(index.checked_sub(1)) {
            entry.set("Prev", before);
        }
        if let Some(after) = neighbour(index.checked_add(1)) {
            entry.set("Next", after);
        }
        file.set_object(*id, entry);
    }
}

/// Tells an entry its children; shut, where the outline would be long.
fn family(file: &mut Document, parent: ObjectId, children: &[ObjectId], shut: bool) {
    let (Some(first), Some(last)) = (children.first(), children.last()) else {
        return;
    };
    if let Ok(entry) = file.get_object_mut(parent).and_then(Object::as_dict_mut) {
        let count = i64::try_from(children.len()).unwrap_or_default();
        entry.set("First", *first);
        entry.set("Last", *last);
        entry.set("Count", if shut { -count } else { count });
    }
}

fn points(length: Length) -> i64 {
    length / 1_000
}
