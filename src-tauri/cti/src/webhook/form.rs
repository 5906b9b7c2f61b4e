//! Forms: urlencoded, as in every query, and multipart (RFC 7578).

use url::form_urlencoded;

/// Name and value of each field of a query or an urlencoded form. PHP's brackets become dots: `a[b]` is `a.b`, `a[]` is `a`.
pub(crate) fn urlencoded(text: &str) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (dotted(&name), with_plus(value.into_owned())))
}

/// Name and value of each field of a multipart form. Files are left out.
pub(crate) fn multipart<'a>(text: &'a str, boundary: &str) -> impl Iterator<Item = (String, String)> + use<'a> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((part, after)) = rest.split_once(&delimiter) {
        parts.push(part);
        rest = after;
    }
    // Behind the last delimiter stands nothing of the form, unless it broke off.
    parts.push(rest);
    parts.into_iter().skip(1).filter_map(field)
}

/// What separates the parts: as declared, else as the first line says.
pub(crate) fn boundary(content_type: Option<&str>, text: &str) -> Option<String> {
    let declared = content_type.and_then(|kind| parameter(kind, "boundary"));
    let shown = || text.lines().next()?.trim_end().strip_prefix("--");
    let boundary = declared.or_else(shown)?;
    (1..=MAX_BOUNDARY).contains(&boundary.len()).then(|| boundary.to_owned())
}

/// A parameter of a header like `form-data; name="x"`.
pub(crate) fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').skip(1).find_map(|parameter| {
        let (known, value) = parameter.split_once('=')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

fn field(part: &str) -> Option<(String, String)> {
    let (head, value) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
    let disposition = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let name = parameter(disposition, "name").filter(|_| parameter(disposition, "filename").is_none())?;
    let value = value.strip_suffix("\r\n").or_else(|| value.strip_suffix('\n')).unwrap_or(value);
    Some((dotted(name), value.to_owned()))
}

fn dotted(name: &str) -> String {
    if !name.ends_with(']') {
        return name.to_owned();
    }
    name.replace("[]", "").replace("][", ".").replace('[', ".").replace(']', "")
}

/// Who forgets to encode the plus of `+7495…` sends a blank.
fn with_plus(value: String) -> String {
    match value.strip_prefix(' ') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => format!("+{digits}"),
        _ => value,
    }
}

/// RFC 2046, section 5.1.1.
const MAX_BOUNDARY: usize = 70;
