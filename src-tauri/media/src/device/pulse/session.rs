//! A connection to the server while it is being set up: one question, one answer, with a limit on the wait.

use std::{
    ffi::CString,
    io::{self, Cursor, Read, Write},
    os::unix::net::UnixStream,
    time::Duration,
};

use pulseaudio::protocol::{
    AuthParams, AuthReply, Command, CommandReply, DESCRIPTOR_SIZE, MAX_VERSION, Prop, Props, ProtocolError,
    SetClientNameReply, read_command_message, read_descriptor, read_reply_message, write_command_message,
};

use super::{DeviceError, inbox::Inbox};

/// A server that takes longer is as good as absent.
const PATIENCE: Duration = Duration::from_secs(2);
/// `NATIVE_COOKIE_LENGTH` of the protocol.
const COOKIE_LENGTH: usize = 256;
/// No answer is longer: a list of devices takes a few kilobytes for each.
const LONGEST: u32 = 4 << 20;

pub(super) fn connect() -> io::Result<UnixStream> {
    let path = pulseaudio::socket_path_from_env().ok_or(io::ErrorKind::NotFound)?;
    UnixStream::connect(path)
}

#[derive(Debug)]
pub(super) struct Session {
    socket: UnixStream,
    version: u16,
    sequence: u32,
}

impl Session {
    pub(super) fn new() -> Result<Session, DeviceError> {
        let socket = connect()?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let mut session = Session { socket, version: MAX_VERSION, sequence: 0 };
        let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok());
        // A server that asks for none still hangs up on one of another length.
        let cookie = cookie.unwrap_or_else(|| vec![0; COOKIE_LENGTH]);
        let auth = AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        let reply: AuthReply = session.ask(&Command::Auth(auth))?;
        session.version = reply.version.min(MAX_VERSION);
        let _: SetClientNameReply = session.ask(&Command::SetClientName(client()))?;
        Ok(session)
    }

    /// Asks and reads the answer.
    pub(super) fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, DeviceError> {
        self.send(command)?;
        let message = self.receive()?;
        let (_, reply) = read_reply_message(&mut Cursor::new(message), self.version).map_err(refused)?;
        Ok(reply)
    }

    /// Says something whose answer is no more than an acknowledgement.
    pub(super) fn tell(&mut self, command: &Command) -> Result<(), DeviceError> {
        self.send(command)?;
        let message = self.receive()?;
        match read_command_message(&mut Cursor::new(message), self.version).map_err(refused)? {
            (_, Command::Reply) => Ok(()),
            (_, Command::Error(error)) => Err(DeviceError::Refused(format!("{error:?}"))),
            (_, other) => Err(DeviceError::Refused(format!("unexpected {other:?}"))),
        }
    }

    /// From here on nothing waits.
    pub(super) fn into_inbox(self) -> Result<Inbox, DeviceError> {
        self.socket.set_nonblocking(true)?;
        Ok(Inbox::new(self.socket, self.version))
    }

    fn send(&mut self, command: &Command) -> Result<(), DeviceError> {
        let mut message = Vec::new();
        write_command_message(&mut message, self.sequence, command, self.version).map_err(refused)?;
        self.sequence += 1;
        Ok(self.socket.write_all(&message)?)
    }

    /// One whole message with its descriptor. Reads not a byte further: what follows may be sound.
    fn receive(&mut self) -> Result<Vec<u8>, DeviceError> {
        let mut message = vec![0; DESCRIPTOR_SIZE];
        self.socket.read_exact(&mut message)?;
        let length = read_descriptor(&mut Cursor::new(&message)).map_err(refused)?.length;
        if length > LONGEST {
            return Err(DeviceError::Refused("an answer without end".into()));
        }
        message.resize(DESCRIPTOR_SIZE + length as usize, 0);
        let payload = message.get_mut(DESCRIPTOR_SIZE..).unwrap_or_default();
        self.socket.read_exact(payload)?;
        Ok(message)
    }
}

fn client() -> Props {
    let mut props = Props::new();
    props.set(Prop::ApplicationName, c"Ringside");
    props.set(Prop::ApplicationIconName, c"ringside");
    if let Ok(id) = CString::new(std::process::id().to_string()) {
        props.set(Prop::ApplicationProcessId, id);
    }
    props
}

/// What a stream says of itself, for the volume mixer.
pub(super) fn stream_props(name: &std::ffi::CStr) -> Props {
    let mut props = Props::new();
    props.set(Prop::MediaName, name);
    props.set(Prop::MediaRole, c"phone");
    props
}

fn refused(error: ProtocolError) -> DeviceError {
    match error {
        ProtocolError::Io(error) => DeviceError::Io(error),
        error => DeviceError::Refused(error.to_string()),
    }
}
