//! The line that calls back by itself, and who must never be called by it.

mod agent;
mod digits;
mod fraud;
mod hand_over;
mod limits;
mod manager;
mod own;
mod settings;
mod sip;

use phone::{CallTone, Manner};

use super::*;
use crate::{
    HandOver, LineBy, LineMethod, LineNext, LineRules, ReadAt, Rules,
    wire::{LineCall, LineState},
};

/// Somebody outside who may use the line, as the INVITE has it.
const ANNA: &str = "+74952294989";
/// The same as the line's account dials it.
const ANNA_DIALLED: &str = "+74952294989";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A desk with a line, and the next call that comes in.
struct Story {
    kit: Kit,
    incoming: u64,
}

/// A call that the line made.
#[derive(Debug, PartialEq)]
struct Dialled {
    call: CallId,
    account: String,
    target: String,
    manner: Manner,
}

/// Anna may use it, and is called back by this softphone to speak with the agent.
fn rules() -> LineRules {
    LineRules {
        configured: true,
        enabled: true,
        account: "line".to_owned(),
        allow: vec!["+7495*".to_owned()],
        ..LineRules::default()
    }
}

/// The line, the agent's own telephone, and a provider elsewhere.
fn settings(line: LineRules) -> Settings {
    let numbers = Rules {
        country: "RU".to_owned(),
        extensions: vec!["101".to_owned(), "200-599".to_owned()],
        ..Rules::default()
    };
    let numbered = |settings| AccountSettings { rules: numbers.clone(), ..settings };
    Settings {
        accounts: vec![
            numbered(account("line", "sip:550@pbx.example")),
            numbered(account("work", "sip:101@pbx.example")),
            numbered(account("trunk", "sip:74950000100@provider.example")),
        ],
        line,
        ..Settings::default()
    }
}

impl Story {
    fn new(line: LineRules) -> Self {
        Self::with(settings(line))
    }

    fn with(settings: Settings) -> Self {
        let mut kit = Kit::with(settings);
        kit.listener = Some(kit.desk.snapshot());
        Self { kit, incoming: 2 }
    }

    /// A call comes in on the line's account.
    fn comes(&mut self, number: &str) -> CallId {
        self.comes_as(number, "line", true, &[])
    }

    fn comes_as(&mut self, number: &str, account: &str, trusted: bool, headers: &[(&str, &str)]) -> CallId {
        let call = CallId(self.incoming);
        self.incoming += 2;
        self.kit.hear(Event::Incoming {
            call,
            account: AccountId(account.to_owned()),
            peer: Peer { number: number.to_owned(), name: None, uri: format!("sip:{number}@pbx.example") },
            auto_answer: None,
            trusted,
            headers: headers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        });
        call
    }

    /// A call comes to the line, and is over as soon as it is refused.
    fn asks(&mut self, number: &str) -> CallId {
        let call = self.comes(number);
        self.over(call, Reason::Declined, Some(603));
        call
    }

    fn over(&mut self, call: CallId, reason: Reason, status: Option<u16>) {
        self.kit.hear(Event::Ended { call, reason, status, detail: None });
    }

    /// They hang up.
    fn leaves(&mut self, call: CallId) {
        self.over(call, Reason::RemoteHungUp, None);
    }

    /// Anna asks, and the delay passes.
    fn called_back(&mut self) -> Dialled {
        self.asks(ANNA);
        self.kit.pass(5 * SECOND);
        self.dialled()
    }

    /// Anna asks, is called back, and answers.
    fn answered(&mut self) -> CallId {
        let call = self.called_back().call;
        self.answers(call);
        call
    }

    fn answers(&mut self, call: CallId) {
        self.kit.hear(Event::Answered(call));
    }

    fn dials(&mut self, call: CallId, digits: &str) {
        for digit in digits.chars() {
            self.kit.hear(Event::Digit(call, digit));
        }
    }

    /// The only call that was made since commands were looked at last.
    fn dialled(&mut self) -> Dialled {
        let mut dialled = self.all_dialled();
        assert_eq!(dialled.len(), 1, "{dialled:?}");
        dialled.remove(0)
    }

    fn all_dialled(&mut self) -> Vec<Dialled> {
        let dialled = |command| match command {
            Command::Dial { call, account, target, manner } => {
                Some(Dialled { call, account: account.0, target, manner })
            }
            _ => None,
        };
        self.kit.take_commands().into_iter().filter_map(dialled).collect()
    }

    fn said(&mut self) -> Vec<Command> {
        self.kit.take_commands()
    }

    fn rows(&self) -> Vec<LineCall> {
        self.kit.desk.snapshot().callback_line.calls
    }

    /// Of the newest call: where it stands.
    fn state(&self) -> LineState {
        self.rows()[0].state
    }

    /// Of the newest call: where it stands, and why. Refusals are told a few times a second at most.
    fn end(&mut self) -> (LineState, String) {
        self.kit.pass(SECOND / 4);
        let row = self.rows().remove(0);
        (row.state, row.trouble.map(|trouble| trouble.code).unwrap_or_default())
    }

    fn trouble(&self) -> Option<String> {
        self.kit.desk.snapshot().callback_line.trouble.map(|trouble| trouble.code)
    }

    /// Time enough for all that could still be done.
    fn nobody_is_called(&mut self) {
        self.kit.pass(10 * MINUTE);
        assert_eq!(self.all_dialled(), []);
        assert_eq!(self.kit.orders, []);
    }
}

fn failed(code: &str) -> (LineState, String) {
    (LineState::Failed, code.to_owned())
}

fn refused(code: &str) -> (LineState, String) {
    (LineState::Refused, code.to_owned())
}

fn tone(call: CallId, tone: CallTone) -> Command {
    Command::CallTone(call, Some(tone))
}

fn silence(call: CallId) -> Command {
    Command::CallTone(call, None)
}
