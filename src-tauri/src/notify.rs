//! Notifications: somebody calls, a page asks, or one dials, a colleague asks for help, a callback is due, and the agent works elsewhere. What can be done about it are
//! buttons on it.
//!
//! A notification lives exactly as long as its caller waits or its prompt does; that of a call which was started elsewhere,
//! until the call is over or the agent turns to the window. Where no notification service runs, there is none.

use std::collections::HashMap;

use desk::wire::{Call, Callback, Card, Help, Intent, Language, Prompt, PromptKind, PromptReason, SupervisionMode};
use notify_rust::{Notification, NotificationHandle, NotificationResponse, Timeout, Urgency};
use tokio::sync::{mpsc, watch};

use crate::texts::Texts;

/// The key that the specification reserves for a click on the notification itself.
const DEFAULT: &str = "default";
/// Names come from the network; more than this nobody reads.
const NAME_MAX_CHARS: usize = 80;

/// What the agent did with a notification.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// Asked for something.
    Intent(Intent),
    /// Wants to see the window.
    Show,
}

/// The notifications that are up, one for each caller, each prompt that may not come to the front, and each call that was
/// started elsewhere.
pub struct Notifications {
    /// By card, call or prompt; dropping the sender takes the notification down.
    up: HashMap<String, watch::Sender<Message>>,
    responses: mpsc::Sender<Response>,
}

/// What one says and what its buttons do.
#[derive(Clone, Debug, PartialEq)]
struct Message {
    summary: String,
    body: &'static str,
    buttons: Vec<Button>,
}

#[derive(Clone, Debug, PartialEq)]
struct Button {
    key: &'static str,
    label: &'static str,
    response: Response,
}

impl Notifications {
    /// None yet. What the agent does with one goes to `responses`.
    pub fn new(responses: mpsc::Sender<Response>) -> Notifications {
        Notifications { up: HashMap::new(), responses }
    }

    /// Takes down what is not about one of these cards, calls and prompts.
    pub fn keep<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        let ids: Vec<&str> = ids.collect();
        self.up.retain(|id, _| ids.contains(&id.as_str()));
    }

    /// Tells who calls, or tells it better than before.
    pub fn announce(&mut self, card: &Card, texts: &'static Texts) {
        self.put(&card.id, Message::of_card(card, texts));
    }

    /// Tells of a call that rings and has no card.
    pub fn ring(&mut self, call: &Call, texts: &'static Texts) {
        self.put(&call.id, Message::of_call(call, texts));
    }

    /// Whether there was one about this card, call or prompt that was not taken down.
    pub fn is_up(&self, id: &str) -> bool {
        self.up.contains_key(id)
    }

    /// Tells of a call that was placed without the window.
    pub fn placed(&mut self, call: &Call, texts: &'static Texts) {
        self.put(&call.id, Message::of_placed(call, texts));
    }

    /// Tells of a page that asks.
    pub fn ask(&mut self, prompt: &Prompt, texts: &'static Texts) {
        self.put(&prompt.id, Message::of_prompt(prompt, texts));
    }

    /// Tells of a colleague who asks for help.
    pub fn help(&mut self, help: &Help, texts: &'static Texts) {
        self.put(&help.id, Message::of_help(help, texts));
    }

    /// Tells of somebody who is to be called back by now.
    pub fn due(&mut self, callback: &Callback, texts: &'static Texts) {
        self.put(&callback.id, Message::of_due(callback, texts));
    }

    fn put(&mut self, id: &str, message: Message) {
        let Some(up) = self.up.get(id) else {
            let (up, news) = watch::channel(message);
            self.up.insert(id.to_owned(), up);
            tokio::spawn(show(news, self.responses.clone()));
            return;
        };
        up.send_if_modified(|shown| {
            let differs = *shown != message;
            *shown = message;
            differs
        });
    }
}

