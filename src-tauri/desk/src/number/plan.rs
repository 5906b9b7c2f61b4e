//! The world's numbers as an account sees them: libphonenumber's, and what it leaves open.

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};

/// A country, or none.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    home: Option<Region>,
}

/// What digits are in the world's plan.
pub(super) enum Reading {
    /// A whole number; `certain` if libphonenumber knows its range.
    Whole { number: PhoneNumber, certain: bool },
    /// One within a town of the account's country.
    Local,
    /// Nothing known.
    Unknown,
}

impl Plan {
    pub(super) fn of(country: &str) -> Self {
        Self { home: region(country) }
    }

    /// The country of a calling code: `+49` is in `DE`.
    pub(super) fn of_code(code: &str) -> Self {
        // libphonenumber tells the code from an area code only with a number behind it.
        let padded = format!("+{}000000", code.trim_start_matches('+'));
        let code = PHONE_NUMBER_UTIL.parse(&padded, None).ok().map(|number| number.country_code);
        Self { home: code.and_then(|code| PHONE_NUMBER_UTIL.get_region_for_country_code(code)) }
    }

    pub(super) fn country(self) -> Option<String> {
        self.home.map(|home| home.as_region_str().to_string())
    }

    /// Loads the metadata and compiles what the first number would wait for.
    pub(super) fn warm(self) {
        let example = self.home.and_then(|home| PHONE_NUMBER_UTIL.get_example_number(home).ok());
        if let Some(number) = example {
            let _ = self.nationally(&number);
            let _ = (shown(&number), is_premium(&number), region_of(&number));
        }
    }

    /// As a number that is known, then as one that the account's country may have by now, then as one abroad whose `+` was
    /// left out.
    pub(super) fn read(self, digits: &str) -> Reading {
        if let Some(number) = self.certain(digits) {
            return Reading::Whole { number, certain: true };
        }
        let home = self.home.filter(|_| !digits.starts_with('+'));
        let number = PHONE_NUMBER_UTIL.parse(digits, home).ok();
        let is_local = home.is_some() && number.as_ref().is_some_and(|number| self.is_at_home(number));
        let length = number.as_ref().map(|number| PHONE_NUMBER_UTIL.is_possible_number_with_reason(number));
        match (number, length) {
            (Some(number), Some(Ok(NumberLengthType::IsPossible)))
                if is_sound(&number) && !self.may_be_local(digits) =>
            {
                Reading::Whole { number, certain: false }
            }
            (_, length) => match self.guess(digits) {
                Some(number) => Reading::Whole { number, certain: true },
                None if is_local && length.is_some_and(|length| length.is_ok()) => Reading::Local,
                None => Reading::Unknown,
            },
        }
    }

    /// One that libphonenumber knows.
    pub(super) fn certain(self, digits: &str) -> Option<PhoneNumber> {
        if digits.starts_with('+') {
            return valid(digits, None);
        }
        let home = self.home.filter(|_| !self.may_be_local(digits));
        let behind = |prefix| digits.strip_prefix(prefix).and_then(abroad);
        home.and_then(|home| valid(digits, Some(home))).or_else(|| behind("00")).or_else(|| match self.home {
            Some(_) => None,
            None => behind("810").or_else(|| behind("011")),
        })
    }

    /// One whose `+` was left out; where no country is set, it may as well be one at home.
    pub(super) fn guess(self, digits: &str) -> Option<PhoneNumber> {
        self.home.filter(|_| !digits.starts_with('+')).and_then(|_| abroad(digits))
    }

    /// `1-800-FLOWERS` as digits, in North America.
    pub(super) fn vanity(self, text: &str) -> Option<String> {
        let letters =
            text.chars().rev().take_while(|c| c.is_ascii_alphabetic() || *c == '-').filter(|c| *c != '-').count();
        let number = PHONE_NUMBER_UTIL.parse(text, self.home).ok()?;
        let fits = letters >= MIN_VANITY && number.country_code == NORTH_AMERICA;
        let digits = PHONE_NUMBER_UTIL.convert_alpha_characters_in_number(text);
        (fits && PHONE_NUMBER_UTIL.is_valid_number(&number))
            .then(|| digits.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect())
    }

    /// As dialled in the account's country: `84952294989`, `00442079460018`; `None` if that would read as another number,
    /// for libphonenumber puts a zero only before what it knows.
    pub(super) fn nationally(self, number: &PhoneNumber) -> Option<String> {
        let digits = dialled(&PHONE_NUMBER_UTIL.format_out_of_country_calling_number(number, self.home?));
        let again = self.read(&digits);
        matches!(again, Reading::Whole { number: again, .. } if globally(&again) == globally(number)).then_some(digits)
    }

    /// In the account's country, as far as anybody knows.
    pub(super) fn is_national(self, number: &PhoneNumber) -> bool {
        self.home.is_some() && region_of(number).map_or(self.is_at_home(number), |region| Some(region) == self.home)
    }

    /// Whether a page or link that dials it may be after money: see [`super::Rules::read`].
    pub(super) fn is_far(self, number: &PhoneNumber, certain: bool) -> bool {
        let code = number.country_code;
        match self.home {
            _ if code == FREEPHONE => false,
            Some(home) if code != NORTH_AMERICA => Some(code) != PHONE_NUMBER_UTIL.get_country_code_for_region(home),
            Some(home) => {
                let region = region_of(number);
                let is_near = |region| [Region::US, Region::CA].contains(&region);
                region != Some(home) && !(is_near(home) && region.is_some_and(is_near))
            }
            None if code == NORTH_AMERICA => ![Some(Region::US), Some(Region::CA)].contains(&region_of(number)),
            None => OFTEN_ABUSED.contains(&code) || (!certain && globally(number).len() > MAX_UNKNOWN),
        }
    }

