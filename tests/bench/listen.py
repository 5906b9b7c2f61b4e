"""From the click on "listen" to the first sound of a colleague's call in the supervisor's ear, through the lab's Asterisk.

Agent 101 talks to 701, which is a tone of 1004 Hz; the supervisor is 201. Ringside is asked at its localhost port; another phone
answers by itself, and the PBX is asked by the same action over an open connection: what a script can do with any phone.
"""
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import time

import numpy as np

from clicks import LocalPort, percentiles
from measure import HERE, free_port
from card import RATE
from phone import Phone

LAB = os.path.join(os.path.dirname(HERE), "lab", "pbx")
TONE_HZ = 1004
WINDOW = RATE // 100
# Of the tone's own level at the speaker, once it is there.
THRESHOLD = 0.02
PATIENCE_S = 5.0


class Pbx:
    """An Asterisk of its own, with somebody at its manager interface."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ringside-bench-pbx-")
        self._lab("up", "--auto")
        lines = (line.split("=", 1) for line in self._lab("env").splitlines() if "=" in line)
        self.env = {key: "".join(shlex.split(value)) for key, value in lines}
        self.registrar = "127.0.0.1:" + self.env["RINGSIDE_PBX_SIP_PORT"]
        self.manager = "127.0.0.1:" + self.env["RINGSIDE_PBX_AMI_PORT"]
        self.ami = socket.create_connection(("127.0.0.1", int(self.env["RINGSIDE_PBX_AMI_PORT"])))
        self.act(Action="Login", Username="ringside", Secret="secret-ami", Events="off")

    def _lab(self, *arguments):
        done = subprocess.run([LAB, "--instance", self.folder, *arguments], capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError("the lab's PBX: %s" % done.stderr)
        return done.stdout

    def act(self, **fields):
        """Gives when the action was handed to the kernel."""
        text = "".join("%s: %s\r\n" % field for field in fields.items()) + "\r\n"
        now = time.monotonic()
        self.ami.sendall(text.encode())
        return now

    def wait(self, command, said):
        end = time.monotonic() + 20
        while said not in self._lab("cli", command):
            if time.monotonic() > end:
                raise RuntimeError("%s: no %r" % (command, said))
            time.sleep(0.05)

    def start_again(self):
        """On the same ports; gives back once it takes calls and orders."""
        self._lab("up", "--keep")

    def close(self):
        self.ami.close()
        self._lab("down")
        shutil.rmtree(self.folder, ignore_errors=True)


def listen(bench, count):
    pbx = Pbx()
    phones = []
    try:
        talker = start(bench, os.path.join(HERE, "phones", "ringside.toml"), pbx, phones, "101",
                       '[audio]\nmicrophone = ["null"]\nspeaker = ["null"]\nring = ["null"]\n')
        manager = '[pbx]\ndriver = "ami"\naddress = "%s"\nusername = "ringside"\nsecret = "secret-ami"\n' % pbx.manager
        supervisor = start(bench, bench.toml, pbx, phones, "201", manager)
        talker.command("dial", uri="701")
        pbx.wait("core show channels concise", "!Milliwatt!")
        ask = asks(supervisor, pbx)
        times = [heard_after(bench, pbx, ask) for _ in range(count)]
    finally:
        for phone in phones:
            phone.stop()
        pbx.close()
    return percentiles("listen", times)


def start(bench, toml, pbx, phones, user, more):
    folder = tempfile.mkdtemp(prefix="%s-" % user, dir=bench.folder)
    phone = Phone(toml, bench.card.env, folder, codec=bench.codec, binary=bench.binary, sip_port=free_port(),
                  control_port=free_port(), registrar=pbx.registrar, user=user, password="secret-" + user, extension=user,
                  answers="auto", more=more)
    phones.append(phone)
    pbx.wait("pjsip show contacts", " %s/sip:" % user)
    phone.connect()
    return phone


def asks(phone, pbx):
    """How the supervisor asks; gives when."""
    if "local_port" not in phone.config:
        return lambda: pbx.act(Action="Originate", Channel="PJSIP/201", Application="ChanSpy", Data="PJSIP/101-,qS", Async="true")
    port = LocalPort(phone)
    end = time.monotonic() + 10
    while not port.get("/v1/snapshot")["powers"]["spy"]["allowed"] or not port.get("/v1/events")["manager"]["connected"]:
        if time.monotonic() > end:
            raise RuntimeError("the manager interface does not answer")
        time.sleep(0.05)

    def ask():
        asked, answer = port.ask("/v1/intent", port.bearer, method="POST",
                                 body='{"type":"supervise","extension":"101","mode":"spy"}')
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError("listening is answered %r" % answer[-300:])
        return asked
    return ask


def heard_after(bench, pbx, ask):
    asked = ask()
    end = asked + PATIENCE_S
    while (onset := first_tone(*bench.card.speaker.slice(asked, time.monotonic()))) is None:
        if time.monotonic() > end:
            raise RuntimeError("nothing is heard within %g s" % PATIENCE_S)
        time.sleep(0.05)
    pbx.act(Action="Hangup", Channel="/^PJSIP\\/201-.*$/")
    pbx.wait("core show channels concise", "Milliwatt")
    while "ChanSpy" in pbx._lab("cli", "core show channels concise"):
        time.sleep(0.05)
    time.sleep(0.5)
    return (onset - asked) * 1e3


def first_tone(x, begins):
    """When the tone begins, to 10 ms."""
    blocks = x[:len(x) // WINDOW * WINDOW].reshape(-1, WINDOW)
    if not len(blocks):
        return None
    turn = np.exp(-2j * np.pi * TONE_HZ * np.arange(WINDOW) / RATE)
    level = np.abs(blocks @ turn) * 2 / WINDOW
    # Two in a row: a beep that tells that the phone has answered is another tone, and short.
    above = (level[:-1] > THRESHOLD) & (level[1:] > THRESHOLD)
    return begins + int(np.argmax(above)) * WINDOW / RATE if above.any() else None