impl Message {
    fn of_card(card: &Card, texts: &'static Texts) -> Message {
        let mut buttons = card.call.as_deref().map(|call| Button::on_ringing(call, texts)).unwrap_or_default();
        buttons.push(Button::show(texts));
        Message { summary: caller(card), body: texts.incoming, buttons }
    }

    fn of_call(call: &Call, texts: &'static Texts) -> Message {
        let mut buttons = Button::on_ringing(&call.id, texts);
        buttons.push(Button::show(texts));
        Message { summary: peer(call), body: texts.incoming, buttons }
    }

    fn of_placed(call: &Call, texts: &'static Texts) -> Message {
        let hang_up = Intent::HangUp { call: Some(call.id.clone()) };
        let buttons = vec![Button::new("hang_up", texts.hang_up, hang_up), Button::show(texts)];
        let (summary, body) = match call.started_by.as_deref() {
            Some(origin) => (format!("{} · {}", isolated(&site(origin)), isolated(&peer(call))), texts.page_called),
            None => (peer(call), texts.outgoing),
        };
        Message { summary, body, buttons }
    }

    fn of_prompt(prompt: &Prompt, texts: &'static Texts) -> Message {
        let id = || prompt.id.clone();
        let site =
            prompt.origin.as_deref().map_or_else(|| texts.some_page.to_owned(), |origin| isolated(&site(origin)));
        let number = prompt.preview.as_ref().map(|preview| isolated(&printable(&preview.shown)));
        let mut buttons = vec![Button::new("ignore", texts.ignore, Intent::DismissPrompt { prompt: id() })];
        if prompt.kind == PromptKind::Dial && prompt.reasons.iter().all(is_harmless) {
            let call = Intent::Confirm { prompt: id(), consent: None, via: None };
            buttons.insert(0, Button::new("call", texts.call, call));
        }
        buttons.push(Button::show(texts));
        let summary = [Some(site), number].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let body = if prompt.kind == PromptKind::Pair { texts.page_pairs } else { texts.page_calls };
        Message { summary, body, buttons }
    }

    fn of_help(help: &Help, texts: &'static Texts) -> Message {
        let listen = Intent::Supervise { extension: help.extension.clone(), mode: SupervisionMode::Spy };
        let name = help.name.as_deref().map(printable).filter(|name| !name.is_empty());
        let who = name.into_iter().chain([printable(&help.extension)]);
        let buttons = vec![Button::new("listen", texts.listen, listen), Button::show(texts)];
        Message { summary: line(who), body: texts.asks_for_help, buttons }
    }

    fn of_due(callback: &Callback, texts: &'static Texts) -> Message {
        let call = Intent::CallCallback { callback: callback.id.clone(), order: None };
        let name = callback.name.as_deref().map(printable).filter(|name| !name.is_empty());
        let whom = name.into_iter().chain([printable(&callback.number_shown)]);
        let buttons = vec![Button::new("call", texts.call, call), Button::show(texts)];
        Message { summary: line(whom), body: texts.call_back_now, buttons }
    }

    fn notification(&self) -> Notification {
        // What comes from others goes where the specification allows no markup: into the summary.
        let mut notification = plain(&self.summary, self.body);
        for button in &self.buttons {
            notification.action(button.key, button.label);
        }
        notification.urgency(Urgency::Critical).timeout(Timeout::Never).finalize()
    }

    fn response(self, key: &str) -> Option<Response> {
        self.buttons.into_iter().find(|button| button.key == key).map(|button| button.response)
    }
}

impl Button {
    fn new(key: &'static str, label: &'static str, intent: Intent) -> Button {
        Button { key, label, response: Response::Intent(intent) }
    }

    fn on_ringing(call: &str, texts: &Texts) -> Vec<Button> {
        let id = || Some(call.to_owned());
        vec![
            Button::new("answer", texts.answer, Intent::Answer { call: id() }),
            Button::new("decline", texts.decline, Intent::Decline { call: id(), reason: None }),
        ]
    }

