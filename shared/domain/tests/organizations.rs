//! Organisations and their profiles, as facts and the states that they make.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use sharepact_domain::event::{Event, Fact, Link, verify};
use sharepact_domain::id::{EventId, InvitationId, OrganizationId, ProfileId, UserId};
use sharepact_domain::organization::{
    AccountOwner, Changes, Onboarding, Organization, OrganizationFact, Refusal, Settings, Standing,
    TimeZone, Token,
};
use sharepact_domain::party::{Author, Principal, Role};
use sharepact_domain::profile::{Profile, ProfileFact};
use sharepact_domain::text::Line;
use sharepact_domain::time::Timestamp;
use uuid::Uuid;

fn now() -> Timestamp {
    "2026-03-16T09:00:00Z".parse().unwrap()
}

fn organization(id: &str) -> OrganizationId {
    OrganizationId::parse(id).unwrap()
}

fn line(text: &str) -> Line {
    Line::parse(text).unwrap()
}

fn of(organization: &str, roles: &[Role]) -> Principal {
    Principal {
        user: UserId::parse("ana").unwrap(),
        organization: Some(self::organization(organization)),
        roles: roles.iter().copied().collect(),
    }
}

fn sealed<F: Fact>(fact: F, id: &str, link: Link, at: Timestamp) -> Event<F> {
    let event = EventId::new(Uuid::from_u128(u128::from(link.sequence)));
    Event::seal(fact, event, id, link, Author::System, at).unwrap()
}

fn profile(settings: Settings) -> Profile {
    let id = ProfileId::new(Uuid::from_u128(1));
    let fact = ProfileFact::Created {
        organization: organization("fleet"),
        name: line("Partners"),
        settings,
    };
    let event = sealed(fact, &id.to_string(), Link::FIRST, now());
    Profile::after(None, id, &event).unwrap()
}

fn onboard(parent: &str, profile: &Profile) -> Result<OrganizationFact, Refusal> {
    let onboarding = Onboarding {
        name: line("Rental"),
        account_owner: AccountOwner {
            name: line("Ana"),
            email: "ana@example.org".to_owned().try_into().unwrap(),
        },
    };
    let invitation = (InvitationId::new(Uuid::nil()), Token::new([7; 32]));
    Organization::onboard(
        onboarding,
        &organization(parent),
        profile,
        invitation,
        now(),
    )
}

/// An organisation that was onboarded, and its events so far.
fn child() -> (Organization, Vec<Event<OrganizationFact>>) {
    let fact = onboard("fleet", &profile(Settings::default())).unwrap();
    let event = sealed(fact, "rental", Link::FIRST, now());
    let child = Organization::after(None, &organization("rental"), &event).unwrap();
    (child, vec![event])
}

#[test]
fn a_profile_is_copied_and_a_foreign_one_refused() {
    let settings = Settings {
        time_zone: TimeZone::parse("Asia/Tokyo").unwrap(),
        impersonation: true,
        ..Settings::default()
    };
    let profile = profile(settings.clone());
    let fact = onboard("fleet", &profile).unwrap();
    let event = sealed(fact, "rental", Link::FIRST, now());
    let child = Organization::after(None, &organization("rental"), &event).unwrap();
    // What becomes of the profile does not reach what was copied.
    let changed = profile.change(
        &of("fleet", &[Role::Administrator]),
        line("Others"),
        Settings::default(),
    );
    let changed = sealed(changed.unwrap().unwrap(), "p", profile.link(), now());
    let id = profile.id;
    let profile = Profile::after(Some(profile), id, &changed).unwrap();
    assert_ne!(profile.settings, settings);
    assert_eq!(child.settings, settings);
    let upbringing = child.onboarded.as_ref().unwrap();
    assert_eq!(upbringing.parent, organization("fleet"));
    assert_eq!(upbringing.billing_owner, organization("fleet"));
    assert_eq!(upbringing.profile, profile.id);
    assert_eq!(onboard("other", &profile), Err(Refusal::ForeignProfile));
}

