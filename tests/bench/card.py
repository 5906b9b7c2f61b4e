"""A virtual sound card with an exact clock: a private PulseAudio whose default source `mic` is fed by play(), and whose
default sink `speaker` is recorded.

PulseAudio's null sinks run by CLOCK_MONOTONIC, so sample k is at T0 + k / RATE; T0 is the lower envelope of the arrival
times, which takes the reader's scheduling jitter out. A microphone's sample counts from when its block could be read, a
speaker's from when the server took its block: one device period in each direction, as with a sound card, and no more.
"""
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time

import numpy as np

import signals

RATE = 48000
PERIOD_MS = 5


class Recorder:
    def __init__(self, env, source, bias_s=0.0):
        self.bias_s, self.marks, self.chunks, self.count = bias_s, [], [], 0
        argv = ["parec", "--raw", "--format=s16le", "--rate=%d" % RATE, "--channels=1", "--latency-msec=%d" % PERIOD_MS,
                "--device=" + source]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, env=env)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        odd = b""
        while data := os.read(self.process.stdout.fileno(), 65536):
            now = time.monotonic()
            data = odd + data
            odd = data[len(data) & ~1:]
            block = np.frombuffer(data[:len(data) & ~1], "<i2")
            self.chunks.append(block)
            self.count += len(block)
            self.marks.append((self.count, now))

    def slice(self, a, b):
        """Samples between two monotonic times, and the time of the first.

        A null sink that is rewound shows up to a block twice, which moves the clock by some ms: T0 is therefore taken
        from the interval that is looked at."""
        marks = np.array(self.marks)
        near = marks[(marks[:, 1] >= a) & (marks[:, 1] <= b)]
        near = near if len(near) >= 40 else marks
        t0 = float(np.min(near[:, 1] - near[:, 0] / RATE)) + self.bias_s
        x = np.concatenate(self.chunks[:])
        i, j = (max(int(round((t - t0) * RATE)), 0) for t in (a, b))
        return x[i:j].astype(float) / 32768, t0 + i / RATE

    def max_late_ms(self):
        """How far the reader fell behind the clock: above 20 the machine stalled, and the run says little."""
        marks = np.array(self.marks)
        if not len(marks):
            return 0.0
        late = marks[:, 1] - marks[:, 0] / RATE
        return float((late.max() - late.min()) * 1e3)


class Card:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ringside-card-")
        socket = os.path.join(self.folder, "native")
        self.env = dict(os.environ, XDG_RUNTIME_DIR=self.folder, PULSE_RUNTIME_PATH=self.folder, PULSE_STATE_PATH=self.folder,
                        PULSE_SERVER="unix:" + socket, PULSE_SINK="speaker", PULSE_SOURCE="mic", HOME=self.folder,
                        ALSA_CONFIG_PATH=os.path.join(self.folder, "asound.conf"))
        # A server wants 256 bytes of cookie even from those whom it lets in without.
        self.env["PULSE_COOKIE"] = os.path.join(self.folder, "cookie")
        with open(self.env["PULSE_COOKIE"], "wb") as f:
            f.write(bytes(256))
        with open(self.env["ALSA_CONFIG_PATH"], "w") as f:
            f.write("</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n")
        self._start_server(socket)
        self.mic = Recorder(self.env, "mic")
        self.speaker = Recorder(self.env, "speaker.monitor", PERIOD_MS / 1e3)
        argv = ["pacat", "--playback", "--raw", "--format=s16le", "--rate=%d" % RATE, "--channels=1", "--latency-msec=60",
                "--device=feed"]
        self.player = subprocess.Popen(argv, stdin=subprocess.PIPE, env=self.env)
        self.queue = queue.Queue()
        threading.Thread(target=self._feed, daemon=True).start()
        time.sleep(1.0)

    def _start_server(self, socket):
        form = " rate=%d channels=2 format=s16le" % RATE
        argv = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit",
                "--high-priority=yes", "--realtime=yes", "--log-target=stderr",
                "-L", "module-native-protocol-unix auth-anonymous=1 socket=" + socket,
                "-L", "module-null-sink sink_name=speaker" + form, "-L", "module-null-sink sink_name=feed" + form,
                "-L", "module-remap-source source_name=mic master=feed.monitor"]
        log = open(os.path.join(self.folder, "pulse.log"), "w")
        self.server = subprocess.Popen(argv, env=self.env, stdout=log, stderr=log)
        choose = ["pactl", "set-default-source", "mic"]
        end = time.monotonic() + 10
        while subprocess.run(choose, env=self.env, stderr=subprocess.DEVNULL).returncode:
            if time.monotonic() > end:
                raise RuntimeError("pulseaudio does not start: " + open(log.name).read())
            time.sleep(0.05)
        subprocess.run(["pactl", "set-default-sink", "speaker"], env=self.env, check=True)

    def _feed(self):
        """Keeps the microphone fed with what play() queued, else silence, by the clock."""
        block, rest, t = RATE // 100, np.zeros(0, "<i2"), time.monotonic() - 0.15
        while True:
            if len(rest) < block and not self.queue.empty():
                rest = np.concatenate([rest, self.queue.get()])
            now, rest = rest[:block], rest[block:]
            try:
                os.write(self.player.stdin.fileno(), now.tobytes() + bytes(2 * (block - len(now))))
            except OSError:
                return
            t += 0.01
            time.sleep(max(t - time.monotonic(), 0))

    def play(self, x):
        """Queues sound for the microphone; when it was heard is read from the recording of `mic`, not assumed."""
        self.queue.put(signals.to_i16(x))

    def close(self):
        for process in (self.mic.process, self.speaker.process, self.player, self.server):
            process.terminate()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
