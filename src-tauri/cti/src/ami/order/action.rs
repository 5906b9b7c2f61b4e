//! From a wish to an action, with nothing in it that the PBX could read as something else.

use std::time::Duration;

use super::{
    Kind, Orders,
    value::{BadValue, MAX_TEXT, caller, is_channel, is_exten, is_extension, is_folder, is_number, is_text, variable},
    verdict::Failure,
};
use crate::{
    CallerId, Device, First, Mode, Originate, Then, Wish,
    ami::{Calls, Floor, codec::Action},
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
    /// Telephones whose names are no numbers, and may be dialled all the same.
    pub names: Vec<String>,
}

impl OrderSettings {
    /// What no order could carry, by the key of the settings; `None` if all is well.
    pub fn unfit(&self) -> Option<&'static str> {
        let filled = |text: &str| text.replace("{extension}", "1").replace("{number}", "1").replace("{trunk}", "1");
        let is_no = |text: &Option<String>, is: fn(&str) -> Result<&str, Failure>| {
            text.as_deref().is_some_and(|text| is(text).is_err())
        };
        let unfit = [
            ("channel", is_channel(&filled(&self.channel)).is_err()),
            ("trunk_channel", is_channel(&filled(&self.trunk_channel)).is_err()),
            ("trunk", is_no(&self.trunk, is_channel)),
            ("context", is_channel(&self.context).is_err()),
            ("account", is_no(&self.account, is_text)),
            ("variables", self.variables.iter().any(|(name, value)| variable(name, value).is_err())),
            ("caller_id", self.caller_id.as_ref().is_some_and(|id| caller(id).is_err())),
            ("recordings", is_no(&self.recordings, is_folder)),
        ];
        unfit.into_iter().find_map(|(key, is_unfit)| is_unfit.then_some(key))
    }
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
            names: Vec::new(),
        }
    }
}

/// An action, and how long something may take to come of it.
pub(super) struct Planned {
    pub(super) action: Action,
    /// What goes with it; nothing is told of these.
    pub(super) more: Vec<Action>,
    pub(super) kind: Kind,
    pub(super) patience: Duration,
}

impl Orders {
    /// What is to be sent for a wish.
    pub(super) fn plan(&self, wish: &Wish, channel_id: &str, calls: &Calls, floor: &Floor) -> Result<Planned, Failure> {
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
                let reason = is_text(pause.as_deref().unwrap_or_default())?;
                let paused = if pause.is_some() { "true" } else { "false" };
                let pauses = |interface: &str| {
                    let action = Action::new("QueuePause").with("Interface", interface).with("Paused", paused);
                    if reason.is_empty() { action } else { action.with("Reason", reason) }
                };
                // A member is whom the queue calls, which need not be the telephone: Local/104@from-queue/n.
                let members = floor.interfaces(extension).into_iter().filter(|member| is_channel(member).is_ok());
                let mut actions = members.map(pauses);
                let action = actions.next().unwrap_or_else(|| pauses(&self.channel(extension)));
                Ok(Planned { action, more: actions.collect(), kind: Kind::Pause, patience: ANSWERS_WITHIN })
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
            Then::Number(number) => action
                .with("Context", is_channel(&self.settings.context)?)
                .with("Exten", self.number(number)?)
                .with("Priority", "1"),
            Then::Exten { context, exten, priority } => action
                .with("Context", is_channel(context.as_ref().unwrap_or(&self.settings.context))?)
                .with("Exten", is_exten(exten)?)
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
        Ok(Planned { action, more: Vec::new(), kind: Kind::Originate, patience: timeout + ANSWERS_WITHIN })
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
        Ok(Planned { action, more: Vec::new(), kind, patience: timeout + ANSWERS_WITHIN })
    }

    fn variables(&self, mut action: Action, more: &[(String, String)]) -> Result<Action, Failure> {
        for (name, value) in self.settings.variables.iter().chain(more) {
            action = action.with("Variable", variable(name, value)?);
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

    /// A number, or the name of a telephone that the settings know.
    fn number<'a>(&self, text: &'a str) -> Result<&'a str, Failure> {
        if self.settings.names.iter().any(|name| name == text) { is_extension(text) } else { is_number(text) }
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

/// Endings that recordings have, and that Asterisk wants left out.
const ENDINGS: [&str; 8] = ["wav", "wav49", "gsm", "mp3", "ulaw", "alaw", "sln", "g722"];
/// Longer than a PBX needs to answer an action, or to begin to ring.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