#[test]
fn an_invitation_is_good_for_72_hours_once_and_for_its_organisation() {
    let (child, mut events) = child();
    let hash = Token::hash(Token::new([7; 32]).reveal());
    let member = of("rental", &[]);
    let end = now().plus(TimeDelta::hours(72)).unwrap();
    let before = end.plus(TimeDelta::milliseconds(-1)).unwrap();
    let refused = Err(Refusal::NoInvitation);
    assert_eq!(child.join(&member, &hash, end), refused);
    assert_eq!(child.join(&of("fleet", &[]), &hash, now()), refused);
    assert_eq!(child.join(&member, &Token::hash("x"), now()), refused);

    let fact = child.join(&member, &hash, before).unwrap();
    let event = sealed(fact, "rental", child.link(), before);
    let joined = Organization::after(Some(child), &organization("rental"), &event).unwrap();
    events.push(event);
    assert_eq!(joined.join(&member, &hash, before), refused);
    assert_eq!(
        joined.invitation.as_ref().unwrap().standing(end),
        Standing::Accepted
    );
    let again = (InvitationId::new(Uuid::nil()), Token::new([8; 32]));
    let parent = of("fleet", &[Role::Administrator]);
    assert_eq!(
        joined.invite(&parent, again, end),
        Err(Refusal::AlreadyJoined)
    );
    assert_eq!(verify(&events), Ok(()));
}

#[test]
fn the_parent_invites_again_and_the_former_token_ends() {
    let (child, _) = child();
    let again = || (InvitationId::new(Uuid::from_u128(2)), Token::new([8; 32]));
    for (who, refusal) in [
        (
            of("rental", &[Role::Administrator]),
            Refusal::NotAdministrator,
        ),
        (of("fleet", &[Role::ContractManager]), Refusal::NotTheirs),
        (of("other", &[Role::Manager]), Refusal::NotTheirs),
    ] {
        assert_eq!(child.invite(&who, again(), now()), Err(refusal), "{who:?}");
    }
    let fact = child.invite(&of("fleet", &[Role::Manager]), again(), now());
    let event = sealed(fact.unwrap(), "rental", child.link(), now());
    let child = Organization::after(Some(child), &organization("rental"), &event).unwrap();
    let member = of("rental", &[]);
    let hash = |byte| Token::hash(Token::new([byte; 32]).reveal());
    assert_eq!(
        child.join(&member, &hash(7), now()),
        Err(Refusal::NoInvitation)
    );
    assert!(child.join(&member, &hash(8), now()).is_ok());
    let kept = serde_json::to_string(&child).unwrap();
    assert!(
        !kept.contains(Token::new([8; 32]).reveal()),
        "the token is in the event alone"
    );
}

#[test]
fn only_its_administrator_changes_an_organisation_and_the_first_time_takes_a_name() {
    let fleet = organization("fleet");
    let name = || Changes {
        name: Some(line("Fleet")),
        ..Changes::default()
    };
    let change =
        |existing, who: &Principal, changes| Organization::change(existing, &fleet, who, changes);
    let administrator = of("fleet", &[Role::Administrator]);
    for (who, refusal) in [
        (of("fleet", &[]), Refusal::NotAdministrator),
        (of("fleet", &[Role::Operator]), Refusal::NotAdministrator),
        (of("other", &[Role::Administrator]), Refusal::NotTheirs),
        (
            Principal {
                organization: None,
                ..of("fleet", &[Role::Manager])
            },
            Refusal::NotTheirs,
        ),
    ] {
        assert_eq!(change(None, &who, name()), Err(refusal), "{who:?}");
    }
    assert_eq!(
        change(None, &administrator, Changes::default()),
        Err(Refusal::Nameless)
    );
    let fact = change(None, &administrator, name()).unwrap().unwrap();
    let event = sealed(fact, "fleet", Link::FIRST, now());
    let named = Organization::after(None, &fleet, &event).unwrap();
    assert_eq!(change(Some(&named), &administrator, name()), Ok(None));
    assert_eq!(
        change(Some(&named), &administrator, Changes::default()),
        Ok(None)
    );
}
