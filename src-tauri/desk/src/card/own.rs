//! Which numbers belong to this PBX, and which to this desk.

use std::sync::Arc;

use crate::number::{Extensions, Rules};

/// Which numbers are inside, whose calls are this desk's affair, and how numbers are written: to be asked without asking the
/// desk. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbering {
    pub(super) own: Arc<Own>,
    pub(super) rules: Arc<Rules>,
}

impl Numbering {
    /// Whether the calls of an extension are this desk's affair.
    pub fn concerns(&self, extension: &str) -> bool {
        self.own.concerns(extension)
    }

    pub(crate) fn own(&self) -> &Own {
        &self.own
    }

    /// A number as people write it.
    pub fn shown(&self, number: &str) -> String {
        self.rules.known(number).map_or_else(|| number.to_owned(), |(shown, _)| shown)
    }
}

/// The numbers inside the PBX, and those of this desk.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    inside: Vec<Extensions>,
    /// By which names the PBX may know each account.
    mine: Vec<Vec<String>>,
    everybody: bool,
}

impl Own {
    /// `patterns` as in `100-199` and `7xx`; what cannot be read was refused with the settings.
    pub(crate) fn new<'a>(patterns: impl Iterator<Item = &'a String>, mine: Vec<Vec<String>>, everybody: bool) -> Self {
        Self { inside: patterns.filter_map(|pattern| Extensions::read(pattern)).collect(), mine, everybody }
    }

    /// Whether a number is an extension of this PBX. Where nobody says which there are, two to five digits are one.
    pub(crate) fn is_extension(&self, number: &str) -> bool {
        let bare = bare(number);
        let looks_like_one = || (2..=5).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_digit());
        self.is_listed(number) || (self.inside.is_empty() && looks_like_one())
    }

    /// Whether somebody said that it is one.
    pub(crate) fn is_listed(&self, number: &str) -> bool {
        self.is_mine(number) || self.inside.iter().any(|extensions| extensions.contain(bare(number)))
    }

    /// Whether the calls of an extension are this desk's affair. An IVR or a queue is nobody, where it is said who is somebody.
    pub(crate) fn concerns(&self, extension: &str) -> bool {
        let is_somebody = || self.inside.is_empty() || self.is_listed(extension);
        self.is_mine(extension) || (self.everybody && is_somebody())
    }

    /// Whether an account of this desk goes by that name.
    pub(crate) fn is_mine(&self, extension: &str) -> bool {
        self.mine.iter().flatten().any(|mine| is_one_name(mine, extension))
    }

    /// Whether both are names of one account of this desk.
    pub(crate) fn is_one_account(&self, one: &str, other: &str) -> bool {
        let has = |names: &[String], name: &str| names.iter().any(|mine| is_one_name(mine, name));
        self.mine.iter().any(|names| has(names, one) && has(names, other))
    }
}

/// Without a client prefix (`3515*101`) and without a domain.
fn bare(extension: &str) -> &str {
    client_and_extension(extension).1
}

fn client_and_extension(name: &str) -> (Option<&str>, &str) {
    let user = name.split('@').next().unwrap_or_default();
    user.rsplit_once('*').map_or((None, user), |(client, extension)| (Some(client), extension))
}

/// Some say the client and some do not; another client may have an extension of the same number.
fn is_one_name(one: &str, other: &str) -> bool {
    let ((one_client, one), (other_client, other)) = (client_and_extension(one), client_and_extension(other));
    let is_one_client = one_client.is_none() || other_client.is_none() || one_client == other_client;
    one == other && !one.is_empty() && is_one_client
}

/// Whether two numbers are the same, however the PBX spells their beginning: `+7495…`, `8495…`, `98495…`. Short ones and names
/// must be equal.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let (one_digits, other_digits) = (digits(one), digits(other));
    let shared = one_digits.len().min(other_digits.len()).min(COMPARED);
    if shared < MIN_COMPARED {
        return bare(one) == bare(other);
    }
    one_digits.iter().rev().zip(other_digits.iter().rev()).take(shared).all(|(one, other)| one == other)
}

/// What all spellings of a number have in common: those that differ here are not the same.
pub(crate) fn in_common(number: &str) -> String {
    let digits = digits(number);
    match digits.len().checked_sub(MIN_COMPARED) {
        Some(skipped) => digits.iter().skip(skipped).map(|digit| char::from(*digit)).collect(),
        None => bare(number).to_owned(),
    }
}

/// Whether it is no number, but the word that stands in its place.
pub(crate) fn is_withheld(number: &str) -> bool {
    let word = number.trim_matches(['<', '>']);
    word.is_empty() || WITHHELD.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn digits(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_digit).collect()
}

const WITHHELD: [&str; 5] = ["anonymous", "unknown", "private", "restricted", "unavailable"];
/// From the end; what stands before differs with who writes it.
const COMPARED: usize = 10;
/// Shorter numbers are extensions or service codes.
const MIN_COMPARED: usize = 7;
