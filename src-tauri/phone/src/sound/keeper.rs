//! Opens devices, closes them, and watches them come and go, on a thread that may wait for the system.
//!
//! ```text
//!              wanted                    opened
//!   closed ─────────────► opening ───────────────────► open ──┐
//!     ▲                      ▲                           │     │ lost, a better one came,
//!     │   not wanted         └───────────────────────────┼─────┘ the list changed
//!     └──────────────────────────────────────────────────┘
//! ```
//!
//! With nothing to open the null device is open, and the real ones are tried again: when the system tells of a change, and
//! after 2, 4, 8 … 60 s.

use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use media::device::{self, Capture, DeviceInfo, Opened, Playback, Watch};
use tokio::sync::mpsc;

use super::{SoundEvent, wakeup::Waker};
use crate::api::{Device, Role};

/// How often we look for devices that come and go.
const LOOK: Duration = Duration::from_secs(2);
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LAST_RETRY: Duration = Duration::from_secs(60);

/// A device for the pump.
#[derive(Debug)]
pub(super) enum Installed {
    Microphone(Capture),
    Speaker(Playback),
    Ringers(Vec<Playback>),
}

/// What the pump asks for.
#[derive(Debug)]
pub(super) enum Request {
    /// Which roles are needed now.
    Want(Role, bool),
    /// Ranked names for a role.
    Rank(Role, Vec<String>),
    /// A device gave up.
    Lost(Role, String),
    /// To be closed here: closing may wait.
    CloseCapture(Capture),
    /// The same for speakers.
    ClosePlayback(Playback),
}

/// What is known about one role.
#[derive(Debug, Default)]
struct Post {
    ranked: Vec<String>,
    wanted: bool,
    /// Ids of what is open.
    open: Vec<String>,
    /// Said last, so as not to say it twice.
    trouble: String,
    retry: Option<(Instant, Duration)>,
}

pub(super) struct Keeper {
    posts: BTreeMap<Role, Post>,
    watch: Watch,
    installed: Sender<Installed>,
    waker: Waker,
    events: mpsc::Sender<SoundEvent>,
}

impl Keeper {
    pub(super) fn new(installed: Sender<Installed>, waker: Waker, events: mpsc::Sender<SoundEvent>) -> Keeper {
        let roles = [Role::Microphone, Role::Speaker, Role::Ring];
        let posts = roles.into_iter().map(|role| (role, Post::default())).collect();
        Keeper { posts, watch: Watch::new(), installed, waker, events }
    }

