//! Dialling: what a text means on an account, read once, so that what is shown is what is dialled.

use phone::{AccountId, CallId, Command, Manner};

use crate::{
    account::Account,
    call::{Call, Owner},
    intent::{Made, unknown_account},
    number::Number,
    update::{Desk, Now},
    wire::{Preview, Refusal, Registration, Via},
};

/// What would be dialled, on which account and by whom.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) number: Number,
    /// `None` if there is no account at all.
    pub(crate) account: Option<AccountId>,
    pub(crate) via: Via,
    /// Digits after the answer that belong to the number and that nobody will send: the PBX places the call.
    pub(crate) lost: Option<String>,
}

/// On whose wish a call is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct AskedBy {
    /// The site; `None` if it was the agent or nobody in particular.
    pub(crate) origin: Option<String>,
    /// The agent said yes this once: the site may follow the call.
    pub(crate) follows: bool,
}

impl Plan {
    /// All of the number, or nothing: whoever is put through to the middle of nowhere cannot know that an extension was meant.
    pub(crate) fn whole(self) -> Result<Self, Refusal> {
        let Some(digits) = &self.lost else { return Ok(self) };
        let detail = format!(
            "The PBX places this call, and nobody can send {digits} once it is answered: let the softphone dial, or call the number alone"
        );
        Err(Refusal::conflict("digits_not_sent", detail))
    }

    /// As the agent is asked about it, who may well want the number alone.
    pub(crate) fn for_agent(self) -> Self {
        Self { lost: None, ..self }
    }

    /// Placed by `via` after all.
    pub(crate) fn by(self, via: Via) -> Self {
        let lost = self.number.post_dial.clone().filter(|_| via == Via::Pbx);
        Self { via, lost, ..self }
    }

    pub(crate) fn preview(&self) -> Preview {
        Preview {
            dialled: self.number.target.to_string(),
            shown: self.number.shown.clone(),
            // Nobody here can send digits after a call that the PBX places.
            post_dial: self.number.post_dial.clone().filter(|_| self.via == Via::Softphone),
            kind: self.number.kind,
            region: self.number.region.clone(),
            account: self.account.as_ref().map(|account| account.0.clone()),
            via: self.via,
        }
    }
}

impl Desk {
    /// What `text` would really dial now, on the account of that name or else the one that would dial it.
    ///
    /// # Errors
    /// If there is nothing to dial in it, no such account, or if it could not be dialled whole.
    pub fn preview(&self, text: &str, account: Option<&str>) -> Result<Preview, Refusal> {
        Ok(self.plan(text, account, None)?.whole()?.preview())
    }

    pub(crate) fn plan(&self, text: &str, named: Option<&str>, via: Option<Via>) -> Result<Plan, Refusal> {
        if let Some(named) = named
            && self.accounts.iter().all(|account| account.id().0 != named)
        {
            return Err(unknown_account(named));
        }
        let first = self.dialling_account(None, named);
        let number = read(first, text)?;
        let account = self.dialling_account(number.target.host(), named);
        // Each account reads by rules of its own.
        let number = if account.map(Account::id) == first.map(Account::id) { number } else { read(account, text)? };
        let clicks = &self.settings.clicks;
        if via == Some(Via::Pbx) && !clicks.pbx {
            return Err(Refusal::pbx_not_set_up());
        }
        let usual = if clicks.pbx { clicks.via } else { Via::Softphone };
        let via = via.unwrap_or(usual);
        // What was not shown is not sent either, whoever dials in the end.
        let (post_dial, lost) = match via {
            Via::Softphone => (number.post_dial, None),
            Via::Pbx => (None, number.post_dial),
        };
        let number = Number { post_dial, ..number };
        Ok(Plan { number, account: account.map(|account| account.id().clone()), via, lost })
    }

    /// Places the call.
    pub(crate) fn place(&mut self, plan: &Plan, asked_by: AskedBy, now: Now) -> Result<Made, Refusal> {
        if self.is_placing() {
            return Err(Refusal::conflict(
                "already_dialing",
                "Another call is being placed: end it, or wait for its answer",
            ));
        }
        match plan.via {
            Via::Softphone => self.dial(plan, asked_by, now),
            Via::Pbx => self.originate(plan, asked_by, now),
        }
    }

    /// Places the call unless somebody would be put on hold by it: only the agent leaves whom they talk to.
    pub(crate) fn place_if_free(&mut self, plan: &Plan, asked_by: AskedBy, now: Now) -> Result<Made, Refusal> {
        if self.is_engaged() && !self.is_placing() {
            return Err(Refusal::conflict("in_call", "The agent is in a call: wait for its end"));
        }
        self.place(plan, asked_by, now)
    }

    /// A call is on its way out, from here or from the PBX.
    pub(crate) fn is_placing(&self) -> bool {
        self.calls.iter().any(|call| call.is_placing() && call.owner != Owner::Desk) || self.originations.is_asking()
    }

    fn dial(&mut self, plan: &Plan, asked_by: AskedBy, now: Now) -> Result<Made, Refusal> {
        let account = self.registered_account(plan)?;
        // Odd ids are ours.
        let id = CallId(self.dialed * 2 + 1);
        self.dialed += 1;
        let target = &plan.number.target;
        let mut call = Call::dialed(id, account.clone(), target, now.wall);
        call.asked_by = asked_by;
        call.post_dial = plan.number.post_dial.clone();
        self.calls.push(call);
        self.turn_to(id);
        self.command(Command::Dial { call: id, account, target: target.to_string(), manner: Manner::default() });
        Ok(id.into())
    }

    pub(crate) fn registered_account(&self, plan: &Plan) -> Result<AccountId, Refusal> {
        let stands = |account: &&Account| rank(account) < UNREGISTERED;
        let account = self.accounts.iter().find(|account| Some(account.id()) == plan.account.as_ref());
        if let Some(account) = account.filter(stands) {
            return Ok(account.id().clone());
        }
        Err(Refusal::conflict(
            "not_registered",
            match (&plan.account, self.accounts.iter().any(|account| stands(&account))) {
                (Some(id), true) => format!("The account {} is not registered, so it cannot call", id.0),
                _ => "No account is registered, so nobody can be called".to_owned(),
            },
        ))
    }

    /// The account that was named; else one at `host`; else the first: registered ones before those that will be.
    fn dialling_account(&self, host: Option<&str>, named: Option<&str>) -> Option<&Account> {
        let candidates = self.accounts.iter().filter(|account| named.is_none_or(|named| account.id().0 == named));
        // Of equals `min_by_key` takes the first.
        candidates.min_by_key(|account| (rank(account), host.is_some_and(|host| host != account.domain())))
    }
}

fn read(account: Option<&Account>, text: &str) -> Result<Number, Refusal> {
    let number = match account {
        Some(account) => account.settings.rules.read(text, account.domain()),
        None => crate::number::Rules::default().read(text, ""),
    };
    Ok(number?)
}

fn rank(account: &Account) -> u8 {
    match account.registration() {
        Registration::Registered => 0,
        Registration::Registering => 1,
        Registration::Unregistered | Registration::Failed => UNREGISTERED,
    }
}

const UNREGISTERED: u8 = 2;
