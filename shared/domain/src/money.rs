//! Money and VAT: integer minor units inside, decimal strings outside, never a float.

use std::fmt;

use iso_currency::Currency as Iso;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Rule};

/// Digits before the decimal point that a price may have.
const WHOLE_DIGITS: usize = 12;
/// Basis points of 100 percent.
const FULL: u16 = 10_000;

/// A current ISO 4217 currency with a minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency {
    iso: Iso,
    exponent: u8,
}

impl Currency {
    /// Reads a three-letter code in upper case.
    ///
    /// # Errors
    /// [`Rule::UnknownCurrency`] for anything but a currency in use that has a minor unit: no
    /// metals, funds, test codes, nor currencies that another has replaced.
    pub fn parse(code: &str) -> Result<Self, Fault> {
        let unknown = |detail: String| Fault::new(Rule::UnknownCurrency, detail);
        let iso = Iso::from_code(code).ok_or_else(|| {
            unknown("takes an ISO 4217 code of three capital letters, such as EUR".to_owned())
        })?;
        if let Some(successor) = iso.is_superseded() {
            return Err(unknown(format!(
                "{code} was replaced by {}",
                successor.code()
            )));
        }
        match iso.exponent().and_then(|digits| u8::try_from(digits).ok()) {
            Some(exponent) if !iso.is_special() && !iso.is_fund() => Ok(Self { iso, exponent }),
            Some(_) | None => Err(unknown(format!(
                "{code} is no currency that a price can be paid in"
            ))),
        }
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.iso.code()
    }

    /// Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn exponent(self) -> u8 {
        self.exponent
    }
}

impl TryFrom<String> for Currency {
    type Error = Fault;

    fn try_from(code: String) -> Result<Self, Fault> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// An amount of money, zero or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// Reads a decimal string: `1250`, `1250.5`, `1250.50`.
    ///
    /// # Errors
    /// [`Rule::InvalidPrice`] when it is negative, has more decimals than the currency, more than
    /// twelve digits before the point, or is no plain decimal.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, Fault> {
        fixed_point(text, WHOLE_DIGITS, currency.exponent)
            .map(|minor| Self { minor, currency })
            .ok_or_else(|| {
                let form = match currency.exponent {
                    0 => "no decimals".to_owned(),
                    digits => format!("at most {digits} decimals"),
                };
                Fault::new(
                    Rule::InvalidPrice,
                    format!(
                        "takes a decimal string of zero or more with at most {WHOLE_DIGITS} digits \
                         before the point and {form} for {}",
                        currency.code()
                    ),
                )
            })
    }

    /// Nothing to pay.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The amount in the currency's minor unit (cents for EUR).
    #[must_use]
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The VAT on this net amount, rounded half up to the minor unit.
    #[must_use]
    pub fn vat(self, rate: Vat) -> Self {
        let scaled = i128::from(self.minor) * i128::from(rate.0) + i128::from(FULL) / 2;
        Self {
            // At most 100 percent of an i64 that holds at most fifteen digits.
            minor: i64::try_from(scaled / i128::from(FULL)).unwrap_or(i64::MAX),
            currency: self.currency,
        }
    }

    /// This net amount and the VAT on it.
    #[must_use]
    pub fn gross(self, rate: Vat) -> Self {
        Self {
            minor: self.minor.saturating_add(self.vat(rate).minor),
            currency: self.currency,
        }
    }
}

impl fmt::Display for Money {
    /// The amount alone, with all of the currency's decimals: `1250.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(f, self.minor, self.currency.exponent)
    }
}

/// A VAT rate in percent of the net price, 0 to 100, two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Vat(u16);

impl Vat {
    /// No VAT.
    pub const ZERO: Self = Self(0);

    /// Reads a percentage: `24`, `19.5`, `8.25`.
    ///
    /// # Errors
    /// [`Rule::InvalidVat`] outside 0 to 100 or with more than two decimals.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        fixed_point(text, 3, 2)
            .and_then(|points| u16::try_from(points).ok())
            .filter(|points| *points <= FULL)
            .map(Self)
            .ok_or_else(|| {
                Fault::new(
                    Rule::InvalidVat,
                    "takes a percentage from 0 to 100 as a decimal string with at most two \
                     decimals, such as 24 or 19.5",
                )
            })
    }

    /// The rate in hundredths of a percent.
    #[must_use]
    pub fn basis_points(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Vat {
    /// The shortest decimal: `24`, `19.5`, `8.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", rest / 10),
            (_, _) => write!(f, "{whole}.{rest:02}"),
        }
    }
}

