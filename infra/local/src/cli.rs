//! The command line.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use sharepact_domain::wallet::Address;
use sharepact_local::PORT;

/// Data-sharing contracts, the whole bundle in one process.
#[derive(Debug, Parser)]
#[command(name = "sharepact", version, about)]
pub struct Cli {
    /// The folder that keeps everything between two starts [default: .sharepact; demo: a temporary
    /// one].
    #[arg(long, global = true, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// How to serve.
    #[command(flatten)]
    pub serve: Serve,
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// The folder, where the command has no other by default.
    pub fn home(&self) -> PathBuf {
        self.home
            .clone()
            .unwrap_or_else(|| PathBuf::from(".sharepact"))
    }
}

/// How to serve.
#[derive(Debug, Args)]
pub struct Serve {
    /// The port on this machine; 0 picks a free one.
    #[arg(long, default_value_t = PORT)]
    pub port: u16,
    /// Start the contracts' clock at this instant instead of now, for example
    /// 2030-01-01T00:00:00Z. It runs on from there.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<DateTime<Utc>>,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Walk a story step by step, on a stack of its own; it leaves the contract as PDF.
    Demo(Demo),
    /// Measure this machine: requests per second, latencies, CPU time of the handlers.
    Bench(Bench),
    /// Print a token for anyone; the stack must have been started on this folder before.
    Token(Token),
    /// Record the contracts whose time is over, and warn of those whose end is near, as the nightly
    /// job does.
    Expire(Expire),
    /// Put recorded events of a contract on the event bus again.
    Replay(Replay),
    /// Prepare the ledger of a deployed stack: the platform's key, the registry.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Verify the evidence of a contract, with no stack and no access to the service.
    Verify(Verify),
    /// Print the OpenAPI document.
    Openapi,
}

/// What to prepare.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Make a new key and write it, encrypted, to a file; prints its address.
    Keystore(Keystore),
    /// Put the registry on a chain, paid for by the key; prints its address.
    Deploy(Deploy),
}

/// A key, and what opens it.
#[derive(Debug, Args)]
pub struct Keystore {
    /// The encrypted key: Web3 secret storage, version 3.
    #[arg(long, value_name = "FILE")]
    pub keystore: PathBuf,
    /// The file that holds its password, of at least 20 characters.
    #[arg(long, value_name = "FILE")]
    pub password_file: PathBuf,
}

/// Where the registry goes.
#[derive(Debug, Args)]
pub struct Deploy {
    /// Who pays for it and owns it.
    #[command(flatten)]
    pub key: Keystore,
    /// The node's JSON-RPC address: https, or this machine's own.
    #[arg(long, value_name = "URL")]
    pub rpc: String,
    /// Give the key ether first, as only a development node lets anyone do.
    #[arg(long)]
    pub fund: bool,
}

/// What to verify, and against what.
#[derive(Debug, Args)]
pub struct Verify {
    /// The file that `GET /contracts/{id}/evidence` answered.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A node of the chain that the evidence names: https, or http on this machine.
    #[arg(long, value_name = "URL")]
    pub rpc: Option<String>,
    /// The registry that counts; without it the evidence's own is asked, whoever's it is.
    #[arg(long, value_name = "ADDRESS", requires = "rpc", value_parser = address)]
    pub registry: Option<Address>,
    /// The contract as PDF.
    #[arg(long, value_name = "FILE")]
    pub pdf: Option<PathBuf>,
}

/// When it is.
#[derive(Debug, Args)]
pub struct Expire {
    /// Move the contracts' clock to this instant first: 2027-01-01 or 2027-01-01T00:00:00Z.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<DateTime<Utc>>,
}

/// Which events.
#[derive(Debug, Args)]
pub struct Replay {
    /// The contract's id.
    #[arg(value_name = "CONTRACT")]
    pub contract: String,
    /// The sequence of the first event.
    #[arg(long, value_name = "SEQUENCE", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub from: u64,
    /// The sequence of the last event; to the end without it.
    #[arg(long, value_name = "SEQUENCE", value_parser = clap::value_parser!(u64).range(1..))]
    pub to: Option<u64>,
}

/// What a demo tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Tale {
    /// One acquisition in the marketplace, from request to active.
    #[default]
    Marketplace,
    /// Two fleets: a framework agreement, a contract for 50 vehicles, sessions that start and stop.
    Framework,
}

