//! Parties, term, asset or quota, and payment: the contract's facts as tables.

use sharepact_domain::asset::AccessLevel;
use sharepact_domain::contract::{Contract, Duration, Origin, Quota, Scope, Subject};
use sharepact_domain::money::Money;
use sharepact_domain::party::Party;
use sharepact_domain::selection::Condition;

use crate::Content;
use crate::block::{Block, Column, Span, Style, Table};
use crate::story::value::{cell, fact, facts, instant, titled};
use crate::story::{heading, paragraph};

/// A party: who is bound, and the user who `did` for it what made it a party.
fn party(party: &Party, did: &str) -> String {
    match &party.organization {
        Some(organization) => format!("{organization}\n{did} by user {}", party.user),
        None => party.user.to_string(),
    }
}

/// A party of a quota contract, and the user who acted for it when the framework agreement was made.
fn represented(party: &Party) -> String {
    let user = &party.user;
    match &party.organization {
        Some(organization) => {
            format!("{organization}\nrepresented in the agreement by user {user}")
        }
        None => user.to_string(),
    }
}

/// Parties and term.
pub(super) fn parties(content: &Content<'_>) -> Block {
    let contract = content.contract;
    let effective = match contract.effective_at {
        Some(at) => instant(at),
        None => "not yet; set when the provider activates the contract".to_owned(),
    };
    let origin = match &contract.origin {
        Origin::Marketplace => "marketplace".to_owned(),
        Origin::Framework { agreement } => format!("framework agreement {agreement}"),
        Origin::Dataspace { negotiation } => format!("dataspace negotiation {negotiation}"),
    };
    let mut rows = match (contract.asset(), contract.scope()) {
        (Some(asset), Some(scope)) => used(contract, asset, scope, effective),
        (_, _) => vec![
            fact("Provider", represented(&contract.provider)),
            fact("Consumer", represented(&contract.consumer)),
            fact("Effective date", effective),
            fact(
                "Expiry",
                contract.expires_at.map_or("none".to_owned(), instant),
            ),
        ],
    };
    rows.push(fact("Origin", origin));
    let began = match contract.quota() {
        Some(_) => "Granted",
        None => "Requested",
    };
    rows.push(fact(began, instant(contract.created_at)));
    facts(rows)
}

/// Who uses which asset how long.
fn used(
    contract: &Contract,
    asset: &Subject,
    scope: &Scope,
    effective: String,
) -> Vec<Vec<Vec<Span>>> {
    let duration = match scope.duration {
        Duration::Days(1) => "1 day from the effective date".to_owned(),
        Duration::Days(days) => format!("{days} days from the effective date"),
        Duration::Forever => "without end".to_owned(),
    };
    let expiry = match (contract.expires_at, contract.effective_at, scope.duration) {
        (Some(at), _, _) => instant(at),
        (None, Some(_), _) | (None, None, Duration::Forever) => "none".to_owned(),
        (None, None, Duration::Days(_)) => "set at activation".to_owned(),
    };
    let retention = if scope.offline_retention {
        "permitted: the consumer may keep a local copy"
    } else {
        "not permitted: the consumer keeps no local copy"
    };
    let mut rows = vec![
        fact("Asset", asset.name.as_str()),
        fact("Provider", party(&contract.provider, "asset registered")),
        fact("Consumer", party(&contract.consumer, "requested")),
        fact("Effective date", effective),
        fact("Duration of use", duration),
        fact("Expiry", expiry),
        fact("Offline retention", retention),
    ];
    if let Some(comment) = &scope.comment {
        rows.push(fact("Consumer’s comment", comment.as_str()));
    }
    rows
}

/// So many assets, or units.
pub(super) fn counted(quota: &Quota) -> String {
    let name = quota.entity.name();
    match quota.assets {
        1 => format!("1 {name}"),
        assets => format!("{assets} {name}s"),
    }
}

/// How much may be shared.
pub(super) fn quota(quota: &Quota) -> Vec<Block> {
    let name = quota.entity.name();
    let last = quota.not_after.map_or_else(
        || "any later instant: the framework agreement has no end".to_owned(),
        |at| format!("{}, the end of the framework agreement", instant(at)),
    );
    let counts = format!(
        "every {name} with a session that has not ended, from the making of that session on, whether it \
         runs or not"
    );
    vec![
        paragraph(
            "Under this contract the provider shares data in sessions, and whatever is shared takes one \
             place of the quota. Which data, how far, and who pays: that is for the framework agreement to \
             say, which is named above.",
        ),
        facts(vec![
            fact("Quota", format!("{} at any time", counted(quota))),
            fact("What counts", counts),
            fact("Can be extended to", last),
        ]),
    ]
}

