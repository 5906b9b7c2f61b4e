//! Contacts from an address book: vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350), one card after the other.
//!
//! Small enough to be read here: of a card only FN, N, ORG, TEL and NOTE are wanted, photographs are stepped over, and a card
//! that is cut off costs nobody else theirs.

use super::{
    Contact, MAX_NUMBERS, ReadError,
    text::{decode, keep, line, lines, number, some},
};

/// Reads the cards of a file.
///
/// # Errors
/// Why there is nothing to be had from it.
pub fn read_vcard(file: &[u8]) -> Result<Vec<Contact>, ReadError> {
    let text = decode(file)?;
    let mut contacts = Vec::new();
    let mut card = None;
    for line in unfolded(&text) {
        let Some(property) = Property::read(&line) else { continue };
        match (property.name.as_str(), &mut card) {
            ("BEGIN", _) => card = Some(Card::default()),
            ("END", _) => card.take().into_iter().for_each(|card| keep(&mut contacts, card.contact())),
            (_, Some(card)) => card.take(&property),
            _ => {}
        }
    }
    some(contacts)
}

#[derive(Default)]
struct Card {
    contact: Contact,
    /// From N, for cards without FN.
    parts: String,
}

impl Card {
    fn take(&mut self, property: &Property<'_>) {
        let contact = &mut self.contact;
        match property.name.as_str() {
            "FN" if contact.name.is_empty() => contact.name = line(&unescape(&property.text())),
            "N" if self.parts.is_empty() => self.parts = given_and_family(&property.text()),
            "ORG" if contact.company.is_none() => {
                let company = line(components(&property.text()).first().map_or("", String::as_str));
                contact.company = Some(company).filter(|company| !company.is_empty());
            }
            "NOTE" if contact.note.is_none() => {
                contact.note = Some(lines(&unescape(&property.text()))).filter(|note| !note.is_empty());
            }
            "TEL" if !property.is_fax() && contact.numbers.len() < MAX_NUMBERS => {
                contact.numbers.extend(telephone(&property.text()))
            }
            _ => {}
        }
    }

    fn contact(self) -> Contact {
        let name = if self.contact.name.is_empty() { self.parts } else { self.contact.name };
        Contact { name, ..self.contact }
    }
}

/// `item1.TEL;TYPE=cell:+49 30 1234567`: a group, a name, parameters, a value.
struct Property<'a> {
    name: String,
    parameters: String,
    value: &'a str,
}

impl<'a> Property<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (head, value) = split_outside_quotes(line)?;
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        let name = name.rsplit('.').next().unwrap_or(name).trim();
        Some(Self { name: name.to_ascii_uppercase(), parameters: parameters.to_ascii_uppercase(), value })
    }

    fn text(&self) -> String {
        if self.parameters.contains(QUOTED_PRINTABLE) { quoted_printable(self.value) } else { self.value.to_owned() }
    }

    fn is_fax(&self) -> bool {
        self.parameters.split([';', ',', '=', '"']).any(|parameter| parameter == "FAX")
    }
}

/// Splits at the first colon that is not within the quotes of a parameter.
fn split_outside_quotes(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = line.find(|c| {
        quoted ^= c == '"';
        c == ':' && !quoted
    })?;
    Some((&line[..colon], &line[colon + 1..]))
}

/// Lines as they were before they were folded: one that begins with a space goes on with the one before, and so does one
/// after the `=` at the end of quoted-printable. Bounded, as a photograph is one line.
fn unfolded(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).peekable();
    std::iter::from_fn(move || {
        let line = rest.next()?;
        let printable = is_quoted_printable(line);
        let mut whole = String::new();
        if is_wanted(line) {
            push(&mut whole, line);
        }
        let mut soft = printable && line.ends_with('=');
        while let Some(more) = rest.next_if(|line| soft || line.starts_with([' ', '\t'])) {
            if soft && whole.ends_with('=') {
                whole.pop();
            }
            let more = if soft { more } else { &more[1..] };
            if !whole.is_empty() {
                push(&mut whole, more);
            }
            soft = printable && more.ends_with('=');
        }
        Some(whole)
    })
}

fn push(line: &mut String, more: &str) {
    line.extend(more.chars().take(MAX_VALUE.saturating_sub(line.len())));
}

/// Spares photographs the memory.
fn is_wanted(line: &str) -> bool {
    let name = line.split([':', ';']).next().unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or(name).trim();
    ["BEGIN", "END", "FN", "N", "ORG", "TEL", "NOTE"].iter().any(|wanted| name.eq_ignore_ascii_case(wanted))
}

fn is_quoted_printable(line: &str) -> bool {
    split_outside_quotes(line).is_some_and(|(head, _)| head.to_ascii_uppercase().contains(QUOTED_PRINTABLE))
}

fn quoted_printable(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [byte, tail @ ..] = rest {
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if let [b'=', high, low, tail @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            bytes.push(high << 4 | low);
            rest = tail;
        } else {
            bytes.push(*byte);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `tel:+49-30-1234567;ext=12` as vCard 4 has it, or as people write it.
fn telephone(value: &str) -> Option<String> {
    let value = unescape(value);
    let start = value.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    let value = if start { value[4..].split(';').next().unwrap_or_default() } else { &value };
    number(value)
}

/// `Family;Given;Additional;Prefix;Suffix` as people say it.
fn given_and_family(value: &str) -> String {
    let components = components(value);
    let part = |n: usize| components.get(n).map(|part| line(part)).filter(|part| !part.is_empty());
    [part(1), part(2), part(0)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn components(value: &str) -> Vec<String> {
    let mut components = vec![String::new()];
    let mut escaped = false;
    for c in value.chars() {
        if c == ';' && !escaped {
            components.push(String::new());
        } else if let Some(last) = components.last_mut() {
            last.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    components.iter().map(|component| unescape(component)).collect()
}

fn unescape(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match if c == '\\' { chars.next() } else { None } {
            Some('n' | 'N') => plain.push('\n'),
            Some(escaped) => plain.push(escaped),
            None => plain.push(c),
        }
    }
    plain
}

const QUOTED_PRINTABLE: &str = "QUOTED-PRINTABLE";
/// Longer than any name or note that is kept, also where each letter takes six bytes of quoted-printable.
const MAX_VALUE: usize = 16_000;
