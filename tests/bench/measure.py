"""What is measured, and how. Each method starts a phone of its own and returns figures by name.

Times are CLOCK_MONOTONIC in milliseconds; arriving packets carry the kernel's stamp.
"""
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tomllib

import numpy as np

import rtp_codecs
import signals
from card import RATE, Card
from phone import Phone

HERE = os.path.dirname(os.path.abspath(__file__))
PROBE_S = 1.0                   # between probes: delays up to 0.9 s are told apart
NOISE = 10 ** (-65 / 20)        # of the microphone's room
AT_LOCAL_PORT = ("clicks", "links", "requests", "stream", "callers", "painted", "floor", "storm", "flood", "recovery")


class PeerProcess:
    """peer.py, its commands and events."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "peer.py")], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.events, self.changed = [], threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.port = self.wait(lambda e: e["ev"] == "ready", 20)["port"]

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.events.append(json.loads(line))
                self.changed.notify_all()

    def mark(self):
        with self.changed:
            return len(self.events)

    def wait(self, fits, timeout_s, since=0):
        """The first event from index `since` on that fits, or None."""
        end, i = time.monotonic() + timeout_s, since
        with self.changed:
            while True:
                while i < len(self.events):
                    if fits(self.events[i]):
                        return self.events[i]
                    i += 1
                left = end - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    return None

    def must(self, what, fits, since, timeout_s=10):
        event = self.wait(fits, timeout_s, since)
        if not event:
            raise RuntimeError("no " + what)
        return event

    def send(self, cmd, **arguments):
        self.process.stdin.write(json.dumps(dict(cmd=cmd, **arguments)) + "\n")
        self.process.stdin.flush()

    def do(self, cmd, done, **arguments):
        since = self.mark()
        self.send(cmd, **arguments)
        event = self.must(done, lambda e: e["ev"] in (done, "error"), since, 120)
        if event["ev"] == "error":
            raise RuntimeError("peer: " + event["what"])


def sip(direction, start, method=None):
    return lambda e: (e["ev"] == "sip" and e["dir"] == direction and e["line"].startswith(start)
                      and method in (None, e["method"]))


def event(name):
    return lambda e: e["ev"] == name


class Bench:
    def __init__(self, toml, codec, binary):
        self.toml, self.codec, self.binary = toml, codec, binary
        self.folder = tempfile.mkdtemp(prefix="ringside-bench-")
        self.peer, self.card = PeerProcess(), Card()
        self.speech = signals.speech(RATE)
        self.starts = 0

    def can(self, test):
        """Not every phone has a port for web pages."""
        with open(self.toml, "rb") as f:
            return test not in AT_LOCAL_PORT or "local_port" in tomllib.load(f)

    def close(self):
        self.peer.process.kill()
        self.card.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def phone(self, settle_s=1.0, more=""):
        """A phone that has registered; `registered_ms` on it says how long that took from the process's start. `more`: further
        settings."""
        self.starts += 1
        folder = os.path.join(self.folder, "phone%d" % self.starts)
        os.makedirs(folder)
        since = self.peer.mark()
        phone = Phone(self.toml, self.card.env, folder, codec=self.codec, binary=self.binary, sip_port=free_port(),
                      control_port=free_port(), registrar="127.0.0.1:%d" % self.peer.port, more=more)
        try:
            registered = self.peer.must("registration", event("registered"), since, 20)
            phone.registered_ms = (registered["t"] - phone.started) * 1e3
            phone.connect()
            time.sleep(settle_s)
            yield phone
        except Exception as e:
            raise RuntimeError("%s; the end of the phone's log:\n%s" % (e, phone.tail())) from e
        finally:
            phone.stop()

    def prepare(self, x):
        """What the peer says in its next calls, at RATE."""
        path = os.path.join(self.folder, "far.wav")
        signals.write_wav(path, x, RATE)
        self.peer.do("prepare", "prepared", codec=self.codec, play=path)

    def ring(self, phone):
        """The peer calls; returns a mark before it, and how long the 180 took."""
        since = self.peer.mark()
        before = phone.call
        self.peer.send("call")
        invite = self.peer.must("INVITE", sip("out", "INVITE"), since)
        ringing = self.peer.must("180", sip("in", "SIP/2.0 180", "INVITE"), since)
        # The id to answer with comes by another way than the 180.
        end = time.monotonic() + 2
        while "call" in phone.config and phone.call == before and time.monotonic() < end:
            time.sleep(0.005)
        return since, (ringing["t"] - invite["t"]) * 1e3

    def answer(self, phone):
        """An answered call from the peer; returns the mark, and how long the first packet took."""
        since, _ = self.ring(phone)
        time.sleep(0.3)
        asked = phone.command("answer")
        first = self.peer.must("RTP", event("rtp_first_in"), since)
        return since, (first["t"] - asked) * 1e3

    def hang_up(self):
        since = self.peer.mark()
        self.peer.send("hangup")
        self.peer.must("end of the call", event("ended"), since)

    # ---- figures

    def start(self, repeat):
        times = []
        for _ in range(repeat):
            with self.phone(settle_s=0.2) as phone:
                times.append(phone.registered_ms)
        return {"start_to_registered_ms": statistics.median(times)}

    def dial(self, count):
        """Each INVITE is refused with 486, so that the next can follow at once."""
        times = []
        self.peer.send("mode", mode="refuse")
        with self.phone() as phone:
            for _ in range(count):
                since = self.peer.mark()
                asked = phone.command("dial", uri="sip:peer@127.0.0.1:%d" % self.peer.port)
                invite = self.peer.must("INVITE", sip("in", "INVITE"), since)
                self.peer.must("ACK", sip("in", "ACK"), since)
                times.append((invite["t"] - asked) * 1e3)
                time.sleep(0.2)
        self.peer.send("mode", mode="answer")
        return {"dial_to_invite_p50_ms": np.percentile(times, 50), "dial_to_invite_p99_ms": np.percentile(times, 99)}

    def incoming(self, count, answers):
        self.prepare(self.speech)
        rings, packets = [], []
        with self.phone() as phone:
            for _ in range(count):
                rings.append(self.ring(phone)[1])
                self.hang_up()
                time.sleep(0.05)
            for _ in range(answers):
                packets.append(self.answer(phone)[1])
                time.sleep(0.3)
                self.hang_up()
                time.sleep(0.3)
        return {"invite_to_180_p50_ms": np.percentile(rings, 50), "invite_to_180_p99_ms": np.percentile(rings, 99),
                "answer_to_rtp_ms": statistics.median(packets)}

    def cost(self, idle_s, call_s):
        """CPU and memory: registered and idle, then in a call with speech both ways."""
        said = np.tile(self.speech, int((call_s + 6) * RATE / len(self.speech)) + 1)
        self.prepare(said)
        with self.phone(settle_s=4) as phone:
            idle_cpu = cpu_per_minute(phone, idle_s)
            idle_rss = phone.rss_mib()
            self.answer(phone)
            self.card.play(said[:int((call_s + 3) * RATE)])
            time.sleep(3)
            call_cpu = cpu_per_minute(phone, call_s)
            call_rss = phone.rss_mib()
            self.hang_up()
        return {"idle_cpu_s_per_min": idle_cpu, "call_cpu_s_per_min": call_cpu, "idle_rss_mib": idle_rss, "call_rss_mib": call_rss}

    def mouth_to_ear(self, half_s):
        """Probes into the microphone first, then from the peer, in one call; the two delays added.

        Counted from the first sample of a packet on the sending side and to the first sample on the receiving side, so
        that the sum does not depend on where in a packet a probe fell. The peer's own codec is taken off."""
        settle_s = 3.0
        probes, onsets = signals.chirp_train(RATE, half_s, PROBE_S, up=False)
        noise = np.random.default_rng(1)
        far = np.concatenate([np.zeros(int((settle_s + half_s) * RATE)), probes])
        self.prepare(far + noise.normal(0, NOISE, len(far)))
        near, _ = signals.chirp_train(RATE, half_s, PROBE_S)
        with self.phone() as phone:
            since, _ = self.answer(phone)
            out = self.peer.must("RTP out", event("rtp_first_out"), since)["t"]
            time.sleep(settle_s)
            begun = time.monotonic()
            self.card.play(near + noise.normal(0, NOISE, len(near)))
            time.sleep(2 * half_s + 0.8)
            path = os.path.join(self.folder, "call.npz")
            self.peer.do("save", "saved", path=path)
            call = dict(np.load(path))
            mic = self.card.mic.slice(begun, begun + half_s + 0.5)
            speaker = self.card.speaker.slice(out + settle_s + half_s - 0.5, time.monotonic())
            self.hang_up()
        capture = [d * 1e3 for d in self._capture_delays(call, *mic)]
        playout = [d * 1e3 for d in self._playout_delays(call, *speaker, settle_s + half_s, onsets)]
        if not capture or not playout:
            raise RuntimeError("of the probes %d were heard by the peer and %d at the speaker" % (len(capture), len(playout)))
        own = codec_delay_s(self.codec) * 1e3
        return {"mouth_to_ear_ms": statistics.median(capture) + statistics.median(playout) - own}

    def _capture_delays(self, call, mic, mic_t):
        """From a sample's being available at the microphone to its packet's arrival."""
        pcm, rate, packets = decode(call, self.codec)
        if not packets:
            return
        position, arrival = (np.array(column) for column in zip(*packets))
        heard = [mic_t + onset for onset in signals.find_chirps(mic, RATE)]
        for onset in signals.find_chirps(pcm, rate):
            k = max(int(np.searchsorted(position, onset + 1e-9)) - 1, 0)
            arrived = arrival[k] + onset - position[k]      # as if the probe had begun its packet
            yield from sorted(arrived - h for h in heard if 0 < arrived - h < 0.9 * PROBE_S)[:1]

    def _playout_delays(self, call, speaker, speaker_t, lead_s, onsets):
        """From a packet's being sent to its first sample's leaving the speaker."""
        heard = [speaker_t + onset for onset in signals.find_chirps(speaker, RATE, up=False)]
        for onset in onsets:
            sent = float(call["sent_from"]) + lead_s + onset
            yield from sorted(h - sent for h in heard if 0 < h - sent < 0.9 * PROBE_S)[:1]


