//! The agent's own contacts: who calls, where there is no CRM to ask.
//!
//! They come from files that people have: a table ([`read_csv`]) or an address book ([`read_vcard`]). Both are read within
//! bounds and give an error with a sentence, whatever is in them.

mod csv;
mod text;
mod vcard;

use rusqlite::{OptionalExtension, Row, Transaction};

pub use self::{csv::read_csv, vcard::read_vcard};
use crate::{Error, Journal, number::likeness};

/// Somebody whose number is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The name; may be empty where there is a company.
    pub name: String,
    /// Where they work.
    pub company: Option<String>,
    /// What else is to be known.
    pub note: Option<String>,
    /// Their numbers, as they were written.
    pub numbers: Vec<String>,
}

/// Why a file with contacts was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Larger than any address book.
    #[error("the file is larger than {} MB: split it", MAX_FILE >> 20)]
    TooLarge,
    /// Neither UTF-8 nor UTF-16.
    #[error("the file is in an encoding of another age: save it as UTF-8 (in Excel: “CSV UTF-8”)")]
    Encoding,
    /// A table whose columns say nothing.
    #[error("no column is called name or phone: give the first line names like “name,phone,company,note”")]
    Columns,
    /// Nobody with a number.
    #[error("there is nobody with a phone number in the file")]
    Empty,
}

impl ReadError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Encoding => "bad_encoding",
            Self::Columns => "no_columns",
            Self::Empty => "no_contacts",
        }
    }
}

/// Reads either, whichever it is.
///
/// # Errors
/// Why it is neither.
pub fn read(file: &[u8]) -> Result<Vec<Contact>, ReadError> {
    let text = text::decode(file)?;
    let start: String = text.trim_start().chars().take(BEGIN.len()).collect();
    if start.eq_ignore_ascii_case(BEGIN) { read_vcard(file) } else { read_csv(file) }
}

impl Journal {
    /// Takes contacts in; how many have a number and so can be found. A number that was somebody else's is theirs now, so a
    /// file that is imported again changes nothing but what has changed in it.
    ///
    /// # Errors
    /// What the disk says. None are taken in then.
    pub fn import_contacts(&mut self, contacts: Vec<Contact>) -> Result<usize, Error> {
        let transaction = self.transaction()?;
        let imported = take(&transaction, contacts, false)?;
        transaction.commit()?;
        Ok(imported)
    }

    /// The same for the files of the settings; what the agent took in stays. With `whole` these are all that stand in them, so
    /// whoever was read from them before and is not among these goes.
    ///
    /// # Errors
    /// What the disk says. Nothing has changed then.
    pub fn follow_files(&mut self, contacts: Vec<Contact>, whole: bool) -> Result<usize, Error> {
        let transaction = self.transaction()?;
        if whole {
            transaction.execute_batch(
                "DELETE FROM contact_numbers WHERE of_file = 1; DELETE FROM contacts WHERE of_file = 1;",
            )?;
        }
        let read = take(&transaction, contacts, true)?;
        transaction.commit()?;
        Ok(read)
    }

    /// Whose number it is, however it is written.
    ///
    /// # Errors
    /// What the disk says.
    pub fn find_contact(&self, number: &str) -> Result<Option<Contact>, Error> {
        let mut contact = self.connection.prepare_cached(
            "SELECT id, name, company, note FROM contacts
             WHERE id = (SELECT contact FROM contact_numbers WHERE likeness = ?1 ORDER BY of_file LIMIT 1)",
        )?;
        let read = |row: &Row<'_>| {
            let contact = Contact { name: row.get(1)?, company: row.get(2)?, note: row.get(3)?, numbers: Vec::new() };
            Ok((row.get::<_, i64>(0)?, contact))
        };
        let Some((id, mut contact)) = contact.query_row([likeness(number)], read).optional()? else { return Ok(None) };
        let mut numbers = self
            .connection
            .prepare_cached("SELECT number FROM contact_numbers WHERE contact = ?1 ORDER BY likeness")?;
        contact.numbers = numbers.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(Some(contact))
    }
}

fn take(transaction: &Transaction<'_>, contacts: Vec<Contact>, of_file: bool) -> rusqlite::Result<usize> {
    let mut taken = 0;
    let mut insert =
        transaction.prepare("INSERT INTO contacts (name, company, note, of_file) VALUES (?1, ?2, ?3, ?4)")?;
    let mut number = transaction.prepare(
        "INSERT INTO contact_numbers (likeness, number, contact, of_file) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (likeness, of_file) DO UPDATE SET number = excluded.number, contact = excluded.contact",
    )?;
    for Contact { name, company, note, numbers } in contacts {
        let numbers = numbers.iter().map(|number| (likeness(number), number));
        let mut numbers = numbers.filter(|(likeness, _)| !likeness.is_empty()).peekable();
        if numbers.peek().is_none() {
            continue;
        }
        let id = insert.insert((&name, &company, &note, of_file))?;
        for (likeness, text) in numbers {
            number.execute((likeness, text, id, of_file))?;
        }
        taken += 1;
    }
    transaction.execute("DELETE FROM contacts WHERE id NOT IN (SELECT contact FROM contact_numbers)", ())?;
    Ok(taken)
}

const BEGIN: &str = "BEGIN:VCARD";
/// An address book with photographs of everybody.
const MAX_FILE: usize = 32 << 20;
const MAX_CONTACTS: usize = 200_000;
const MAX_NUMBERS: usize = 16;