    /// Until the pump is gone.
    pub(super) fn run(mut self, requests: &Receiver<Request>) {
        self.look();
        let mut looked = Instant::now();
        loop {
            match requests.recv_timeout(LOOK.saturating_sub(looked.elapsed())) {
                Ok(request) => self.serve(request),
                Err(RecvTimeoutError::Timeout) => {
                    self.look();
                    self.retry();
                    looked = Instant::now();
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn serve(&mut self, request: Request) {
        match request {
            Request::Want(role, wanted) => self.want(role, wanted),
            Request::Rank(role, ranked) => self.rank(role, ranked),
            Request::Lost(role, why) => {
                self.trouble(role, why);
                self.reopen(role);
                self.tell();
            }
            Request::CloseCapture(device) => drop(device),
            Request::ClosePlayback(device) => drop(device),
        }
    }

    fn want(&mut self, role: Role, wanted: bool) {
        let Some(post) = self.posts.get_mut(&role) else { return };
        post.wanted = wanted;
        post.retry = None;
        if wanted {
            self.reopen(role);
        } else {
            post.open.clear();
        }
    }

    fn rank(&mut self, role: Role, ranked: Vec<String>) {
        let Some(post) = self.posts.get_mut(&role) else { return };
        post.ranked = ranked;
        post.trouble.clear();
        if post.wanted {
            self.reopen(role);
        }
        self.tell();
    }

    /// Looks for changes; what is open gives way to what is preferred to it.
    fn look(&mut self) {
        if self.watch.changed().is_none() {
            return;
        }
        for role in [Role::Microphone, Role::Speaker, Role::Ring] {
            let Some(post) = self.posts.get(&role) else { continue };
            if post.wanted && post.open != best(role, &post.ranked, self.watch.present()) {
                self.reopen(role);
            }
        }
        self.tell();
    }

    fn retry(&mut self) {
        let now = Instant::now();
        let due = |post: &Post| post.wanted && post.retry.is_some_and(|(at, _)| at <= now);
        let roles: Vec<Role> = self.posts.iter().filter(|(_, post)| due(post)).map(|(role, _)| *role).collect();
        for role in roles {
            self.reopen(role);
            self.tell();
        }
    }

    /// Opens the best device of a role and hands it to the pump, which gives back the one before.
    fn reopen(&mut self, role: Role) {
        let Some(post) = self.posts.get_mut(&role) else { return };
        let (installed, open, troubles) = open(role, &post.ranked);
        let deaf = open.iter().all(|id| id == "null") && !post.ranked.iter().any(|name| name == "null");
        post.retry = deaf.then(|| {
            let wait = post.retry.map_or(FIRST_RETRY, |(_, wait)| (wait * 2).min(LAST_RETRY));
            (Instant::now() + wait, wait)
        });
        post.open = open;
        if troubles.is_empty() {
            post.trouble.clear();
        } else {
            self.trouble(role, troubles.join("; "));
        }
        // Fails only when the pump is gone.
        self.installed.send(installed).ok();
        self.waker.wake();
    }

    fn trouble(&mut self, role: Role, what: String) {
        let Some(post) = self.posts.get_mut(&role) else { return };
        if post.trouble != what {
            post.trouble.clone_from(&what);
            self.say(SoundEvent::DeviceTrouble(role, what));
        }
    }

    fn tell(&self) {
        let present = self.watch.present();
        let in_use = self.posts.iter().map(|(role, post)| {
            let ids = if post.wanted { post.open.clone() } else { best(*role, &post.ranked, present) };
            (*role, ids.into_iter().find(|id| id != "null"))
        });
        let in_use = in_use.collect();
        let present = present.iter().cloned().map(device).collect();
        self.say(SoundEvent::Devices { present, in_use });
    }

    fn say(&self, event: SoundEvent) {
        // A phone so far behind has other troubles.
        self.events.try_send(event).ok();
    }
}

fn device(DeviceInfo { id, name, input, output }: DeviceInfo) -> Device {
    Device { id, name, input, output }
}

fn open(role: Role, ranked: &[String]) -> (Installed, Vec<String>, Vec<String>) {
    match role {
        Role::Microphone => {
            let Opened { device, troubles } = device::open_capture(ranked);
            let ids = vec![device.id().to_owned()];
            (Installed::Microphone(device), ids, troubles)
        }
        Role::Speaker => {
            let Opened { device, troubles } = device::open_playback(ranked);
            let ids = vec![device.id().to_owned()];
            (Installed::Speaker(device), ids, troubles)
        }
        Role::Ring => {
            let Opened { device: ringers, troubles } = device::open_every_playback(ranked);
            let ids = ringers.iter().map(|ringer| ringer.id().to_owned()).collect();
            (Installed::Ringers(ringers), ids, troubles)
        }
    }
}

/// What would be opened for a role.
fn best(role: Role, ranked: &[String], present: &[DeviceInfo]) -> Vec<String> {
    let found = |name: &String| device::meant(name, present, role == Role::Microphone);
    let mut ids: Vec<String> = ranked.iter().filter_map(found).collect();
    ids.extend(found(&"default".to_owned()).filter(|_| ids.is_empty()));
    ids.truncate(if role == Role::Ring { usize::MAX } else { 1 });
    ids
}
