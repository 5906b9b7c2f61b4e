//! The sound of one call: what is heard comes back, or a voice speaks.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use media::{BLOCK, Block, Stream, StreamConfig, resample::Up};
use tokio::{
    net::UdpSocket,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::voice::Voice;

/// One block of [`media::Stream`].
const TICK: Duration = Duration::from_millis(10);
/// A voice waits until the agent has the headset at the ear.
const BREATH: Duration = Duration::from_millis(600);
/// Larger than any RTP packet here.
const LARGEST_PACKET: usize = 2048;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// What it hears.
    Echo,
    /// This, once; then silence.
    Speak(Voice),
}

/// A line with sound. Dropping it ends the sound.
#[derive(Debug)]
pub(crate) struct Line(JoinHandle<()>);

impl Line {
    /// Starts to listen and speak. `done` is called when the script has been said.
    pub(crate) fn start(
        socket: Arc<UdpSocket>,
        config: StreamConfig,
        remote: SocketAddr,
        script: Script,
        done: impl FnOnce() + Send + 'static,
    ) -> Line {
        Line(tokio::spawn(async move {
            match Stream::new(config, Instant::now()) {
                Ok(stream) => talk(&socket, stream, remote, Speech::new(script), done).await,
                Err(error) => tracing::warn!(%error, "the practice PBX has no sound for this call"),
            }
        }))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn talk(socket: &UdpSocket, mut stream: Stream, remote: SocketAddr, mut speech: Speech, done: impl FnOnce()) {
    // Until the reactor has seen a new socket once, tokio takes it for full.
    if socket.writable().await.is_err() {
        return;
    }
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut packet = vec![0; LARGEST_PACKET];
    let mut done = Some(done);
    let mut block: Block = [0.0; BLOCK];
    loop {
        tokio::select! {
            received = socket.recv_from(&mut packet) => {
                if let Ok((size, _)) = received {
                    stream.receive_rtp(packet.get(..size).unwrap_or_default(), Instant::now());
                }
            }
            _ = tick.tick() => {
                let now = Instant::now();
                stream.play(&mut block, now);
                speech.fill(&mut block);
                stream.capture(&block, now);
                while let Some(packet) = stream.poll_packet() {
                    if packet.kind == media::PacketKind::Rtp {
                        socket.try_send_to(packet.bytes, remote).ok();
                    }
                }
                if speech.is_over() && let Some(done) = done.take() {
                    done();
                }
            }
        }
    }
}

/// What is still to be said, at 48 kHz.
struct Speech {
    script: Script,
    samples: Vec<f32>,
    spoken: usize,
}

impl Speech {
    fn new(script: Script) -> Speech {
        let samples = match script {
            Script::Echo => Vec::new(),
            Script::Speak(voice) => at_48_khz(&voice.samples()),
        };
        Speech { script, samples, spoken: 0 }
    }

    /// Replaces what was heard by what is to be said; an echo leaves it as it is.
    fn fill(&mut self, block: &mut Block) {
        if self.script == Script::Echo {
            return;
        }
        let rest = self.samples.get(self.spoken..).unwrap_or_default();
        for (index, sample) in block.iter_mut().enumerate() {
            *sample = rest.get(index).copied().unwrap_or(0.0);
        }
        self.spoken = self.samples.len().min(self.spoken + BLOCK);
    }

    fn is_over(&self) -> bool {
        self.script != Script::Echo && self.spoken == self.samples.len()
    }
}

fn at_48_khz(samples: &[i16]) -> Vec<f32> {
    let silence = BLOCK * (BREATH.as_millis() / TICK.as_millis()) as usize;
    let mut speech = vec![0.0; silence];
    let mut up = Up::new(16_000);
    let mut block: Block = [0.0; BLOCK];
    for chunk in samples.chunks_exact(BLOCK / 3) {
        let chunk: Vec<f32> = chunk.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        up.process(&chunk, &mut block);
        speech.extend_from_slice(&block);
    }
    speech
}
