//! The nine commands of Oktell's client port, for pages and programs that were made for it.
//!
//! They look at the status, and for the two `get…` and `execsvcscript` at the body, often by a regular expression.

mod answer;
mod call_info;
mod number;

use axum::{
    Extension, Router,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use cti::oktell::{Script, ScriptRun};
use desk::{
    Asker,
    wire::{Intent, NumberKind, Refusal, Via},
};
use jiff::tz::TimeZone;

use self::{answer::Answer, call_info::CallInfo};
use super::{asker::Caller, body, parameters::Parameters, routes::Desk};
use crate::{engine::DeskHandle, pbx::Pbx};

/// What comes of a command.
type Outcome = Result<Answer, Refusal>;

pub(super) fn router() -> Router<Desk> {
    COMMANDS.iter().fold(Router::new(), |router, path| router.route(path, get(command).post(command)))
}

/// 404, as those who read commands' answers expect it.
pub(super) fn no_such_command() -> Response {
    let detail = "There is no such command: see /v1/openapi.json".to_owned();
    Answer::refused(&Refusal { code: "unknown_command".to_owned(), detail, status: 404 }).into_response()
}

async fn command(State(at): State<Desk>, Extension(caller): Extension<Caller>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let outcome = match parameters(request).await {
        Ok(parameters) => run(&path, &at, &caller, parameters).await,
        Err(refusal) => Err(refusal),
    };
    respond(&path, outcome, &caller)
}

async fn run(path: &str, at: &Desk, caller: &Caller, parameters: Parameters) -> Outcome {
    let intent = match path {
        "/callto" => callto(parameters)?,
        "/switchto" => switchto(parameters)?,
        "/disconnectcall" => Intent::HangUp { call: None },
        "/declinecall" => Intent::Decline { call: None, reason: None },
        "/headsetanswercall" => Intent::Answer { call: None },
        "/focus" => Intent::Focus,
        // A caller's number is personal data, and the rest is nobody's business either.
        _ if !caller.is_trusted() => {
            let detail = "This site may not ask for that until the agent has allowed it";
            return Err(Refusal::forbidden("not_paired", detail));
        }
        "/getcurrentcallinfo" => return Ok(current_call(&at.desk).await),
        "/getcurrentserveraddress" => return Ok(server_address(&at.desk).await),
        _ => return script(&at.pbx, parameters).await,
    };
    carry_out(at, caller, intent).await
}

fn callto(mut parameters: Parameters) -> Result<Intent, Refusal> {
    let target = number::strict(parameters.take("number"))?;
    let account = parameters.take("account").filter(|account| !account.is_empty());
    let via = match parameters.take("via").as_deref() {
        None => None,
        Some("softphone") => Some(Via::Softphone),
        Some("pbx") => Some(Via::Pbx),
        Some(_) => return Err(Refusal::malformed("malformed", "via is softphone or pbx")),
    };
    Ok(Intent::Dial { target, account, via })
}

fn switchto(mut parameters: Parameters) -> Result<Intent, Refusal> {
    Ok(Intent::TransferBlind { call: None, target: number::strict(parameters.take("number"))? })
}

/// The call that the agent talks on, else the one that rings.
async fn current_call(desk: &DeskHandle) -> Answer {
    let calls = desk.snapshot().await.calls;
    let Some(call) = call_info::current(&calls) else { return Answer::data(&CallInfo::default().body()) };
    let number = desk.preview(call.peer.number.clone(), Some(call.account.clone())).await;
    let inner = number.is_ok_and(|number| number.kind == NumberKind::Extension);
    Answer::data(&CallInfo::of(&calls, call, inner, &TimeZone::system()).body())
}

/// Pages ask this every two seconds, to know that somebody is there.
async fn server_address(desk: &DeskHandle) -> Answer {
    Answer::data(&answer::server_address(&call_info::server(&desk.snapshot().await.accounts)))
}

/// Scripts are the server's: it is asked to run them, where there is one.
async fn script(pbx: &Pbx, mut parameters: Parameters) -> Outcome {
    let name = parameters.take("name").filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Refusal::malformed("malformed", "Which script? Send its name"))?;
    Ok(Answer::data(&match pbx.exec_script(&Script::new(name, parameters.rest())).await {
        None => answer::script(&ScriptRun::default()),
        Some(Ok(run)) => answer::script(&run),
        // The sentence is for the log: it names the server, which is not the page's business.
        Some(Err(trouble)) => answer::script_failed(trouble.fault.code()),
    }))
}

async fn carry_out(at: &Desk, caller: &Caller, intent: Intent) -> Outcome {
    let asker = if caller.is_agent() { Asker::Oktell } else { caller.asker.clone() };
    match at.desk.ask(asker, intent).await {
        Ok(done) if done.prompt.is_some() => Ok(Answer::asked()),
        Ok(_) => Ok(Answer::done()),
        // Busy, no phone, no call: understood, and not possible now.
        Err(refusal) if refusal.status == 409 => Ok(Answer::not_now(&refusal)),
        Err(refusal) => Err(refusal),
    }
}

async fn parameters(request: Request) -> Result<Parameters, Refusal> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.map(|kind| kind.to_str().unwrap_or("?").split(';').next().unwrap_or_default().trim().to_owned());
    let is_form = kind.is_none_or(|kind| kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let body = if request.method() == Method::POST { body::read(request).await? } else { Default::default() };
    let form = std::str::from_utf8(&body).ok().filter(|_| is_form).unwrap_or_default();
    Parameters::parse(&[&query, form.trim()])
}

fn respond(path: &str, outcome: Outcome, caller: &Caller) -> Response {
    let answer = outcome.unwrap_or_else(|refusal| Answer::refused(&refusal));
    let is_vain = path == "/callto" && caller.clicks() && IN_VAIN.contains(&answer.status());
    if caller.navigates && (answer.status().is_success() || is_vain) {
        // The page stays where it is, with what was typed into it; a refusal is counted where the agent sees it.
        return StatusCode::NO_CONTENT.into_response();
    }
    answer.into_response()
}

/// What a click on a number comes to that nobody can mend on the page.
const IN_VAIN: [StatusCode; 2] = [StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];
const COMMANDS: [&str; 9] = [
    "/callto",
    "/switchto",
    "/disconnectcall",
    "/declinecall",
    "/headsetanswercall",
    "/getcurrentcallinfo",
    "/getcurrentserveraddress",
    "/focus",
    "/execsvcscript",
];