    /// The same of digits that are no number we know: abroad by what they begin with, or too long for one at home.
    pub(super) fn may_be_far(self, digits: &str) -> bool {
        if let Some(abroad) = digits.strip_prefix('+') {
            let code = self.home.and_then(|home| PHONE_NUMBER_UTIL.get_country_code_for_region(home));
            return match code {
                Some(code) => !abroad.starts_with(&code.to_string()),
                None => {
                    abroad.len() > MAX_UNKNOWN || OFTEN_ABUSED.iter().any(|code| abroad.starts_with(&code.to_string()))
                }
            };
        }
        let elsewhere = self.home.and_then(|home| PHONE_NUMBER_UTIL.parse(digits, Some(home)).ok());
        digits.len() > MAX_UNKNOWN
            || (digits.len() >= MIN_ABROAD && digits.starts_with("00"))
            || elsewhere.is_some_and(|number| !self.is_at_home(&number))
    }

    /// What libphonenumber takes for nothing, yet costs: directory enquiries of Europe, and where no country is set, what
    /// costs in many.
    pub(super) fn may_cost(self, digits: &str) -> bool {
        let Some(home) = self.home else {
            return digits.len() >= MIN_WHOLE && PREMIUM_SOMEWHERE.iter().any(|prefix| digits.starts_with(prefix));
        };
        let code = PHONE_NUMBER_UTIL.get_country_code_for_region(home).unwrap_or_default().to_string();
        let is_european = code.starts_with(['3', '4']);
        is_european && (5..=6).contains(&digits.len()) && digits.starts_with("118")
    }

    /// Germany and Austria have numbers of any length: without the zero it is one in the same town.
    fn may_be_local(self, digits: &str) -> bool {
        matches!(self.home, Some(Region::DE | Region::AT)) && !digits.starts_with(['0', '+'])
    }

    fn is_at_home(self, number: &PhoneNumber) -> bool {
        let code = self.home.and_then(|home| PHONE_NUMBER_UTIL.get_country_code_for_region(home));
        Some(number.country_code) == code
    }
}

/// The region of an ISO 3166 code that has telephones.
pub(super) fn region(country: &str) -> Option<Region> {
    let region = Region::from_code(&country.to_ascii_uppercase()).ok()?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| region)
}

/// `RU`; none for the satellites and other numbers of no country.
pub(super) fn country_of(number: &PhoneNumber) -> Option<String> {
    let main = || PHONE_NUMBER_UTIL.get_region_for_country_code(number.country_code);
    let region = region_of(number).or_else(main).filter(|region| *region != Region::World);
    region.map(|region| region.as_region_str().to_string())
}

/// `+74952294989`.
pub(super) fn globally(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

/// `+7 495 229-49-89`.
pub(super) fn shown(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::International).into_owned()
}

/// It costs more than a call, there where it is.
pub(super) fn is_premium(number: &PhoneNumber) -> bool {
    matches!(PHONE_NUMBER_UTIL.get_number_type(number), PhoneNumberType::PremiumRate | PhoneNumberType::SharedCost)
}

/// What is dialled for it reads as itself again; too many zeros do not.
fn is_sound(number: &PhoneNumber) -> bool {
    let text = globally(number);
    PHONE_NUMBER_UTIL.parse(&text, None).is_ok_and(|again| globally(&again) == text)
}

fn valid(text: &str, home: Option<Region>) -> Option<PhoneNumber> {
    let number = PHONE_NUMBER_UTIL.parse(text, home).ok()?;
    PHONE_NUMBER_UTIL.is_valid_number(&number).then_some(number)
}

fn abroad(digits: &str) -> Option<PhoneNumber> {
    if digits.len() >= MIN_ABROAD { valid(&format!("+{digits}"), None) } else { None }
}

fn region_of(number: &PhoneNumber) -> Option<Region> {
    PHONE_NUMBER_UTIL.get_region_for_number(number)
}

fn dialled(formatted: &str) -> String {
    formatted.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

const NORTH_AMERICA: i32 = 1;
/// Universal freephone: +800 costs nobody anything.
const FREEPHONE: i32 = 800;
/// Satellites, networks of no country, international premium rate; and countries that hardly anybody calls by a link, but
/// whose ranges fraud has been paid by for years. Only where no country is set; else every other country is far.
const OFTEN_ABUSED: [i32; 31] = [
    870, 878, 881, 882, 883, 888, 979, 53, 220, 224, 232, 239, 240, 247, 252, 257, 269, 290, 500, 670, 672, 674, 675,
    676, 677, 678, 681, 682, 685, 688, 960,
];
const PREMIUM_SOMEWHERE: [&str; 6] = ["0900", "1900", "0909", "0190", "8809", "8803"];

const MIN_ABROAD: usize = 9;
const MIN_WHOLE: usize = 9;
const MIN_VANITY: usize = 3;
/// No country has longer numbers at home, a trunk digit included.
const MAX_UNKNOWN: usize = 12;
