//! The structure tree: what the text is, for screen readers and for whoever extracts it.
//!
//! The one rule: every piece of marked text has exactly one node, and the parent tree says which.

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use crate::RenderError;
use crate::flow::{Kid, Node, Role, Tree};

/// Adds the tree and says where it is.
pub(super) fn add(
    file: &mut Document,
    tree: &Tree,
    pages: &[ObjectId],
    marks: &[i64],
) -> Result<ObjectId, RenderError> {
    let root = file.new_object_id();
    let ids: Vec<ObjectId> = tree.nodes().iter().map(|_| file.new_object_id()).collect();
    let mut parents: Vec<Vec<Object>> = marks
        .iter()
        .map(|count| vec![Object::Null; usize::try_from(*count).unwrap_or(0)])
        .collect();
    for (node, id) in tree.nodes().iter().zip(&ids) {
        let parent = if node.role == Role::Document {
            root
        } else {
            ids.get(node.parent.index()).copied().unwrap_or(root)
        };
        for kid in &node.kids {
            if let Kid::Text(page, number) = kid
                && let Some(slot) = usize::try_from(*number)
                    .ok()
                    .and_then(|number| parents.get_mut(*page)?.get_mut(number))
            {
                *slot = Object::Reference(*id);
            }
        }
        file.set_object(*id, element(node, parent, &ids, pages));
    }
    let mut numbers = Vec::new();
    for (index, (page, parents)) in pages.iter().zip(parents).enumerate() {
        let key = i64::try_from(index).unwrap_or_default();
        let parents = file.add_object(parents);
        numbers.extend([Object::Integer(key), Object::Reference(parents)]);
        let page = file.get_object_mut(*page).and_then(Object::as_dict_mut)?;
        page.set("StructParents", key);
        page.remove(b"Annots");
    }
    let parent_tree = file.add_object(dictionary! { "Nums" => numbers });
    file.set_object(
        root,
        dictionary! {
            "Type" => "StructTreeRoot",
            "K" => ids.first().copied().unwrap_or(root),
            "ParentTree" => parent_tree,
            "ParentTreeNextKey" => i64::try_from(pages.len()).unwrap_or_default(),
        },
    );
    Ok(root)
}

fn element(node: &Node, parent: ObjectId, ids: &[ObjectId], pages: &[ObjectId]) -> Dictionary {
    let home = node.kids.iter().find_map(|kid| match kid {
        Kid::Text(page, _) => pages.get(*page).copied(),
        Kid::Node(_) => None,
    });
    let kids: Vec<Object> = node
        .kids
        .iter()
        .filter_map(|kid| match kid {
            Kid::Node(node) => ids.get(node.index()).copied().map(Object::Reference),
            Kid::Text(page, number) => {
                let page = pages.get(*page).copied();
                Some(if page == home {
                    Object::Integer(*number)
                } else {
                    Object::Dictionary(dictionary! {
                        "Type" => "MCR",
                        "Pg" => page?,
                        "MCID" => *number,
                    })
                })
            }
        })
        .collect();
    let mut element = dictionary! {
        "Type" => "StructElem",
        "S" => name(node.role),
        "P" => parent,
    };
    if !kids.is_empty() {
        element.set("K", kids);
    }
    if let Some(home) = home {
        element.set("Pg", home);
    }
    if let Some(scope) = match node.role {
        Role::ColumnTitle => Some("Column"),
        Role::RowTitle => Some("Row"),
        _ => None,
    } {
        element.set("A", dictionary! { "O" => "Table", "Scope" => scope });
    }
    element
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Document => "Document",
        Role::Heading(0 | 1) => "H1",
        Role::Heading(2) => "H2",
        Role::Heading(3) => "H3",
        Role::Heading(4) => "H4",
        Role::Heading(5) => "H5",
        Role::Heading(_) => "H6",
        Role::Paragraph => "P",
        Role::Quote => "BlockQuote",
        Role::List => "L",
        Role::Item => "LI",
        Role::Label => "Lbl",
        Role::Body => "LBody",
        Role::Table => "Table",
        Role::Row => "TR",
        Role::ColumnTitle | Role::RowTitle => "TH",
        Role::Cell => "TD",
    }
}
