//! JSON, and what passes for it: some senders print from a scripting language.
//!
//! Read beyond JSON are Python literals (`'…'`, `u'…'`, `None`, `True`, tuples, a comma before the end) and bare numbers that
//! begin with a zero or a plus: they are telephone numbers. Every scalar stays the text that was sent, for a number that
//! becomes a float is no longer anybody's number.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

/// A value as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// `null`, `None`.
    Null,
    /// A string without its quotes, a number or a truth value by its letters.
    Text(Cow<'a, str>),
    /// A list, with the text that it stands in.
    List { raw: &'a str, items: Vec<Value<'a>> },
    /// An object, in order, with what stands twice in it.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document<'a> {
    pub(crate) value: Value<'a>,
    /// A strict reader would take it as well.
    pub(crate) is_json: bool,
}

/// Where it stops to make sense, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}, at byte {at}")]
pub(crate) struct Broken {
    at: usize,
    why: &'static str,
}

/// Reads one value that fills the whole text, in time and memory that grow with its length alone.
pub(crate) fn read(text: &str) -> Result<Document<'_>, Broken> {
    let mut reader = Reader { text, at: 0, is_json: true };
    let value = reader.value(MAX_DEPTH)?;
    match reader.peek() {
        None => Ok(Document { value, is_json: reader.is_json }),
        Some(_) => Err(reader.broken("something stands behind the value")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    is_json: bool,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Value<'a>, Broken> {
        let Some(depth) = depth.checked_sub(1) else { return Err(self.broken("it is nested too deep")) };
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(b']', depth),
            Some(b'(') => self.list(b')', depth),
            Some(b'"' | b'\'') => self.string().map(Value::Text),
            Some(_) => self.word(),
            None => Err(self.broken("a value is missing")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, Broken> {
        let mut members = Vec::new();
        self.at += 1;
        while !self.skips(b'}') {
            self.is_json &= self.peek() == Some(b'"');
            let name = match self.value(1)? {
                Value::Text(name) => name,
                _ => return Err(self.broken("a name is missing")),
            };
            if !self.skips(b':') {
                return Err(self.broken("a colon is missing"));
            }
            members.push((name, self.value(depth)?));
            self.separator(b'}')?;
        }
        Ok(Value::Object(members))
    }

    fn list(&mut self, end: u8, depth: usize) -> Result<Value<'a>, Broken> {
        let (start, mut items) = (self.at, Vec::new());
        self.is_json &= end == b']';
        self.at += 1;
        while !self.skips(end) {
            items.push(self.value(depth)?);
            self.separator(end)?;
        }
        Ok(Value::List { raw: self.since(start), items })
    }

    /// A comma, unless the end follows.
    fn separator(&mut self, end: u8) -> Result<(), Broken> {
        if self.skips(b',') {
            self.is_json &= self.peek() != Some(end);
        } else if self.peek() != Some(end) {
            return Err(self.broken("a comma or the end is missing"));
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Broken> {
        let Some(quote) = self.bytes().first().copied() else { return Err(self.broken("a string is missing")) };
        self.is_json &= quote == b'"';
        self.at += 1;
        let mut text = Cow::Borrowed("");
        loop {
            let rest = self.bytes();
            let Some(plain) = rest.iter().position(|&byte| byte == quote || byte == b'\\') else {
                return Err(self.broken("a string has no end"));
            };
            self.is_json &= !rest.iter().take(plain).any(|byte| *byte < 0x20);
            let start = self.at;
            self.at += plain;
            add(&mut text, self.since(start));
            if self.bytes().first() == Some(&quote) {
                self.at += 1;
                return Ok(text);
            }
            self.at += 1;
            if let Some(c) = self.escape()? {
                text.to_mut().push(c);
            }
        }
    }

    /// What follows a backslash. A broken half of a character becomes the mark for one.
    fn escape(&mut self) -> Result<Option<char>, Broken> {
        let Some(c) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            return Err(self.broken("a string has no end"));
        };
        self.at += c.len_utf8();
        self.is_json &= "\"\\/bfnrtu".contains(c);
        Ok(match c {
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '\n' => None,
            'x' => Some(character(self.hex(2)?)),
            'U' => Some(character(self.hex(8)?)),
            'u' => Some(self.utf16()?),
            other => Some(other),
        })
    }

    fn utf16(&mut self) -> Result<char, Broken> {
        let first = self.hex(4)?;
        let is_high = (0xd800..0xdc00).contains(&first);
        if !is_high || !self.bytes().starts_with(b"\\u") {
            return Ok(character(first));
        }
        let after = self.at;
        self.at += 2;
        let second = self.hex(4)?;
        if (0xdc00..0xe000).contains(&second) {
            return Ok(character(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
        }
        self.at = after;
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self, digits: usize) -> Result<u32, Broken> {
        let text = self.text.get(self.at..self.at + digits).unwrap_or_default();
        let is_hex = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u32::from_str_radix(text, 16) {
            Ok(number) if is_hex => {
                self.at += digits;
                Ok(number)
            }
            _ => Err(self.broken("an escape in a string is incomplete")),
        }
    }

    /// A number, a word for nothing or for a truth value, or the letter before a Python string.
    fn word(&mut self) -> Result<Value<'a>, Broken> {
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
        let length = self.bytes().iter().position(|byte| !is_of_word(byte)).unwrap_or(self.bytes().len());
        let start = self.at;
        self.at += length;
        let word = self.since(start);
        match word {
            "null" => return Ok(Value::Null),
            "true" | "false" => return Ok(Value::Text(word.into())),
            "u" | "b" | "r" if matches!(self.bytes().first(), Some(b'"' | b'\'')) => {
                self.is_json = false;
                return self.string().map(Value::Text);
            }
            _ => {}
        }
        self.is_json &= is_json_number(word);
        match word {
            "None" => Ok(Value::Null),
            "True" | "False" => Ok(Value::Text(word.into())),
            _ if is_number(word) => Ok(Value::Text(word.into())),
            _ => {
                self.at = start;
                Err(self.broken("what stands there is no value"))
            }
        }
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        self.at += self.bytes().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.bytes().first().copied()
    }

    fn skips(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn broken(&self, why: &'static str) -> Broken {
        Broken { at: self.at, why }
    }
}

fn add<'a>(text: &mut Cow<'a, str>, more: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(more);
    } else if !more.is_empty() {
        text.to_mut().push_str(more);
    }
}

fn character(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_number(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    has_digit
        && !word.starts_with(['e', 'E'])
        && word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
}

/// As the grammar of JSON has it (RFC 8259, section 6).
fn is_json_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (number, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_padded = whole.len() > 1 && whole.starts_with('0');
    digits(whole) && !is_padded && digits(fraction) && digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

/// No sender is known that nests deeper than four.
const MAX_DEPTH: usize = 32;
