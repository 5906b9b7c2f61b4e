//! Programs that want to hear of calls. No shell has a part in it: each fact stays one argument, whatever is in it, and all
//! of them are in the environment: `RINGSIDE_MOMENT`, `RINGSIDE_NUMBER`, `RINGSIDE_CONTACT_ID`, …

use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cti::crm::{Argument, environment};
use desk::{Facts, Input, Moment};
use tokio::{
    process::Command,
    sync::{Semaphore, mpsc},
    time::timeout,
};

use crate::settings::Hook;

/// Runs programs.
#[derive(Debug)]
pub(super) struct Programs {
    programs: Vec<Arc<Program>>,
    tell: mpsc::Sender<Input>,
    running: Arc<Semaphore>,
    /// Those that run and those that wait.
    known: Arc<Semaphore>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Program {
    hook: Hook,
    /// It failed before, and the agent was told.
    failed: AtomicBool,
}

impl Programs {
    pub(super) fn new(hooks: Vec<Hook>, tell: mpsc::Sender<Input>) -> Self {
        let running = Arc::new(Semaphore::new(MAX_AT_ONCE));
        let known = Arc::new(Semaphore::new(MAX_AT_ONCE + MAX_WAITING));
        Self { programs: hooks.into_iter().map(program).collect(), tell, running, known }
    }

    /// Those for this moment: first those that need nothing but the call, then those that want to know who it is.
    pub(super) fn at(&self, moment: Moment) -> (Vec<Arc<Program>>, Vec<Arc<Program>>) {
        let due = self.programs.iter().filter(|program| program.hook.on.contains(&moment)).cloned();
        due.partition(|program| !program.hook.arguments.iter().any(Argument::needs_look_up))
    }

    /// Starts it. Waits for nobody.
    pub(super) fn run(&self, program: Arc<Program>, moment: Moment, facts: &Facts) {
        let Ok(place) = Arc::clone(&self.known).try_acquire_owned() else {
            tracing::warn!(program = %program.hook.program.display(), "the program is not started: too many are already");
            return;
        };
        let command = program.command(moment, facts);
        let (running, tell) = (Arc::clone(&self.running), self.tell.clone());
        tokio::spawn(async move {
            let _turn = running.acquire_owned().await;
            let outcome = finish(command).await;
            drop(place);
            program.note(outcome, &tell).await;
        });
    }
}

impl Program {
    fn command(&self, moment: Moment, facts: &Facts) -> Command {
        let mut command = Command::new(&self.hook.program);
        command
            .args(self.hook.arguments.iter().map(|argument| argument.fill(facts)))
            .envs(environment(facts))
            .env("RINGSIDE_MOMENT", name(moment))
            .stdin(Stdio::null())
            // What it prints may have numbers in it, and they have no place in a log.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        #[cfg(windows)]
        command.creation_flags(NO_WINDOW);
        command
    }

    /// The first failure after it worked is told to the agent, every one to the log.
    async fn note(&self, outcome: Result<(), String>, tell: &mpsc::Sender<Input>) {
        let Err(why) = outcome else {
            self.failed.store(false, Ordering::Relaxed);
            return;
        };
        let program = self.hook.program.display();
        tracing::warn!(%program, "a program of the settings failed: {why}");
        if !self.failed.swap(true, Ordering::Relaxed) {
            let sentence = format!("The program {program} failed ({why}): look at [[hook]] in the settings");
            tell.send(Input::Notice("hook_failed".to_owned(), sentence)).await.ok();
        }
    }
}

fn program(hook: Hook) -> Arc<Program> {
    Arc::new(Program { hook, failed: AtomicBool::new(false) })
}

async fn finish(mut command: Command) -> Result<(), String> {
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    match timeout(MOST_TIME, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(status.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("it was ended after {} s", MOST_TIME.as_secs())),
    }
}

fn name(moment: Moment) -> &'static str {
    match moment {
        Moment::Ring => "ring",
        Moment::Answer => "answer",
        Moment::End => "end",
    }
}

/// A console program would flash a black window at each call.
#[cfg(windows)]
const NO_WINDOW: u32 = 0x0800_0000;
const MAX_AT_ONCE: usize = 8;
const MAX_WAITING: usize = 64;
const MOST_TIME: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests;
