//! The task that owns the desk.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use desk::{
    Desk, Effect, Input, Now, Store,
    wire::{Change, Done, Intent, Refusal, Snapshot},
};
use phone::{Command, Event};
use tokio::{
    sync::{broadcast, mpsc, oneshot},
    time::sleep_until,
};

use crate::changes::{Changes, Ring, Update};

/// The way to the desk. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DeskHandle(mpsc::Sender<Request>);

impl DeskHandle {
    /// Asks for something.
    ///
    /// # Errors
    /// The refusal, with a code for the window and a sentence.
    pub async fn intent(&self, intent: Intent) -> Result<Done, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Request::Intent(intent, reply)).await.ok();
        answer.await.unwrap_or_else(|_| Err(Refusal::conflict("stopping", "Ringside is closing")))
    }

    /// Everything shown now; an empty desk once it has stopped.
    pub async fn snapshot(&self) -> Snapshot {
        let (reply, answer) = oneshot::channel();
        self.0.send(Request::Snapshot(reply)).await.ok();
        answer.await.unwrap_or_else(|_| Desk::new(false).snapshot())
    }

    /// The changes after the one numbered `after`, or a fresh snapshot first if they are no longer known; with `None` only
    /// those to come.
    pub async fn subscribe(&self, after: Option<u64>) -> Changes {
        let (reply, answer) = oneshot::channel();
        self.0.send(Request::Subscribe(after, reply)).await.ok();
        let (backlog, live) = answer.await.unwrap_or_else(|_| (Vec::new(), broadcast::channel(1).1));
        Changes::new(backlog.into(), live, self.clone())
    }

    pub(crate) async fn tell(&self, input: Input) {
        self.0.send(Request::Tell(input)).await.ok();
    }

    pub(crate) async fn stop(&self) {
        self.0.send(Request::Stop).await.ok();
    }
}

#[derive(Debug)]
enum Request {
    Intent(Intent, oneshot::Sender<Result<Done, Refusal>>),
    Snapshot(oneshot::Sender<Snapshot>),
    Subscribe(Option<u64>, oneshot::Sender<Subscription>),
    Tell(Input),
    Stop,
}

type Subscription = (Vec<Update>, broadcast::Receiver<Arc<Change>>);

/// The desk and all it speaks to.
pub(crate) struct Engine {
    desk: Desk,
    ring: Ring,
    phone: phone::Handle,
    events: mpsc::Receiver<Event>,
    requests: mpsc::Receiver<Request>,
    keeper: mpsc::Sender<Store>,
    /// What a slow disk has not taken yet, the newest of its kind only.
    overdue: VecDeque<Store>,
}

impl Engine {
    /// Also gives the way to it, and what it wants to have stored.
    pub(crate) fn new(
        phone: phone::Handle,
        events: mpsc::Receiver<Event>,
        practice: bool,
    ) -> (Self, DeskHandle, mpsc::Receiver<Store>) {
        let (ask, requests) = mpsc::channel(QUEUE);
        let (keeper, stored) = mpsc::channel(QUEUE);
        let desk = Desk::new(practice);
        let engine = Self { desk, ring: Ring::new(), phone, events, requests, keeper, overdue: VecDeque::new() };
        (engine, DeskHandle(ask), stored)
    }

    /// Runs until the phone has stopped.
    pub(crate) async fn run(mut self, settings: desk::Settings) {
        self.update(Input::Settings(settings), None).await;
        let keeper = self.keeper.clone();
        loop {
            let wake = self.desk.wake();
            tokio::select! {
                event = self.events.recv() => match event {
                    None | Some(Event::Stopped) => break,
                    Some(event) => self.update(Input::Phone(event), None).await,
                },
                Some(request) = self.requests.recv() => self.serve(request).await,
                permit = keeper.reserve(), if !self.overdue.is_empty() => match (permit, self.overdue.pop_front()) {
                    (Ok(permit), Some(store)) => permit.send(store),
                    _ => self.overdue.clear(),
                },
                () = sleep_until(wake.unwrap_or_else(Instant::now).into()), if wake.is_some() => {
                    self.update(Input::Tick, None).await;
                }
            }
        }
        for store in self.overdue {
            keeper.send(store).await.ok();
        }
    }

    async fn serve(&mut self, request: Request) {
        match request {
            Request::Intent(intent, reply) => self.update(Input::Intent(intent), Some(reply)).await,
            // Whoever asked may be gone by now.
            Request::Snapshot(reply) => drop(reply.send(self.desk.snapshot())),
            Request::Subscribe(after, reply) => {
                let backlog = self.ring.since(after, || self.desk.snapshot());
                drop(reply.send((backlog.into(), self.ring.listen())));
            }
            Request::Tell(input) => self.update(input, None).await,
            Request::Stop => self.phone.send(Command::Stop).await,
        }
    }

    async fn update(&mut self, input: Input, mut reply: Option<oneshot::Sender<Result<Done, Refusal>>>) {
        for effect in self.desk.update(input, now()) {
            match effect {
                // The phone waits for nobody, so waiting for it is short.
                Effect::Phone(command) => self.phone.send(command).await,
                Effect::Change(change) => self.ring.push(change),
                Effect::Store(store) => self.keep(store),
                Effect::Reply(result) => drop(reply.take().map(|reply| reply.send(result))),
            }
        }
    }

    /// Hands it to the keeper, in the order in which it was asked for, without waiting for a disk.
    fn keep(&mut self, store: Store) {
        self.overdue.retain(|older| !is_newer(&store, older));
        self.overdue.push_back(store);
        while let Ok(permit) = self.keeper.try_reserve()
            && let Some(store) = self.overdue.pop_front()
        {
            permit.send(store);
        }
    }
}

/// Whether `new` says all that `old` said.
fn is_newer(new: &Store, old: &Store) -> bool {
    match (new, old) {
        (Store::Language(_), Store::Language(_)) => true,
        (Store::Devices(new, _), Store::Devices(old, _)) => new == old,
        (Store::Account(new), Store::Account(old)) => new.id == old.id,
        (Store::Password(new, _), Store::Password(old, _)) => new == old,
        _ => false,
    }
}

fn now() -> Now {
    Now { instant: Instant::now(), wall: jiff::Timestamp::now() }
}

const QUEUE: usize = 256;