/// What to walk, and where.
#[derive(Debug, Args)]
pub struct Demo {
    /// The story.
    #[arg(value_enum, default_value_t)]
    pub tale: Tale,
    /// Walk against the stack that this file describes (a local.json), which runs already.
    #[arg(long, value_name = "FILE")]
    pub target: Option<PathBuf>,
    /// Walk against this address, with the tokens of --target or of the folder's local.json.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Where the contract's document goes.
    #[arg(long, value_name = "FILE", default_value = "sharepact-demo.pdf")]
    pub pdf: PathBuf,
    /// Go on to the blockchain: on a node of its own, or on the one that `SHAREPACT_LEDGER_RPC` names.
    #[arg(long)]
    pub ledger: bool,
}

/// How much to measure.
#[derive(Clone, Copy, Debug, Args)]
pub struct Bench {
    /// How long each measurement takes.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub seconds: u32,
    /// How many clients ask at the same time.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub clients: u32,
    /// Measure what happens after the commit instead: the relay, and a night's expiry of 1,000,
    /// 10,000 and 100,000 contracts. It takes some minutes.
    #[arg(long)]
    pub jobs: bool,
    /// Measure the ledger instead: 10,000 events in batches of 1,024, on an Ethereum node of its own.
    #[arg(long, conflicts_with = "jobs")]
    pub ledger: bool,
    /// Measure what stopping a framework agreement with 10,000 sessions takes instead.
    #[arg(long, conflicts_with_all = ["jobs", "ledger"])]
    pub framework: bool,
}

/// Who the token is for.
#[derive(Debug, Args)]
pub struct Token {
    /// The user's id.
    #[arg(long, value_name = "USER", value_parser = identifier)]
    pub sub: String,
    /// The organisation's id.
    #[arg(long, value_name = "ORGANISATION", value_parser = identifier)]
    pub org: Option<String>,
    /// A role: `manager` or `operator`. May be given more than once.
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// How long it holds: 90s, 15m, 1h, 7d.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    pub expires_in: TimeDelta,
}

/// An id as the API takes it: any other would only be refused later.
fn identifier(text: &str) -> Result<String, String> {
    let mut characters = text.chars();
    let first = characters.next().is_some_and(|c| c.is_ascii_alphanumeric());
    let rest = characters.all(|c| c.is_ascii_alphanumeric() || "._:@|-".contains(c));
    if first && rest && text.len() <= 128 {
        Ok(text.to_owned())
    } else {
        Err(
            "an id starts with a letter or digit and holds letters, digits and . _ : @ | - \
             (at most 128 characters)"
                .to_owned(),
        )
    }
}

fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|fault| fault.detail)
}

/// An instant, or the beginning of a day.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let day = || {
        let day = text.parse::<NaiveDate>().ok()?;
        Some(day.and_hms_opt(0, 0, 0)?.and_utc())
    };
    text.parse()
        .ok()
        .or_else(day)
        .ok_or_else(|| "an instant is 2027-01-01 or 2027-01-01T00:00:00Z".to_owned())
}

fn duration(text: &str) -> Result<TimeDelta, String> {
    let parse = || {
        let unit = text.chars().last()?;
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        if number <= 0 {
            return None;
        }
        match unit {
            's' => TimeDelta::try_seconds(number),
            'm' => TimeDelta::try_minutes(number),
            'h' => TimeDelta::try_hours(number),
            'd' => TimeDelta::try_days(number),
            _ => None,
        }
        // Longer would leave what a date can say.
        .filter(|time| *time <= TimeDelta::days(36_500))
    };
    parse().ok_or_else(|| "a time is a number and a unit: 90s, 15m, 1h, 7d".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_instant_may_be_a_day() {
        let new_year = "2027-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(instant("2027-01-01"), Ok(new_year));
        assert_eq!(instant("2027-01-01T01:00:00+01:00"), Ok(new_year));
        assert!(instant("tomorrow").is_err());
    }

    #[test]
    fn times_take_a_unit() {
        assert_eq!(duration("90s"), Ok(TimeDelta::seconds(90)));
        assert_eq!(duration("7d"), Ok(TimeDelta::days(7)));
        for wrong in ["", "7", "h", "-1h", "0s", "1y", "1ü", "99999999d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ids_are_those_of_the_api() {
        assert!(identifier("ann@example.com").is_ok());
        assert!(identifier("").is_err());
        assert!(identifier("-a").is_err());
        assert!(identifier("a b").is_err());
    }
}
