//! The HTTP interface of an Oktell server, port 4055: `wp_autocallstart` places a call, `execsvcscript` runs a script.

mod script;

#[cfg(test)]
mod tests;

use std::time::Duration;

use hyper::Method;

pub use script::{Script, ScriptRun, read as read_script};

use crate::{
    Accepted, Address, Call, Fault, PbxControl, Pending, Secret, Trouble,
    address::encode,
    http::{Answer, Client, Request, WHOLE_TIME},
};

/// Where the server is and how it takes us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `http://192.168.0.1:4055`.
    pub address: Address,
    /// On whose behalf.
    pub behalf: Behalf,
    /// Which way calls go.
    pub direction: Direction,
    /// Who is called first.
    pub sequence: Sequence,
    /// How it knows that we may.
    pub access: Access,
}

/// What tells the server which telephone is ours: a guid, a name, a login, a number or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behalf {
    /// A user, who must be the default user of a telephone in the network map.
    User(String),
    /// A workplace: the address or the name of the computer, as its properties in Oktell have it.
    Workplace(String),
    /// An internal line.
    Line(String),
}

/// Which way a call goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Inwards if the server knows the number as an inside one, else outwards.
    #[default]
    Auto,
    /// Inwards.
    Pbx,
    /// Outwards.
    City,
}

/// Who is called first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sequence {
    /// Our line, then the number: nobody is called by a silent line.
    #[default]
    Back,
    /// The number, then our line.
    Direct,
}

/// How the server knows that we may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// It asks nothing.
    Open,
    /// The parameter `password` of older servers.
    Password(Secret),
    /// HTTP Basic with an Oktell user who has the Web-API right.
    Basic {
        /// Their login.
        username: String,
        /// Their password.
        password: Secret,
    },
}

/// An Oktell server.
#[derive(Clone, Debug)]
pub struct Oktell {
    settings: Settings,
    client: Client,
}

impl Oktell {
    /// The server of these settings, reached through `client`.
    pub fn new(settings: Settings, client: Client) -> Self {
        Self { settings, client }
    }

    /// Runs a service script of the server.
    ///
    /// # Errors
    /// If the server does not take the order, or its answer tells nothing of a script.
    pub async fn exec_script(&self, script: &Script) -> Result<ScriptRun, Trouble> {
        self.send(script.request(&self.settings), script.within(), read_script).await
    }

    async fn send<T>(
        &self,
        request: Request,
        within: Duration,
        read: fn(&Answer) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let answer = self.client.send(request, within).await?;
        read(&answer).map_err(|trouble| trouble.without(&self.settings.access.secrets()))
    }
}

impl PbxControl for Oktell {
    fn originate(&self, call: Call) -> Pending<'_, Accepted> {
        Box::pin(self.send(originate(&self.settings, &call), WHOLE_TIME, read))
    }
}

impl Settings {
    /// A GET, as every example of the interface has it.
    fn request<'a>(&'a self, command: &str, mut parameters: Vec<(&'a str, &'a str)>) -> Request {
        let mut headers = Vec::new();
        match &self.access {
            Access::Open => {}
            Access::Password(password) => parameters.push(("password", &password.0)),
            Access::Basic { username, password } => headers.push(("authorization", password.basic(username).0)),
        }
        let url = self.address.query(command, &parameters);
        Request { method: Method::GET, url, headers, body: Vec::new() }
    }
}

impl Access {
    /// All that must not show, in every form in which it travels.
    fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::Open => Vec::new(),
            Self::Password(password) => vec![password.clone(), Secret(encode(&password.0))],
            Self::Basic { username, password } => vec![password.clone(), password.credentials(username)],
        }
    }
}

/// Asks for a call.
pub fn originate(settings: &Settings, call: &Call) -> Request {
    let behalf = match &settings.behalf {
        Behalf::User(user) => ("user", user.as_str()),
        Behalf::Workplace(workplace) => ("wp", workplace.as_str()),
        Behalf::Line(line) => ("line", line.as_str()),
    };
    let mut parameters = vec![behalf, ("number", &call.number)];
    match settings.direction {
        Direction::Auto => {}
        Direction::Pbx => parameters.push(("direction", "pbx")),
        Direction::City => parameters.push(("direction", "city")),
    }
    parameters.push(match settings.sequence {
        Sequence::Back => ("sequence", "back"),
        Sequence::Direct => ("sequence", "direct"),
    });
    settings.request("wp_autocallstart", parameters)
}

/// Reads how the server took it: by the status alone, for nobody knows what bodies it sends.
///
/// # Errors
/// If it did not take it.
pub fn read(answer: &Answer) -> Result<Accepted, Trouble> {
    check(answer, "Oktell does not place the call: look whether user, wp or line names a telephone that is free")
        .map(|()| Accepted::default())
}

/// Whether the server took an order; `refused` says what to do if it could not carry it out.
fn check(answer: &Answer, refused: &str) -> Result<(), Trouble> {
    let trouble = match answer.status {
        200..=299 => return Ok(()),
        300..=399 => Trouble::redirected(answer),
        401 | 403 => Trouble::new(
            Fault::WrongCredentials,
            "Oktell does not let us in: check pbx.username and pbx.password, pbx.access, and that the user has the Web-API right",
        ),
        404 | 405 => Trouble::new(
            Fault::WrongAddress,
            "This is not the HTTP interface of an Oktell server: check pbx.url, the port is usually 4055",
        ),
        400 | 500..=599 => Trouble::new(Fault::Refused, format!("{refused} (HTTP {})", answer.status)),
        status => Trouble::new(
            Fault::Answer,
            format!("The Oktell server answers in an unknown way (HTTP {status}): check pbx.url"),
        ),
    };
    Err(trouble)
}