    fn show(texts: &Texts) -> Button {
        Button { key: DEFAULT, label: texts.show, response: Response::Show }
    }
}

/// Tells something that wants no answer.
pub async fn say(summary: &str, body: &str) {
    if let Err(error) = plain(summary, body).show_async().await {
        tracing::debug!(%error, "no notification service");
    }
}

/// The same from a process that ends at once: what was clicked in a browser was not dialled.
pub fn not_dialled(why: &str) {
    let texts = Texts::of(Language::System);
    // Whoever clicked without a notification service finds it on stderr.
    let _ = plain(texts.not_dialled, why).show();
}

fn plain(summary: &str, body: &str) -> Notification {
    Notification::new().appname("Ringside").icon("ringside").summary(summary).body(body).finalize()
}

/// Shows a message until it is answered or taken down; news take its place.
async fn show(mut news: watch::Receiver<Message>, responses: mpsc::Sender<Response>) {
    let mut replaces = None;
    loop {
        let message = news.borrow_and_update().clone();
        let mut notification = message.notification();
        if let Some(id) = replaces {
            notification.id(id);
        }
        let handle = match notification.show_async().await {
            Ok(handle) => handle,
            Err(error) => return tracing::debug!(%error, "no notification service"),
        };
        replaces = Some(handle.id());
        tokio::select! {
            key = pressed(&handle) => {
                if let Some(response) = key.and_then(|key| message.response(&key)) {
                    // The receiver goes only when the program quits.
                    let _ = responses.send(response).await;
                }
            }
            changed = news.changed() => if changed.is_ok() {
                continue;
            },
        }
        // Not every service takes a notification down once a button was pressed.
        return handle.close_async().await;
    }
}

/// The button that was pressed; `None` if the notification went without.
async fn pressed(handle: &NotificationHandle) -> Option<String> {
    let mut key = None;
    handle
        .wait_for_action_async(|response| {
            key = match response {
                NotificationResponse::Action(key) => Some(key.clone()),
                NotificationResponse::Default => Some(DEFAULT.to_owned()),
                NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
            }
        })
        .await;
    key
}

/// What may be dialled from a notification. Anything that could cost or disturb is decided in the window.
fn is_harmless(reason: &PromptReason) -> bool {
    matches!(reason, PromptReason::Unpaired | PromptReason::Asks | PromptReason::Flood)
}

/// The end of a long name is what tells whose it is.
fn site(origin: &str) -> String {
    let origin = origin.strip_prefix("https://").unwrap_or(origin);
    let surplus = origin.chars().count().saturating_sub(NAME_MAX_CHARS);
    let end: String = origin.chars().skip(surplus).collect();
    if surplus > 0 { format!("…{}", printable(&end)) } else { printable(&end) }
}

fn isolated(text: &str) -> String {
    format!("\u{2066}{text}\u{2069}")
}

/// Who calls, as far as the card knows, as one line of plain text.
fn caller(card: &Card) -> String {
    let number = printable(&card.number_shown);
    let name = card.name.as_deref().map(printable).filter(|name| *name != number);
    let company = card.company.as_deref().map(printable);
    line([name, company, Some(number)].into_iter().flatten().filter(|part| !part.is_empty()))
}

fn line(parts: impl Iterator<Item = String>) -> String {
    parts.map(|part| isolated(&part)).collect::<Vec<_>>().join(" · ")
}

/// Who calls or is called, as one line of plain text.
fn peer(call: &Call) -> String {
    let number = printable(&call.peer.number);
    match call.peer.name.as_deref().map(printable) {
        Some(name) if !name.is_empty() && name != number => format!("{name} · {}", isolated(&number)),
        _ => number,
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !is_bidi_control(*c))
        .take(NAME_MAX_CHARS)
        .collect::<String>()
        .trim()
        .into()
}

/// Marks that would let a caller's name rewrite the order of what stands beside it.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
