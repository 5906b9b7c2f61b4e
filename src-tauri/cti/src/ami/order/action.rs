//! From a wish to an action, with nothing in it that the PBX could read as something else.

use std::time::Duration;

use super::{Kind, Orders, verdict::Failure};
use crate::{
    CallerId, Device, First, Mode, Originate, Then, Wish,
    ami::{Calls, codec::Action},
};

/// What an order goes by where it says nothing itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSettings {
    /// What a telephone is called: `PJSIP/{extension}`.
    pub channel: String,
    /// What a number outside is called: `PJSIP/{number}@{trunk}`.
    pub trunk_channel: String,
    /// The trunk, where an order names none.
    pub trunk: Option<String>,
    /// Where numbers are dialled.
    pub context: String,
    /// How long the first party may ring.
    pub timeout: Duration,
    /// Account code.
    pub account: Option<String>,
    /// Set on every channel.
    pub variables: Vec<(String, String)>,
    /// The folder of recordings on the PBX.
    pub recordings: Option<String>,
    /// What the first party sees.
    pub caller_id: Option<CallerId>,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self {
            channel: "PJSIP/{extension}".to_owned(),
            trunk_channel: "PJSIP/{number}@{trunk}".to_owned(),
            trunk: None,
            context: "from-internal".to_owned(),
            timeout: Duration::from_secs(30),
            account: None,
            variables: Vec::new(),
            recordings: None,
            caller_id: None,
        }
    }
}

/// What cannot be told to a PBX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadValue {
    Extension,
    Number,
    Recording,
    Text,
}

/// An action, and how long something may take to come of it.
pub(super) struct Planned {
    pub(super) action: Action,
    pub(super) kind: Kind,
    pub(super) patience: Duration,
}

impl Orders {
    /// What is to be sent for a wish.
    pub(super) fn plan(&self, wish: &Wish, channel_id: &str, calls: &Calls) -> Result<Planned, Failure> {
        match wish {
            Wish::Originate(originate) => self.originate(originate, channel_id),
            Wish::PickUp { extension, on } => {
                is_extension(extension)?;
                let ringing = calls.ringing(extension).ok_or(Failure::NothingToPickUp)?;
                self.applies(on, ("PickupChan", is_channel(ringing)?), Kind::PickUp, channel_id)
            }
            Wish::Play { recording, on } => {
                let file = self.file(recording)?;
                self.applies(on, ("Playback", &file), Kind::Play, channel_id)
            }
            Wish::Supervise { extension, mode, on } => {
                is_extension(extension)?;
                if calls.talks(extension) == Some(false) {
                    return Err(Failure::NobodyToListen);
                }
                let options = match mode {
                    // Without S the spy would stay on the line in silence, and hear the agent's next call.
                    Mode::Spy => "qS",
                    Mode::Whisper => "qwS",
                    Mode::Barge => "qBS",
                };
                // The dash ends the name: PJSIP/105 would also be PJSIP/1051.
                let data = format!("{}-,{options}", self.channel(extension));
                self.applies(on, ("ChanSpy", &data), Kind::Supervise, channel_id)
            }
            Wish::Pause { extension, pause } => {
                is_extension(extension)?;
                let action = Action::new("QueuePause").with("Interface", self.channel(extension));
                let action = action.with("Paused", if pause.is_some() { "true" } else { "false" });
                let reason = pause.as_deref().unwrap_or_default();
                let action = if reason.is_empty() { action } else { action.with("Reason", is_text(reason)?) };
                Ok(Planned { action, kind: Kind::Pause, patience: ANSWERS_WITHIN })
            }
            // Carried out where it is given.
            Wish::End { .. } => Err(Failure::Refused(String::new())),
        }
    }

    fn originate(&self, originate: &Originate, channel_id: &str) -> Result<Planned, Failure> {
        let (channel, device) = match &originate.first {
            First::Device(device) => (self.channel(is_extension(&device.extension)?), Some(device)),
            First::Outside { number, trunk } => {
                let trunk = trunk.as_ref().or(self.settings.trunk.as_ref()).ok_or(Failure::NoTrunk)?;
                let number = is_number(number)?;
                let trunk = is_channel(trunk)?;
                (self.settings.trunk_channel.replace("{number}", number).replace("{trunk}", trunk), None)
            }
        };
        let timeout = originate.timeout.unwrap_or(self.settings.timeout);
        let of_device = device.and_then(|device| device.caller_id.as_ref());
        let caller_id = originate.caller_id.as_ref().or(of_device).or(self.settings.caller_id.as_ref());
        let action = begin(channel, timeout, channel_id);
        let mut action = match &originate.then {
            Then::Exten { context, exten, priority } => action
                .with("Context", is_channel(context.as_ref().unwrap_or(&self.settings.context))?)
                .with("Exten", is_number(exten)?)
                .with("Priority", is_channel(priority.as_deref().unwrap_or("1"))?),
            // With a priority Asterisk would look for an extension, and refuse.
            Then::Application { name, data } => {
                action.with("Application", is_channel(name)?).with("Data", is_text(data)?)
            }
        };
        if let Some(caller_id) = caller_id {
            action = action.with("CallerID", caller(caller_id)?);
        }
        if let Some(account) = originate.account.as_ref().or(self.settings.account.as_ref()) {
            action = action.with("Account", is_text(account)?);
        }
        if let First::Outside { number, .. } = &originate.first {
            // Whoever comes next sees who it is; CallerID is what the first sees, and without either it would be nobody.
            action = action.with("Variable", format!("CALLERID(num)={}", is_number(number)?));
        }
        action = self.variables(action, &originate.variables)?;
        if let Some(device) = device {
            action = self.headers(action, device)?;
        }
        Ok(Planned { action, kind: Kind::Originate, patience: timeout + ANSWERS_WITHIN })
    }

