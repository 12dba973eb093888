//! What the document is, apart from what it looks like: headings, paragraphs, lists, tables.
//!
//! The one rule: text stands in leaves; a node has either other nodes or text.

/// A kind of node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The whole.
    Document,
    /// A heading, from 1.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// A quotation.
    Quote,
    /// A list.
    List,
    /// A list's item.
    Item,
    /// An item's number or bullet.
    Label,
    /// What an item says.
    Body,
    /// A table.
    Table,
    /// A row.
    Row,
    /// The title of a column.
    ColumnTitle,
    /// The name of a row.
    RowTitle,
    /// A cell.
    Cell,
}

/// A node's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(usize);

impl NodeId {
    /// The whole document.
    pub(crate) const DOCUMENT: Self = Self(0);

    /// The node's place in [`Tree::nodes`].
    pub(crate) fn index(self) -> usize {
        self.0
    }
}

/// What a node has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kid {
    /// Another node.
    Node(NodeId),
    /// Text on a page, by the page's number and the number that it is marked with there.
    Text(usize, i64),
}

/// A node.
#[derive(Debug)]
pub(crate) struct Node {
    /// Its kind.
    pub(crate) role: Role,
    /// The node it is in.
    pub(crate) parent: NodeId,
    /// What it has, in reading order.
    pub(crate) kids: Vec<Kid>,
}

/// All nodes.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// An empty document.
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node {
                role: Role::Document,
                parent: NodeId::DOCUMENT,
                kids: Vec::new(),
            }],
        }
    }

    /// Adds a node at the end of another.
    pub(crate) fn add(&mut self, parent: NodeId, role: Role) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node {
            role,
            parent,
            kids: Vec::new(),
        });
        self.give(parent, Kid::Node(id));
        id
    }

    /// Gives a node something at its end.
    pub(crate) fn give(&mut self, node: NodeId, kid: Kid) {
        if let Some(node) = self.nodes.get_mut(node.0) {
            node.kids.push(kid);
        }
    }

    /// The nodes, the document first.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}
