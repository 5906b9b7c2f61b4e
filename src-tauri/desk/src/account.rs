//! SIP accounts: their settings, where their registration stands, and what the account dialog makes of them.

use std::path::PathBuf;

use phone::{AccountId, AutoAnswer, Cause, Codec, Command, DtmfMode, Failure, Secret};

use crate::{
    number::Rules,
    settings::AccountSettings,
    wire::{self, AccountForm, Refusal, Registration, Trouble},
};

/// An account and where its registration stands.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) settings: AccountSettings,
    registration: Registration,
    trouble: Option<Trouble>,
}

impl Account {
    pub(crate) fn new(settings: AccountSettings) -> Self {
        Self { settings, registration: Registration::Unregistered, trouble: None }
    }

    pub(crate) fn id(&self) -> &AccountId {
        &self.settings.account.id
    }

    pub(crate) fn registration(&self) -> Registration {
        self.registration
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.registration == Registration::Registered
    }

    /// The domain of its address of record.
    pub(crate) fn domain(&self) -> &str {
        self.settings.account.aor.rsplit_once('@').map_or("", |(_, host)| host)
    }

    /// What the PBX calls this desk.
    pub(crate) fn extension(&self) -> &str {
        self.settings.extension.as_deref().unwrap_or(self.users()[0])
    }

    /// By which names the PBX may know this desk.
    pub(crate) fn users(&self) -> [&str; 3] {
        let account = &self.settings.account;
        let user = account.aor.trim_start_matches("sip:").split('@').next().unwrap_or_default();
        [Some(user), account.username.as_deref(), self.settings.extension.as_deref()].map(|name| name.unwrap_or(user))
    }

    /// Registers it, unless the keychain still looks for the password.
    pub(crate) fn command(&self) -> Option<Command> {
        let password = self.settings.password.clone()?;
        Some(Command::SetAccount(phone::Account { password, ..self.settings.account.clone() }))
    }

    /// Takes in what the phone says of the registration.
    pub(crate) fn registered(&mut self, registration: phone::Registration) {
        (self.registration, self.trouble) = match registration {
            phone::Registration::Unregistered => (Registration::Unregistered, None),
            phone::Registration::Registering => (Registration::Registering, self.trouble.take()),
            phone::Registration::Registered => (Registration::Registered, None),
            phone::Registration::Failed(failure) => (Registration::Failed, Some(self.trouble_of(failure))),
        };
    }

    fn trouble_of(&self, failure: Failure) -> Trouble {
        let place = self.settings.account.registrar.as_deref().unwrap_or(self.domain());
        let no_password = self.settings.password.as_ref().is_none_or(|password| password.0.is_empty());
        let (code, detail) = match failure.cause {
            Cause::WrongCredentials if no_password => {
                ("password_missing", "The PBX wants a password and none is stored: enter it in the account".to_owned())
            }
            Cause::WrongCredentials => {
                ("wrong_credentials", "The PBX does not take this user name and password: check both".to_owned())
            }
            Cause::Refused => ("refused", format!("The PBX refuses to register this account: {}", failure.detail)),
            Cause::Unreachable => {
                ("unreachable", format!("{place} does not answer: check the network and the address. Trying again"))
            }
            Cause::UnknownHost => ("unknown_host", format!("There is no host called {place}: check the address")),
            Cause::UntrustedCertificate => (
                "untrusted_certificate",
                format!(
                    "The certificate of {place} is not trusted: add its CA to the account, or ask your administrator ({})",
                    failure.detail
                ),
            ),
        };
        Trouble { code: code.to_owned(), detail, sip_status: failure.status }
    }

    pub(crate) fn wire(&self) -> wire::Account {
        let account = &self.settings.account;
        wire::Account {
            id: account.id.0.clone(),
            aor: account.aor.clone(),
            registrar: account.registrar.clone(),
            username: account.username.clone(),
            transport: account.transport,
            ca: account.ca.as_ref().map(|path| path.display().to_string()),
            display_name: account.display_name.clone(),
            numbers: self.settings.rules.clone(),
            practice: self.settings.practice,
            registration: self.registration,
            detail: self.trouble.clone(),
        }
    }
}

/// The account that a filled-in form means, on top of what is known of it; a new one if nothing is.
pub(crate) fn fill_in(form: AccountForm, accounts: &[Account]) -> Result<AccountSettings, Refusal> {
    let aor = address_of_record(&form.aor)?;
    let known = accounts.iter().find(|account| match &form.id {
        Some(id) => account.id().0 == *id,
        None => account.settings.account.aor == aor,
    });
    let id = match (known, &form.id) {
        (Some(known), _) => known.id().clone(),
        (None, Some(id)) => account_id(id)?,
        (None, None) => free_id(&aor, accounts),
    };
    let old = known.map(|known| &known.settings);
    let password =
        form.password.map(Secret).or_else(|| old.map_or(Some(Secret::default()), |old| old.password.clone()));
    let account = phone::Account {
        id,
        aor,
        registrar: filled(form.registrar),
        username: filled(form.username),
        password: Secret::default(),
        display_name: filled(form.display_name),
        transport: form.transport.unwrap_or_default(),
        ca: filled(form.ca).map(PathBuf::from),
        codecs: old.map_or_else(default_codecs, |old| old.account.codecs.clone()),
        dtmf: old.map_or(DtmfMode::default(), |old| old.account.dtmf),
        auto_answer: old.map_or(AutoAnswer::default(), |old| old.account.auto_answer),
    };
    form.numbers.as_ref().map_or(Ok(()), Rules::check)?;
    let rules = form.numbers.or_else(|| old.map(|old| old.rules.clone())).unwrap_or_default();
    rules.check()?;
    let extension = old.and_then(|old| old.extension.clone());
    Ok(AccountSettings { account, rules, extension, password, practice: false })
}

/// What a new account offers, the best first.
pub(crate) fn default_codecs() -> Vec<Codec> {
    vec![Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma]
}

/// `101@pbx.example` or `sip:101@pbx.example`, always given back with `sip:`.
///
/// # Errors
/// If it is no such address.
pub fn address_of_record(text: &str) -> Result<String, Refusal> {
    let refusal = || Refusal::malformed("bad_address", "The address must look like 101@pbx.example");
    let text = text.trim();
    let address = text.strip_prefix("sip:").unwrap_or(text);
    let (user, host) = address.split_once('@').ok_or_else(refusal)?;
    let is_user = |c: char| c.is_ascii_alphanumeric() || "-_.!~*'()&=+$,%".contains(c);
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    let fits = (1..=64).contains(&user.len()) && (1..=253).contains(&host.len());
    if fits && user.chars().all(is_user) && host.chars().all(is_host) {
        Ok(format!("sip:{user}@{host}"))
    } else {
        Err(refusal())
    }
}

fn account_id(text: &str) -> Result<AccountId, Refusal> {
    let fits = (1..=64).contains(&text.len());
    if fits && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        Ok(AccountId(text.to_owned()))
    } else {
        Err(Refusal::malformed(
            "bad_account_id",
            "An account's id is 1 to 64 letters, digits, dashes, dots or underscores",
        ))
    }
}

/// The user part of `aor`, numbered if somebody has it.
fn free_id(aor: &str, accounts: &[Account]) -> AccountId {
    let user = aor.trim_start_matches("sip:").split('@').next().unwrap_or_default();
    let base: String =
        user.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let is_free = |id: &String| accounts.iter().all(|account| account.id().0 != *id);
    let numbered = (2..).map(|n: u32| format!("{base}-{n}"));
    AccountId(std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or(base))
}

fn filled(field: Option<String>) -> Option<String> {
    field.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
