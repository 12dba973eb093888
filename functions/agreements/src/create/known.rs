//! A proposal to the organisation that a passcode stands for.
//!
//! The one rule: nothing is told of the passcode, not even by what is refused because of whom it stands for, before the
//! attempt is counted.

use sharepact_domain::agreement::{
    Agreement, AgreementFact, Frame, Proposal, Signatory, propose as decide,
};
use sharepact_domain::event::{Digest, Event, Link};
use sharepact_domain::id::{AgreementId, OrganizationId};
use sharepact_domain::organization::Organization;
use sharepact_domain::party::{Owner, Side};
use sharepact_domain::passcode::{Code, Guesses, Passcode, PasscodeFact};
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{Answer, App, failed, guessing, idempotency, seal};
use sharepact_store::{Change, Outcome, Proposing, Rejected, Ticket};

use super::named;
use crate::command::{claim, shown};

/// Proposes, by as many attempts as it takes.
pub(super) async fn propose(
    app: &App,
    call: &Call,
    provider: &OrganizationId,
    (code, frame): (Code, Frame),
) -> Answer {
    let attempt = Attempt {
        app,
        call,
        provider,
        owner: Owner::Organization(provider.clone()),
        fingerprint: guessing::fingerprint(app, &code),
        ticket: idempotency::ticket(call)?,
    };
    for _ in 0..guessing::ATTEMPTS {
        if let Some(reply) = attempt.run(&frame).await? {
            return Ok(reply);
        }
    }
    Err(guessing::crowded())
}

/// What every attempt of one request has in common.
struct Attempt<'a> {
    app: &'a App,
    call: &'a Call,
    provider: &'a OrganizationId,
    owner: Owner,
    fingerprint: Digest,
    ticket: Option<Ticket>,
}

/// An agreement and the use of the passcode that it was made with.
struct Proposed {
    agreement: Agreement,
    event: Event<AgreementFact>,
    passcode: Passcode,
    usage: Event<PasscodeFact>,
}

impl Attempt<'_> {
    /// One attempt; none where another one was faster.
    async fn run(&self, frame: &Frame) -> Result<Option<Reply>, Problem> {
        let (app, now, ticket) = (self.app, self.call.now, self.ticket.as_ref());
        let found = app
            .store
            .proposing(&self.fingerprint, self.provider, ticket, now);
        let found = found.await.map_err(failed)?;
        if let Some(remembered) = found.remembered {
            return idempotency::replay(ticket, remembered).map(Some);
        }
        let Proposing { attempt, provider } = found
            .value
            .ok_or_else(|| Problem::internal("an attempt without guesses"))?;
        let provider = named(provider, self.provider)?;
        let open = attempt.behind.filter(|passcode| passcode.is_open(now));
        let guesses = guessing::attempt(&attempt.guesses, open.is_some(), now)?;
        let Some(passcode) = open else {
            return match guessing::wrong(app, &self.owner, &guesses, now).await? {
                true => Err(guessing::no_passcode()),
                false => Ok(None),
            };
        };
        match self.decided(provider, passcode, frame).await {
            Ok(proposed) => self.write(proposed, &guesses).await,
            Err(refusal) => self.told(refusal, &guesses).await,
        }
    }

    /// What the domain makes of it, now that the consumer is known.
    async fn decided(
        &self,
        provider: Organization,
        passcode: Passcode,
        frame: &Frame,
    ) -> Result<Proposed, Problem> {
        let (app, call) = (self.app, self.call);
        let principal = call.principal()?;
        let proposal = Proposal {
            frame: frame.clone(),
            provider: Signatory {
                organization: provider.id,
                name: provider.name,
                user: principal.user.clone(),
            },
            consumer: Signatory {
                organization: passcode.organization.clone(),
                name: passcode.name.clone(),
                user: passcode.issued_by.clone(),
            },
            consumer_is_billed_elsewhere: self.billed_elsewhere(&passcode, frame).await?,
        };
        let fact = decide(principal, proposal, call.now)?;
        let id = AgreementId::new(app.new_id());
        let event = seal(app, call, fact, id.to_string(), Link::FIRST)?;
        let agreement = Agreement::begin(id, &event)
            .ok_or_else(|| Problem::internal("a proposal that begins nothing"))?;
        let used = passcode.consume(self.provider.clone(), id.to_string(), call.now);
        let used = used.ok_or_else(|| Problem::internal("an open passcode that is not open"))?;
        let usage = seal(app, call, used, passcode.id.to_string(), passcode.link())?;
        let passcode = passcode.apply(&usage);
        Ok(Proposed {
            agreement,
            event,
            passcode,
            usage,
        })
    }

    /// Is somebody else billed for the consumer? It matters where the consumer is to pay.
    async fn billed_elsewhere(&self, passcode: &Passcode, frame: &Frame) -> Result<bool, Problem> {
        match frame.payer {
            Side::Provider => Ok(false),
            Side::Consumer => {
                let id = &passcode.organization;
                let found = self.app.store.organization(id, None, self.call.now).await;
                let consumer = found.map_err(failed)?.value;
                let onboarded = consumer.and_then(|consumer| consumer.onboarded);
                Ok(onboarded.is_some_and(|onboarded| onboarded.billing_owner != *id))
            }
        }
    }

    /// Agreement, use and attempt, all of it or nothing.
    async fn write(&self, proposed: Proposed, guesses: &Guesses) -> Result<Option<Reply>, Problem> {
        let ticket = self.ticket.as_ref();
        let reply = shown(201, &proposed.agreement, self.call)?;
        let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
        let remembering = remembered
            .as_ref()
            .map(|(ticket, answer)| (*ticket, answer));
        let changes = [
            Change::Agreement {
                after: &proposed.agreement,
                event: &proposed.event,
                claim: claim(&proposed.event.fact),
            },
            Change::Passcode {
                after: &proposed.passcode,
                event: &proposed.usage,
                fingerprint: &self.fingerprint,
            },
            Change::Guesses {
                owner: &self.owner,
                after: guesses,
            },
        ];
        let outcome: Outcome<Agreement> = self
            .app
            .commit_all(&changes, remembering, self.call.now)
            .await
            .map_err(failed)?;
        match outcome {
            Outcome::Written => Ok(Some(reply)),
            Outcome::Rejected(Rejected::Answered(remembered)) => {
                idempotency::replay(ticket, remembered).map(Some)
            }
            Outcome::Rejected(Rejected::Bound(agreement)) => {
                let duplicate = Problem::new(
                    ProblemType::DuplicateAgreement,
                    format!(
                        "you have a live agreement with this consumer on this kind of thing: /framework-agreements/{agreement}"
                    ),
                );
                self.told(duplicate, guesses).await
            }
            Outcome::Rejected(rejected) => {
                rejected.late().map_err(failed)?;
                Ok(None)
            }
        }
    }

    /// A refusal of what a right passcode was for, once the attempt is counted.
    async fn told(&self, refusal: Problem, guesses: &Guesses) -> Result<Option<Reply>, Problem> {
        match guessing::counted(self.app, &self.owner, guesses, self.call.now).await? {
            true => Err(refusal),
            false => Ok(None),
        }
    }
}