    /// An application on a telephone inside.
    fn applies(
        &self,
        on: &Device,
        (application, data): (&str, &str),
        kind: Kind,
        channel_id: &str,
    ) -> Result<Planned, Failure> {
        let timeout = self.settings.timeout;
        let action = begin(self.channel(is_extension(&on.extension)?), timeout, channel_id);
        let mut action = action.with("Application", application).with("Data", data);
        if let Some(caller_id) = on.caller_id.as_ref().or(self.settings.caller_id.as_ref()) {
            action = action.with("CallerID", caller(caller_id)?);
        }
        if let Some(account) = &self.settings.account {
            action = action.with("Account", is_text(account)?);
        }
        let action = self.headers(self.variables(action, &[])?, on)?;
        Ok(Planned { action, kind, patience: timeout + ANSWERS_WITHIN })
    }

    fn variables(&self, mut action: Action, more: &[(String, String)]) -> Result<Action, Failure> {
        for (name, value) in self.settings.variables.iter().chain(more) {
            // Commas would begin another variable; quotes and backslashes would be taken away.
            let is_plain =
                !value.contains([',', '"', '\\']) && !name.is_empty() && !name.contains(['=', ',', '"', '\\']);
            if !is_plain {
                return Err(Failure::Value(BadValue::Text));
            }
            action = action.with("Variable", format!("{}={}", is_text(name)?, is_text(value)?));
        }
        Ok(action)
    }

    /// Headers of the INVITE to a telephone, as its driver wants them told.
    fn headers(&self, mut action: Action, device: &Device) -> Result<Action, Failure> {
        let technology = self.settings.channel.split('/').next().unwrap_or_default().to_ascii_uppercase();
        let mut headers = Vec::new();
        if device.answers_itself {
            headers.push(("Call-Info", "<sip:ringside.invalid>;answer-after=0".to_owned()));
        }
        if let Some(token) = &device.token {
            let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
            headers.push(("X-Ringside", is_token.then(|| token.clone()).ok_or(Failure::Value(BadValue::Text))?));
        }
        for (no, (name, value)) in headers.iter().enumerate() {
            let variable = match technology.as_str() {
                "PJSIP" => format!("PJSIP_HEADER(add,{name})={value}"),
                "SIP" => format!("SIPADDHEADER{:02}=\"{name}: {}\"", no + 1, value.replace(';', "\\;")),
                _ => continue,
            };
            action = action.with("Variable", variable);
        }
        Ok(action)
    }

    fn channel(&self, extension: &str) -> String {
        self.settings.channel.replace("{extension}", extension)
    }

    /// The path that the PBX plays: below the folder of recordings, without the ending.
    fn file(&self, recording: &str) -> Result<String, Failure> {
        let folder = self.settings.recordings.as_deref().ok_or(Failure::NoRecordings)?.trim_end_matches('/');
        let bad = || Failure::Value(BadValue::Recording);
        let below = match recording.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
            Some(below) => below,
            None if recording.starts_with('/') => return Err(bad()),
            None => recording,
        };
        let is_plain = below.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+./".contains(&byte));
        let is_below = below.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        if !is_plain || !is_below || below.len() > MAX_TEXT {
            return Err(bad());
        }
        let ending =
            below.rsplit_once('.').filter(|(_, ending)| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()));
        Ok(format!("{folder}/{}", ending.map_or(below, |(stem, _)| stem)))
    }
}

fn begin(channel: String, timeout: Duration, channel_id: &str) -> Action {
    Action::new("Originate")
        .with("Channel", channel)
        .with("Async", "true")
        .with("Timeout", timeout.as_millis().to_string())
        .with("ChannelId", channel_id)
}

/// `Name <number>`, or either alone.
fn caller(id: &CallerId) -> Result<String, Failure> {
    let name = is_text(&id.name)?;
    let is_plain = !name.contains(['<', '>', '"', '\\']) && (id.number.is_empty() || is_number(&id.number).is_ok());
    match (is_plain, name.is_empty(), id.number.is_empty()) {
        (false, ..) => Err(Failure::Value(BadValue::Text)),
        (_, _, true) => Ok(name.to_owned()),
        (_, true, _) => Ok(id.number.clone()),
        _ => Ok(format!("{name} <{}>", id.number)),
    }
}

fn is_extension(text: &str) -> Result<&str, Failure> {
    let is_one =
        (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._".contains(&b));
    is_one.then_some(text).ok_or(Failure::Value(BadValue::Extension))
}

fn is_number(text: &str) -> Result<&str, Failure> {
    let is_one =
        (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+*#._-".contains(&b));
    is_one.then_some(text).ok_or(Failure::Value(BadValue::Number))
}

/// A name of a channel, a context, a trunk.
fn is_channel(text: &str) -> Result<&str, Failure> {
    let is_one = (1..=MAX_TEXT).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"@/._;-+:".contains(&b));
    is_one.then_some(text).ok_or(Failure::Value(BadValue::Text))
}

/// What fits into a line.
fn is_text(text: &str) -> Result<&str, Failure> {
    let fits = text.len() <= MAX_TEXT && !text.chars().any(char::is_control);
    fits.then_some(text).ok_or(Failure::Value(BadValue::Text))
}

/// Endings that recordings have, and that Asterisk wants left out.
const ENDINGS: [&str; 8] = ["wav", "wav49", "gsm", "mp3", "ulaw", "alaw", "sln", "g722"];
/// Longer than a PBX needs to answer an action, or to begin to ring.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
const MAX_TEXT: usize = 255;
