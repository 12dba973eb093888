//! Who is who: users, organisations, the two sides of a contract, and whoever is acting.
//!
//! The one rule: in an organisation members look and request, its manager binds.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{OrganizationId, UserId};

/// A role that a token can carry. Roles that Sharepact does not know are not roles here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Manages the organisation of the token: may bind it.
    Manager,
    /// Makes and ends what binds the organisation to others: agreements and contracts.
    ContractManager,
    /// Turns shared data on and off: sessions.
    SessionManager,
    /// Keeps the organisation's settings and profiles.
    Administrator,
    /// Runs the platform: may look at anything, and binds nobody.
    Operator,
}

impl Role {
    /// The role of that name in a token.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "manager" => Some(Self::Manager),
            "contract-manager" => Some(Self::ContractManager),
            "session-manager" => Some(Self::SessionManager),
            "administrator" => Some(Self::Administrator),
            "operator" => Some(Self::Operator),
            _ => None,
        }
    }
}

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The user.
    pub user: UserId,
    /// The organisation the user acts for, if any.
    pub organization: Option<OrganizationId>,
    /// The user's roles, in that organisation or on the platform.
    pub roles: BTreeSet<Role>,
}

impl Principal {
    /// Does the caller run the platform?
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.roles.contains(&Role::Operator)
    }

    /// May the caller bind the party it acts for: itself, or the organisation it manages?
    #[must_use]
    pub fn binds(&self) -> bool {
        self.organization.is_none() || self.roles.contains(&Role::Manager)
    }

    /// May the caller make and end agreements and contracts of its organisation?
    #[must_use]
    pub fn manages_contracts(&self) -> bool {
        self.acts_as(Role::ContractManager)
    }

    /// May the caller make, start and stop sessions of its organisation?
    #[must_use]
    pub fn manages_sessions(&self) -> bool {
        self.acts_as(Role::SessionManager)
    }

    /// May the caller change its organisation's settings and profiles?
    #[must_use]
    pub fn administers(&self) -> bool {
        self.acts_as(Role::Administrator)
    }

    /// Has the caller this role in its organisation, or manages it as a whole?
    fn acts_as(&self, role: Role) -> bool {
        self.organization.is_some()
            && (self.roles.contains(&role) || self.roles.contains(&Role::Manager))
    }

    /// The party that the caller acts for.
    #[must_use]
    pub fn party(&self) -> Party {
        Party {
            user: self.user.clone(),
            organization: self.organization.clone(),
        }
    }
}

/// One side of a contract: a user, or an organisation by the user who acted for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// The user who registered the asset or made the request.
    pub user: UserId,
    /// The organisation that is bound, if the user acted for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<OrganizationId>,
}

impl Party {
    /// Does the caller belong to this party? An organisation's party is whoever is in it now; a
    /// user's own party stays the user's, whatever organisation the user has joined since.
    #[must_use]
    pub fn includes(&self, principal: &Principal) -> bool {
        match &self.organization {
            Some(organization) => principal.organization.as_ref() == Some(organization),
            None => principal.user == self.user,
        }
    }

    /// May the caller bind this party?
    #[must_use]
    pub fn bound_by(&self, principal: &Principal) -> bool {
        self.includes(principal) && (self.organization.is_none() || principal.binds())
    }

    /// Who owns what this party has: the organisation, or else the user.
    #[must_use]
    pub fn owner(&self) -> Owner {
        match &self.organization {
            Some(organization) => Owner::Organization(organization.clone()),
            None => Owner::User(self.user.clone()),
        }
    }
}

/// A user or an organisation, as the holder of a wallet, an asset or a contract side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "camelCase")]
pub enum Owner {
    /// A user outside any organisation.
    User(UserId),
    /// An organisation.
    Organization(OrganizationId),
}

impl Owner {
    /// The identifier without its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Organization(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Owner {
    /// Kind and id, so that a user and an organisation of the same id stay apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "USER#{id}"),
            Self::Organization(id) => write!(f, "ORGANIZATION#{id}"),
        }
    }
}

/// A side of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Owns the data.
    Provider,
    /// Wants to use it.
    Consumer,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Provider => Self::Consumer,
            Self::Consumer => Self::Provider,
        }
    }

    /// `provider` or `consumer`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Consumer => "consumer",
        }
    }
}

/// Whoever issues a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A caller.
    Caller(Principal),
    /// Sharepact itself: the nightly job, a finished negotiation.
    System,
}

/// Whoever caused an event, as the event records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Author {
    /// A user, and the organisation the user acted for.
    User {
        /// The user.
        user: UserId,
        /// The organisation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organization: Option<OrganizationId>,
    },
    /// Sharepact itself.
    System,
}

impl From<&Actor> for Author {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Caller(principal) => Self::User {
                user: principal.user.clone(),
                organization: principal.organization.clone(),
            },
            Actor::System => Self::System,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(user: &str, organization: Option<&str>, roles: &[Role]) -> Principal {
        Principal {
            user: UserId::parse(user).unwrap(),
            organization: organization.map(|id| OrganizationId::parse(id).unwrap()),
            roles: roles.iter().copied().collect(),
        }
    }

    #[test]
    fn an_organization_is_bound_by_its_manager_only() {
        let party = principal("ana", Some("acme"), &[]).party();
        for (caller, includes, binds) in [
            (principal("ana", Some("acme"), &[]), true, false),
            (principal("bob", Some("acme"), &[Role::Manager]), true, true),
            (
                principal("eve", Some("other"), &[Role::Manager]),
                false,
                false,
            ),
            (principal("ana", None, &[]), false, false),
            (
                principal("ana", Some("other"), &[Role::Manager]),
                false,
                false,
            ),
        ] {
            assert_eq!(party.includes(&caller), includes, "{caller:?}");
            assert_eq!(party.bound_by(&caller), binds, "{caller:?}");
        }
    }

    #[test]
    fn a_users_own_contract_stays_the_users() {
        let party = principal("ana", None, &[]).party();
        let joined = principal("ana", Some("acme"), &[]);
        assert!(party.bound_by(&joined));
        assert!(!party.includes(&principal("bob", None, &[])));
    }

    #[test]
    fn a_user_and_an_organization_of_one_name_are_two() {
        let user = principal("acme", None, &[]).party().owner();
        let organization = principal("ana", Some("acme"), &[]).party().owner();
        assert_ne!(user.to_string(), organization.to_string());
    }

    #[test]
    fn a_role_counts_in_an_organization_and_its_manager_has_them_all() {
        let roles = [
            ("manager", Role::Manager),
            ("contract-manager", Role::ContractManager),
            ("session-manager", Role::SessionManager),
            ("administrator", Role::Administrator),
            ("operator", Role::Operator),
        ];
        for (name, role) in roles {
            assert_eq!(Role::parse(name), Some(role));
            let may = |caller: &Principal| {
                [
                    caller.manages_contracts(),
                    caller.manages_sessions(),
                    caller.administers(),
                ]
            };
            let manager = role == Role::Manager;
            let inside = principal("ana", Some("acme"), &[role]);
            let expected = [
                Role::ContractManager,
                Role::SessionManager,
                Role::Administrator,
            ];
            assert_eq!(may(&inside), expected.map(|own| manager || own == role));
            assert_eq!(may(&principal("ana", None, &[role])), [false; 3], "{name}");
            // The new roles bind the organisation to nothing else.
            assert_eq!(inside.binds(), manager);
        }
        assert_eq!(Role::parse("Manager"), None);
        assert_eq!(Role::parse("contract_manager"), None);
    }
}
