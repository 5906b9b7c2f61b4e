//! Bodies as readers of Oktell's port expect them: XML for those who parse it, and one property a line, `key` before
//! `value`, for those who search it.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use cti::oktell::ScriptRun;
use desk::wire::Refusal;

/// An answer to a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    status: StatusCode,
    body: String,
}

impl Answer {
    /// Done.
    pub(super) fn done() -> Self {
        Self::data(&set("command", &simple("result", "1")))
    }

    /// The agent was asked.
    pub(super) fn asked() -> Self {
        let properties = simple("result", "1") + &simple("asked", "1");
        Self { status: StatusCode::ACCEPTED, ..Self::data(&set("command", &properties)) }
    }

    /// Understood, and not possible in this state.
    pub(super) fn not_now(refusal: &Refusal) -> Self {
        Self { status: StatusCode::OK, ..Self::refused(refusal) }
    }

    pub(super) fn refused(refusal: &Refusal) -> Self {
        let properties = simple("result", "0") + &simple("code", &refusal.code) + &cdata("reason", &refusal.detail);
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::CONFLICT);
        Self { status, ..Self::data(&set("command", &properties)) }
    }

    pub(super) fn data(set: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<oktellxmlmapper version=\"80710\">\n<data name=\"result\" count=\"1\">\n{set}</data>\n</oktellxmlmapper>\n"
        );
        Self { status: StatusCode::OK, body }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"))];
        (self.status, kind, self.body).into_response()
    }
}

/// The server's address, on one line.
pub(super) fn server_address(address: &str) -> String {
    set("currentserveraddress", &cdata("serveraddress", address))
}

/// What came of a script of the server.
pub(super) fn script(run: &ScriptRun) -> String {
    let started = simple("started", if run.started { "1" } else { "0" });
    let result = simple("startresult", run.start_result.as_deref().unwrap_or("0"));
    // To the letter: it may be JSON, and then it has brackets.
    let value = run.return_value.as_deref().unwrap_or_default().replace("]]>", "]]]]><![CDATA[>");
    let value: String = value.chars().filter(|c| is_shown(*c) || "\n\t".contains(*c)).collect();
    let value = format!("<property_cdata key=\"returnvalue\"><![CDATA[{value}]]></property_cdata>\n");
    set("execsvcscript", &(started + &result + &value))
}

/// A script that was not run, with the reason.
pub(super) fn script_failed(code: &str) -> String {
    set("execsvcscript", &(simple("started", "0") + &simple("code", code)))
}

/// Properties under a name.
pub(super) fn set(name: &str, properties: &str) -> String {
    format!("<property_set name=\"{name}\">\n{properties}</property_set>\n")
}

/// A line with a key and a value.
pub(super) fn simple(key: &str, value: &str) -> String {
    format!("<property_simple key=\"{key}\" value=\"{}\" />\n", attribute(value))
}

/// A line with a key and a text.
pub(super) fn cdata(key: &str, text: &str) -> String {
    // Readers stop at the first `]`.
    let text: String = text.chars().map(|c| if c == ']' { ')' } else { c }).filter(|c| is_shown(*c)).collect();
    format!("<property_cdata key=\"{key}\"><![CDATA[{text}]]></property_cdata>\n")
}

fn attribute(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars().filter(|c| is_shown(*c)) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// XML has no control characters, and a line is a line.
fn is_shown(c: char) -> bool {
    !c.is_control() && !('\u{fffe}'..='\u{ffff}').contains(&c) && !['\u{2028}', '\u{2029}'].contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_breaks_neither_xml_nor_line() {
        assert_eq!(
            simple("number", "1\" value=\"2<&>'\n\0"),
            "<property_simple key=\"number\" value=\"1&quot; value=&quot;2&lt;&amp;&gt;&apos;\" />\n"
        );
        let text = cdata("name", "]]><mode value=\"x\">\r\n\u{2028}Анна");
        assert_eq!(text, "<property_cdata key=\"name\"><![CDATA[))><mode value=\"x\">Анна]]></property_cdata>\n");
    }

    #[test]
    fn a_refusal_says_why() {
        let refused = Answer::refused(&Refusal::forbidden("not_paired", "No"));
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.body.contains("key=\"result\" value=\"0\" />\n"), "{}", refused.body);
        assert!(refused.body.contains("key=\"reason\"><![CDATA[No]]>"), "{}", refused.body);
        assert_eq!(Answer::not_now(&Refusal::conflict("busy", "No")).status, StatusCode::OK);
        assert!(Answer::asked().body.contains("key=\"result\" value=\"1\""));
    }

    #[test]
    fn a_script_gives_back_what_it_returned_to_the_letter() {
        let run = ScriptRun { started: true, start_result: None, return_value: Some("[1,\"a]]>b\"]\n\0".into()) };
        let body = script(&run);
        assert!(body.contains("key=\"started\" value=\"1\" />\n"), "{body}");
        assert!(body.contains("<![CDATA[[1,\"a]]]]><![CDATA[>b\"]\n]]></property_cdata>\n"), "{body}");
        assert!(script(&ScriptRun::default()).contains("key=\"started\" value=\"0\" />\n"));
    }

    #[test]
    fn the_address_is_found_on_its_line() {
        let body = Answer::data(&server_address("192.168.0.1")).body;
        let line = body.lines().find(|line| line.contains("serveraddress\"><")).expect("it has a line");
        assert!(
            line.ends_with("<property_cdata key=\"serveraddress\"><![CDATA[192.168.0.1]]></property_cdata>"),
            "{line}"
        );
    }
}
