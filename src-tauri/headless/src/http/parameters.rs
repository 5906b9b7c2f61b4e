//! Parameters of a request, in the address or in a form, each of them once.

use desk::wire::Refusal;

/// Names, in lower case, and values.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `name=value&name=value` out of several places together.
    ///
    /// # Errors
    /// If a name comes twice, so that nobody can know which value is meant.
    pub(crate) fn parse(places: &[&str]) -> Result<Self, Refusal> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in places.iter().flat_map(|place| place.split('&')).filter(|pair| !pair.is_empty()) {
            let (name, value) = decode(pair);
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(Refusal::malformed("malformed", "A parameter may come only once"));
            }
            if parameters.len() == MAX {
                return Err(Refusal::malformed("malformed", "There are too many parameters"));
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    /// Takes a value out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// What nobody has taken.
    pub(crate) fn rest(self) -> Vec<(String, String)> {
        self.0
    }
}

/// A blank is written `+`, but pages write `number=+7…` and mean a plus: no value begins with a blank.
fn decode(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let plus = if value.starts_with('+') { "%2B" } else { "" };
    let pair = format!("{name}={plus}{}", value.strip_prefix('+').unwrap_or(value));
    let decoded = form_urlencoded::parse(pair.as_bytes()).next();
    decoded.map_or_else(Default::default, |(name, value)| (name.to_lowercase(), value.into_owned()))
}

const MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Parameters::parse(&[text]).expect("no name comes twice").take("number")
    }

    #[test]
    fn values_are_decoded_and_a_leading_plus_stays_one() {
        for (text, expected) in [
            ("number=120", Some("120")),
            ("NUMBER=120&x", Some("120")),
            ("number=+7%20495", Some("+7 495")),
            ("number=%2B7+495", Some("+7 495")),
            ("number=%0d%0a", Some("\r\n")),
            ("number=a=b", Some("a=b")),
            ("number", Some("")),
            ("&&", None),
            ("%6eumber=1", Some("1")),
        ] {
            assert_eq!(value(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn nothing_may_come_twice_wherever_it_stands() {
        for places in [["number=1&number=1", ""], ["number=1", "number=2"], ["number=1", "%4eumber=2"]] {
            assert!(Parameters::parse(&places).is_err(), "{places:?}");
        }
        let many = (0..40).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        assert!(Parameters::parse(&[&many]).is_err());
    }
}