def cpu_per_minute(phone, seconds):
    cpu, t = phone.cpu_s(), time.monotonic()
    time.sleep(seconds)
    return (phone.cpu_s() - cpu) / (time.monotonic() - t) * 60


def decode(call, codec):
    """What the phone sent, on its own RTP time line: samples, rate, [(position s, arrival)]."""
    c = rtp_codecs.make(codec)
    if not len(call["ts"]):
        return np.zeros(1), c.rate, []
    starts = np.concatenate([[0], np.cumsum(call["length"])])
    sequence = np.unwrap(call["seq"].astype(float), period=65536)
    out, packets, first = np.zeros(c.rate * 60), [], int(call["ts"][0])
    for k in np.argsort(sequence, kind="stable"):
        if int(call["pt"][k]) in (13, 101):      # comfort noise, digits
            continue
        pcm = c.decode(call["data"][starts[k]:starts[k + 1]].tobytes()).astype(float) / 32768
        at = ((int(call["ts"][k]) - first) & 0xFFFFFFFF) * c.rate // c.clock
        if at + len(pcm) <= len(out):
            out[at:at + len(pcm)] = pcm
            packets.append((at / c.rate, float(call["t"][k])))
    return out, c.rate, packets


def codec_delay_s(name):
    """Of encoding and decoding in this harness."""
    c = rtp_codecs.make(name)
    x, onsets = signals.chirp_train(c.rate, 3, 0.5)
    step, pcm = c.rate * rtp_codecs.PTIME_MS // 1000, signals.to_i16(x)
    y = np.concatenate([c.decode(c.encode(pcm[i:i + step])) for i in range(0, len(pcm) - step + 1, step)])
    return float(np.median([min(o - onset for onset in onsets if o >= onset - 0.005) for o in signals.find_chirps(y / 32768, c.rate)]))


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
