//! Any bytes as a file with contacts: everybody in it has a name and a number, of one line and of bounded length.
#![no_main]

use journal::{Contact, ReadError, read_contacts, read_csv, read_vcard};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let [table, cards] = [read_csv(file), read_vcard(file)];
    let either = read_contacts(file);
    assert!(either == table || either == cards);
    for read in [table, cards] {
        look(read);
    }
});

fn look(read: Result<Vec<Contact>, ReadError>) {
    let contacts = match read {
        Ok(contacts) => contacts,
        Err(error) => return assert!(error.to_string().lines().count() == 1),
    };
    assert!(!contacts.is_empty());
    for Contact { name, company, note, numbers } in contacts {
        assert!((1..=16).contains(&numbers.len()));
        assert!(!name.is_empty() || company.is_some());
        for line in numbers.iter().chain(company.iter()).chain([&name]) {
            assert!(line.chars().count() <= 800 && !line.chars().any(char::is_control), "{line:?}");
        }
        assert!(note.is_none_or(|note| note.chars().count() <= 2_000));
        let digits = |number: &str| number.chars().filter(char::is_ascii_digit).count();
        assert!(numbers.iter().all(|number| digits(number) <= 24), "{numbers:?}");
    }
}
