//! Contacts from a table: Excel's, Google's, Outlook's, a CRM's. What a column is, its name in the first line tells, in English,
//! Russian or Persian; commas, semicolons and tabs are told apart by that line.

use super::{
    Contact, MAX_NUMBERS, ReadError,
    text::{decode, keep, line, lines, number, some},
};

/// Reads a table with a first line of names.
///
/// # Errors
/// Why there is nothing to be had from it.
pub fn read_csv(file: &[u8]) -> Result<Vec<Contact>, ReadError> {
    let text = decode(file)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    // Text that was valid before the quotes went is valid after, so nothing is left to fail.
    let mut records = reader.records().map_while(Result::ok);
    let header = records.next().ok_or(ReadError::Empty)?;
    let columns: Vec<Option<Column>> = header.iter().take(MAX_COLUMNS).map(Column::of).collect();
    if !columns.contains(&Some(Column::Number)) {
        return Err(ReadError::Columns);
    }
    let mut contacts = Vec::new();
    for record in records {
        keep(&mut contacts, contact(&columns, &record));
    }
    some(contacts)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    /// The name of the family, where it has a column of its own.
    Family,
    Company,
    Number,
    Note,
}

impl Column {
    fn of(name: &str) -> Option<Self> {
        let words = crate::spelling::words(name);
        let has = |all: &[&str]| words.iter().any(|word| all.iter().any(|one| word.starts_with(one)));
        if has(&NOT_WANTED) {
            return None;
        }
        let known = [
            (Self::Company, &COMPANY[..]),
            (Self::Note, &NOTE),
            (Self::Number, &NUMBER),
            (Self::Family, &FAMILY),
            (Self::Name, &NAME),
        ];
        known.into_iter().find(|(_, words)| has(words)).map(|(column, _)| column)
    }
}

fn contact(columns: &[Option<Column>], record: &csv::StringRecord) -> Contact {
    let cells =
        |wanted| columns.iter().zip(record).filter(move |(column, _)| **column == Some(wanted)).map(|(_, cell)| cell);
    let first = |wanted| cells(wanted).map(line).find(|cell| !cell.is_empty());
    let names = [first(Column::Name), first(Column::Family)];
    Contact {
        name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
        company: first(Column::Company),
        note: cells(Column::Note).map(lines).find(|cell| !cell.is_empty()),
        // Google puts several into one cell.
        numbers: cells(Column::Number)
            .flat_map(|cell| cell.split([';', '\n']).flat_map(|cell| cell.split(":::")))
            .filter_map(number)
            .take(MAX_NUMBERS)
            .collect(),
    }
}

fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',')
}

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
const MAX_COLUMNS: usize = 256;

// Beginnings of words, as spelling.rs folds them.
const NAME: [&str; 7] = ["name", "fullname", "first", "фио", "имя", "контакт", "نام"];
const FAMILY: [&str; 6] = ["last", "family", "surname", "фамилия", "خانوادگی", "فامیل"];
const COMPANY: [&str; 7] = ["company", "organi", "employer", "компани", "организаци", "شرکت", "سازمان"];
const NUMBER: [&str; 14] = [
    "phone",
    "number",
    "tel",
    "mobile",
    "cell",
    "msisdn",
    "телефон",
    "номер",
    "мобильн",
    "сотов",
    "تلفن",
    "شماره",
    "موبایل",
    "همراه",
];
const NOTE: [&str; 8] = ["note", "comment", "description", "заметк", "примечани", "комментари", "یادداشت", "توضیح"];
/// `Phone 1 - Type`, `Home Fax`, `Phonetic First Name`.
const NOT_WANTED: [&str; 9] = ["type", "label", "fax", "факс", "phonetic", "yomi", "тип", "نوع", "نمابر"];