impl TryFrom<String> for Vat {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<Vat> for String {
    fn from(vat: Vat) -> Self {
        vat.to_string()
    }
}

/// `12.5` with two decimals → 1250. No sign, no exponent, no leading zeros, no separators.
fn fixed_point(text: &str, whole_digits: usize, decimals: u8) -> Option<i64> {
    let decimals = usize::from(decimals);
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (text, ""),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let fits = (1..=whole_digits).contains(&whole.len())
        && fraction.len() <= decimals
        && digits(whole)
        && digits(fraction)
        && (whole == "0" || !whole.starts_with('0'));
    fits.then(|| format!("{whole}{fraction:0<decimals$}").parse().ok())
        .flatten()
}

fn decimal(f: &mut fmt::Formatter<'_>, minor: i64, decimals: u8) -> fmt::Result {
    match decimals {
        0 => write!(f, "{minor}"),
        digits => {
            let unit = 10_i64.pow(u32::from(digits));
            let width = usize::from(digits);
            write!(f, "{}.{:0width$}", minor / unit, minor % unit)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn eur(text: &str) -> Money {
        Money::parse(text, Currency::parse("EUR").unwrap()).unwrap()
    }

    #[test]
    fn prices_keep_the_decimals_of_their_currency() {
        assert_eq!(eur("1250.5").to_string(), "1250.50");
        for (code, text) in [
            ("JPY", "1250"),
            ("KWD", "0.125"),
            ("EUR", "999999999999.99"),
        ] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(Money::parse(text, currency).unwrap().to_string(), text);
        }
        for (code, bad) in [
            ("EUR", "-1"),
            ("EUR", "1.999"),
            ("EUR", "+1"),
            ("EUR", "1e3"),
            ("EUR", "1,5"),
            ("EUR", ""),
            ("EUR", "."),
            ("EUR", "1."),
            ("EUR", ".5"),
            ("EUR", "007"),
            ("EUR", "NaN"),
            ("EUR", "1000000000000"),
            ("EUR", " 1"),
            ("EUR", "١"),
            ("JPY", "1.5"),
        ] {
            let fault = Money::parse(bad, Currency::parse(code).unwrap()).unwrap_err();
            assert_eq!(fault.rule, Rule::InvalidPrice, "{bad}");
        }
    }

    #[test]
    fn only_currencies_that_can_be_paid_in() {
        for bad in ["eur", "EURO", "XXX", "XTS", "XAU", "ZZZ", "", "BOV"] {
            assert_eq!(
                Currency::parse(bad).unwrap_err().rule,
                Rule::UnknownCurrency,
                "{bad}"
            );
        }
    }

    #[test]
    fn vat_is_rounded_half_up() {
        for (net, rate, vat, gross) in [
            ("1250.00", "24", "300.00", "1550.00"),
            ("0.05", "10", "0.01", "0.06"),
            ("0.04", "10", "0.00", "0.04"),
            ("99.99", "19.5", "19.50", "119.49"),
            ("10.00", "0", "0.00", "10.00"),
            ("10.00", "100", "10.00", "20.00"),
        ] {
            let rate = Vat::parse(rate).unwrap();
            assert_eq!(eur(net).vat(rate).to_string(), vat);
            assert_eq!(eur(net).gross(rate).to_string(), gross);
        }
        for bad in ["100.01", "-1", "1.234", "twenty", "", "1000"] {
            assert_eq!(Vat::parse(bad).unwrap_err().rule, Rule::InvalidVat, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn amounts_read_back(minor in 0_i64..99_999_999_999_999) {
            let currency = Currency::parse("EUR").unwrap();
            let money = Money { minor, currency };
            prop_assert_eq!(Money::parse(&money.to_string(), currency).unwrap(), money);
        }

        #[test]
        fn rates_read_back(points in 0_u16..=10_000) {
            prop_assert_eq!(Vat::parse(&Vat(points).to_string()).unwrap(), Vat(points));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            if let Ok(money) = Money::parse(&text, Currency::parse("EUR").unwrap()) {
                prop_assert!(money.minor() >= 0);
            }
            if let Ok(rate) = Vat::parse(&text) {
                prop_assert!(rate.basis_points() <= FULL);
            }
        }
    }
}
