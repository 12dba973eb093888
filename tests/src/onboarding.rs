//! An organisation that another one has onboarded, with the token of the invitation: what only the deployment's mailer sees.
//!
//! It is written as the operations write it, by the store, and so only where the table can be reached.

use sharepact_domain::event::{Event, Fact, Link};
use sharepact_domain::id::{EventId, InvitationId, OrganizationId, ProfileId};
use sharepact_domain::organization::{AccountOwner, Onboarding, Organization, Settings, Token};
use sharepact_domain::party::Author;
use sharepact_domain::profile::{Profile, ProfileFact};
use sharepact_domain::text::Line;
use sharepact_domain::time::Timestamp;
use sharepact_store::{Change, Outcome, Store};
use uuid::Uuid;

use crate::unique;

/// An organisation that waits for its first person.
#[derive(Clone, Debug)]
pub struct Onboarded {
    /// Its id.
    pub organization: String,
    /// What opens the invitation to it.
    pub token: String,
}

/// Onboards an organisation of `parent`.
pub async fn onboard(store: &Store, parent: &str, now: Timestamp) -> Onboarded {
    let parent = OrganizationId::parse(parent).expect("an id");
    let profile = ProfileId::new(fresh());
    let made = ProfileFact::Created {
        organization: parent.clone(),
        name: line("Partners"),
        settings: Settings::default(),
    };
    let made = seal(made, profile.to_string(), now);
    let profile = Profile::after(None, profile, &made).expect("a profile");
    let onboarding = Onboarding {
        name: line("Rental and more"),
        account_owner: AccountOwner {
            name: line("Ana Ferreira"),
            email: "ana@example.org".to_owned().try_into().expect("an address"),
        },
    };
    // 32 bytes that no other has; a test need not be unguessable.
    let random = fresh().simple().to_string().into_bytes();
    let token = Token::new(random.try_into().expect("32 digits"));
    let invitation = (InvitationId::new(fresh()), token.clone());
    let fact = Organization::onboard(onboarding, &parent, &profile, invitation, now);
    let id = OrganizationId::parse(&unique("onboarded")).expect("an id");
    let event = seal(fact.expect("its own profile"), id.to_string(), now);
    let after = Organization::after(None, &id, &event).expect("an organisation");
    let change = Change::Organization {
        after: &after,
        event: &event,
    };
    let outcome: Outcome<Organization> = store
        .commit(change, None, now)
        .await
        .expect("the table is there");
    assert!(matches!(outcome, Outcome::Written), "{outcome:?}");
    Onboarded {
        organization: id.to_string(),
        token: token.reveal().to_owned(),
    }
}

fn seal<F: Fact>(fact: F, aggregate: String, now: Timestamp) -> Event<F> {
    let id = EventId::new(fresh());
    Event::seal(fact, id, aggregate, Link::FIRST, Author::System, now).expect("it is sealed")
}

fn line(text: &str) -> Line {
    Line::parse(text).expect("a line")
}

#[expect(clippy::disallowed_methods, reason = "a scenario makes ids of its own")]
fn fresh() -> Uuid {
    Uuid::now_v7()
}