/// Fields and filters.
pub(super) fn asset(asset: &Subject, scope: &Scope) -> Vec<Block> {
    let access = match asset.access_level {
        AccessLevel::Public => "public, under the asset’s licence",
        AccessLevel::Private => "private, by contract",
        AccessLevel::Confidential => "confidential",
    };
    let selection = &scope.selection;
    let mut blocks = vec![facts(vec![
        fact("Asset id", asset.id.as_str()),
        fact("Version of its entry", asset.version.to_string()),
        fact("Access level", access),
    ])];
    blocks.push(heading(2, "Fields"));
    let number = |index: usize| cell((index + 1).to_string());
    let rows = selection.fields.iter().enumerate().map(|(index, field)| {
        let filtered = selection
            .filters
            .iter()
            .any(|filter| filter.field == *field);
        let rows = if filtered { "as filtered below" } else { "all" };
        vec![number(index), cell(field), cell(rows)]
    });
    let columns = vec![
        Column::new("No.", 90),
        Column::new("Field", 640),
        Column::new("Values", 270),
    ];
    blocks.push(titled(columns, rows.collect()));
    blocks.push(heading(2, "Filters"));
    if selection.filters.is_empty() {
        blocks.push(paragraph("None: all rows of the asset are included."));
        return blocks;
    }
    let rows = selection.filters.iter().enumerate().map(|(index, filter)| {
        vec![
            number(index),
            cell(&filter.field),
            cell(condition(&filter.condition)),
        ]
    });
    let columns = vec![
        Column::new("No.", 90),
        Column::new("Field", 330),
        Column::new("Rows are included where the value is", 580),
    ];
    blocks.push(titled(columns, rows.collect()));
    blocks
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::Values { values } => match values.as_slice() {
            [value] => value.clone(),
            values => format!("one of: {}", values.join("; ")),
        },
        Condition::Range { from, to } => match (from, to) {
            (Some(from), Some(to)) => format!("from {from} to {to}, both included"),
            (Some(from), None) => format!("from {from} on, included"),
            (None, Some(to)) => format!("up to {to}, included"),
            (None, None) => "any".to_owned(),
        },
    }
}

/// An amount in groups of three digits, where it has more than four before the point.
fn amount(money: Money) -> String {
    let plain = money.to_string();
    let (whole, minor) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if whole.len() > 4 && index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    if !minor.is_empty() {
        grouped.push('.');
        grouped.push_str(minor);
    }
    grouped
}

/// Price, currency, VAT, gross.
pub(super) fn payment(content: &Content<'_>) -> Vec<Block> {
    let Some(offer) = &content.contract.offer else {
        return vec![paragraph("The provider has not named a price yet.")];
    };
    let code = offer.price.currency().code();
    let row = |name: String, money: Money, strong: bool| {
        let style = if strong { Style::LABEL } else { Style::CELL };
        let name = vec![Span::new(name, style)];
        let amount = Span::new(
            amount(money),
            Style {
                size: Style::CELL.size,
                ..style
            },
        );
        let code = Span::new(code, style);
        vec![name, vec![code], vec![amount]]
    };
    let vat = offer.price.vat(offer.vat);
    let gross = offer.price.gross(offer.vat);
    let mut columns = vec![
        Column::new("Item", 560),
        Column::new("Currency", 190),
        Column::new("Amount", 250),
    ];
    if let Some(last) = columns.last_mut() {
        last.right = true;
    }
    let mut blocks = vec![Block::Table(Table {
        columns,
        rows: vec![
            row("Net price".to_owned(), offer.price, false),
            row(format!("VAT at {} %", offer.vat), vat, false),
            row("Gross price".to_owned(), gross, true),
        ],
        titled: true,
        total: true,
    })];
    if let Some(reference) = &content.contract.payment_reference {
        blocks.push(facts(vec![fact("Payment reference", reference.as_str())]));
    }
    blocks
}
