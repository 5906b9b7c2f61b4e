//! Contacts from the files that people have.

use super::*;
use crate::{Contact, ReadError, read_contacts, read_csv, read_vcard};

fn contact(name: &str, company: &str, numbers: &[&str]) -> Contact {
    Contact {
        name: name.into(),
        company: Some(company.to_owned()).filter(|company| !company.is_empty()),
        note: None,
        numbers: numbers.iter().map(|number| (*number).to_owned()).collect(),
    }
}

#[test]
fn tables_in_three_languages_are_read() {
    let anna = contact("Anna", "Acme", &["+7 495 765-43-21"]);
    let with_note = Contact { note: Some("VIP".into()), ..anna.clone() };
    for (table, expected) in [
        ("name,number,company\nAnna,+7 495 765-43-21,Acme\n", &anna),
        ("Phone;Name;Company name;Notes\r\n+7 495 765-43-21;Anna;Acme;VIP\r\n", &with_note),
        ("\u{feff}ФИО\tТелефон\tКомпания\tКомментарий\nAnna\t+7 495 765-43-21\tAcme\tVIP\n", &with_note),
        ("نام;شماره تلفن;شرکت;یادداشت\nAnna;+7 495 765-43-21;Acme;VIP\n", &with_note),
        ("Organization,Full Name,Mobile Phone,Fax\nAcme,Anna,+7 495 765-43-21,12345\n", &anna),
    ] {
        assert_eq!(read_csv(table.as_bytes()).as_deref(), Ok(std::slice::from_ref(expected)), "{table}");
        let utf16: Vec<u8> = [0xfeff]
            .into_iter()
            .chain(table.trim_start_matches('\u{feff}').encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(read_contacts(&utf16).as_deref(), Ok(std::slice::from_ref(expected)), "UTF-16: {table}");
    }
}

#[test]
fn names_in_two_columns_and_several_numbers_come_together() {
    let google = "First Name,Last Name,Phonetic First Name,Phone 1 - Type,Phone 1 - Value,Phone 2 - Value\n\
                  Anna,Ivanova,x,Work,101 ::: +74957654321,\"(495) 111-22-33\"\n\
                  Nobody,Known,,,,\n";
    let anna = contact("Anna Ivanova", "", &["101", "+74957654321", "(495) 111-22-33"]);
    assert_eq!(read_csv(google.as_bytes()), Ok(vec![anna]));
    let russian = "Имя;Фамилия;Мобильный\nАнна;Иванова;84957654321\n";
    assert_eq!(read_csv(russian.as_bytes()), Ok(vec![contact("Анна Иванова", "", &["84957654321"])]));
    let persian = "نام,نام خانوادگی,موبایل\nعلی,رضایی,۰۹۱۲۷۶۵۴۳۲۱\n";
    assert_eq!(read_csv(persian.as_bytes()), Ok(vec![contact("علی رضایی", "", &["۰۹۱۲۷۶۵۴۳۲۱"])]));
}

#[test]
fn address_books_of_all_versions_are_read() {
    let cards = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\n  Iva\r\n nova\r\nORG:Acme\\, Inc;Sales\r\nTEL;TYPE=cell:+7 495 765-43-21\r\n\
                 TEL;TYPE=\"work,fax\":+74951112233\r\nNOTE:one\\ntwo\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\nEND:VCARD\r\n\
                 BEGIN:VCARD\nVERSION:4.0\nN:Müller;Jörg;;Dr.;\nitem1.TEL;VALUE=uri;TYPE=\"voice:x\":tel:+49-30-7654321;ext=12\nEND:VCARD\n\
                 BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2=D0=B0;=\n=D0=90=D0=BD=D0=BD=D0=B0\nTEL;WORK;FAX:1234567\nTEL;CELL:89121112233\nEND:VCARD\n\
                 BEGIN:VCARD\nFN:Without number\nEND:VCARD\nBEGIN:VCARD\nFN:Cut off\nTEL:1234567";
    let anna = Contact { note: Some("one\ntwo".into()), ..contact("Anna Ivanova", "Acme, Inc", &["+7 495 765-43-21"]) };
    let joerg = contact("Jörg Müller", "", &["+49-30-7654321"]);
    let last = contact("Анна Иванова", "", &["89121112233"]);
    assert_eq!(read_vcard(cards.as_bytes()), Ok(vec![anna.clone(), joerg.clone(), last.clone()]));
    assert_eq!(read_contacts(cards.as_bytes()), Ok(vec![anna, joerg, last]));
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    assert_eq!(read_contacts(b"\xcf\xf0\xe8\xe2\xe5\xf2"), Err(ReadError::Encoding));
    assert_eq!(read_contacts(b"Anna,+74957654321\n"), Err(ReadError::Columns));
    assert_eq!(read_contacts(b"name,phone\nAnna,none\n"), Err(ReadError::Empty));
    assert_eq!(read_contacts(b""), Err(ReadError::Empty));
    assert_eq!(read_vcard(b"BEGIN:VCARD\nEND:VCARD"), Err(ReadError::Empty));
    assert!(ReadError::Columns.to_string().contains("name,phone"));
}

#[test]
fn names_from_strangers_are_plain_and_of_bounded_length() {
    let evil = format!("name,phone\n\"\u{202e}<b>A\u{7}\n{}\",1234567\n", "x".repeat(10_000));
    let contacts = read_csv(evil.as_bytes()).expect("contacts");
    assert!(contacts[0].name.starts_with("<b>A") && contacts[0].name.len() <= 200, "{:?}", contacts[0].name);
    assert!(!contacts[0].name.chars().any(|c| c.is_control() || c == '\u{202e}'));
}

#[test]
fn a_caller_is_found_however_the_number_is_written() {
    let mut kit = Kit::new();
    let anna = contact("Anna", "Acme", &["+7 495 765-43-21", "101"]);
    let imported = kit.journal.import_contacts(vec![anna.clone(), contact("Nobody", "", &[])]).expect("imported");
    assert_eq!(imported, 1);
    for number in ["84957654321", "+74957654321", "101"] {
        let mut found = kit.journal.find_contact(number).expect("an answer").expect("a contact");
        found.numbers.sort();
        assert_eq!(found, anna, "{number}");
    }
    for number in ["", "1", "4957654322", "7654321"] {
        assert_eq!(kit.journal.find_contact(number).expect("an answer"), None, "{number}");
    }
}

#[test]
fn importing_again_changes_only_what_has_changed() {
    let mut kit = Kit::new();
    let (anna, otto) = (contact("Anna", "", &["1234567"]), contact("Otto", "", &["7654321"]));
    kit.journal.import_contacts(vec![anna.clone(), otto.clone()]).expect("imported");
    kit.journal.import_contacts(vec![anna, otto.clone()]).expect("imported");
    assert_eq!(count(&kit), 2);
    let married = contact("Anna Schmidt", "", &["1234567"]);
    kit.journal.import_contacts(vec![married.clone()]).expect("imported");
    assert_eq!(kit.journal.find_contact("1234567").expect("an answer"), Some(married));
    assert_eq!(kit.journal.find_contact("7654321").expect("an answer"), Some(otto));
    assert_eq!(count(&kit), 2);
}

#[test]
fn what_the_agent_took_in_outlives_the_files_of_the_settings() {
    let mut kit = Kit::new();
    let own = contact("Anna, my neighbour", "", &["1234567"]);
    let (anna, otto) = (contact("Anna", "", &["1234567"]), contact("Otto", "", &["7654321"]));
    kit.journal.import_contacts(vec![own.clone()]).expect("imported");
    kit.journal.follow_files(vec![anna, otto.clone()], true).expect("read");
    assert_eq!(kit.journal.find_contact("7654321").expect("an answer"), Some(otto.clone()));
    kit.journal.follow_files(vec![], false).expect("one of them cannot be read");
    assert_eq!(kit.journal.find_contact("7654321").expect("an answer"), Some(otto), "nobody goes for that");
    kit.journal.follow_files(vec![], true).expect("read");
    assert_eq!(kit.journal.find_contact("7654321").expect("an answer"), None, "he stands in no file any more");
    assert_eq!(kit.journal.find_contact("1234567").expect("an answer"), Some(own), "she was in no file");
    assert_eq!(count(&kit), 1);
}

fn count(kit: &Kit) -> i64 {
    kit.journal.connection.query_row("SELECT count(*) FROM contacts", (), |row| row.get(0)).expect("a count")
}
