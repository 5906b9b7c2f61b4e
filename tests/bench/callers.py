"""How long a caller takes to become a card: in the stream of changes, and on the screen.

An event counts from when its last byte is handed to the kernel, an INVITE from when the far end sends it; a change counts
when the kernel has it for the listener.
"""
import json
import os
import re
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode

from clicks import HERE, LocalPort, connect, listen, percentiles, stamp
from measure import sip

DESKTOP = os.path.join(os.path.dirname(HERE), "e2e", "desktop")


class Changes:
    """What the phone says that changed, and when."""

    def __init__(self, port):
        self.socket, self.pieces, self.came = listen(port), [], threading.Condition()
        self.socket.setblocking(True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            data, ancillary, _, _ = self.socket.recvmsg(1 << 20, 256)
            if not data:
                return
            with self.came:
                self.pieces.append((stamp(ancillary) / 1e9, data.decode("utf-8", "replace")))
                self.came.notify_all()

    def mark(self):
        with self.came:
            return len(self.pieces)

    def must(self, what, pattern, since):
        """When it came."""
        fits = re.compile(pattern)
        with self.came:
            while True:
                for t, text in self.pieces[since:]:
                    if fits.search(text):
                        return t
                if not self.came.wait(5):
                    raise RuntimeError("no " + what)

    def close(self):
        self.socket.shutdown(2)


class Pbx:
    """Tells of calls over one kept connection, as dial-in events."""

    def __init__(self, port):
        self.port, self.socket = port.webhook, connect(port.webhook)

    def tell(self, kind, call, number, status):
        """Gives when it was sent; returns once it is answered."""
        body = urlencode({"EventType": kind, "CallID": call, "SubCallID": "a-" + call, "CallerIDNum": number, "CalledNumber": "101",
                          "CalledDID": "74957770100", "CallFlow": "in", "CallStatus": status, "EventTime": time.time_ns() // 1000})
        request = ("POST /dial-in HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                   "Content-Length: %d\r\n\r\n%s" % (self.port, len(body), body)).encode()
        sent = time.time()
        self.socket.sendall(request)
        answer = self.socket.recv(65536)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError("the event is answered %r" % answer[:300])
        return sent


def callers(bench, invites, events):
    bench.prepare(bench.speech)
    with bench.phone() as phone:
        port = LocalPort(phone)
        changes, pbx = Changes(port), Pbx(port)
        by_invite = [by_call(bench, phone, changes) for _ in range(invites)]
        by_event = [by_told(changes, pbx, i) for i in range(events)]
        changes.close()
    return {**percentiles("invite_to_card", by_invite), **percentiles("event_to_card", by_event)}


def by_call(bench, phone, changes):
    since = changes.mark()
    invite = bench.peer.must("INVITE", sip("out", "INVITE"), bench.ring(phone)[0])
    came = changes.must("card", r'"card_changed","card":\{[^\n]*"state":"ringing"', since)
    bench.hang_up()
    changes.must("end of the card", r'"card_changed","card":\{[^\n]*"state":"ended"|"card_removed"', since)
    time.sleep(0.03)
    return (came - invite["t"] - (time.time() - time.monotonic())) * 1e3


def by_told(changes, pbx, i):
    since, number = changes.mark(), "7495%07d" % i
    sent = pbx.tell("dial-in", "c%d" % i, number, "CALLING")
    came = changes.must("card", r'"card_changed"[^\n]*"number":"%s"' % number, since)
    pbx.tell("hangup", "c%d" % i, number, "CANCEL")
    time.sleep(0.01)
    return (came - sent) * 1e3


def painted(app, events):
    """The real window, on a desktop of its own: see cards.mjs."""
    if not os.path.exists(app):
        print("%s is not built, so no card is painted" % app, file=sys.stderr)
        return {}
    argv = [DESKTOP, "node", os.path.join(HERE, "cards.mjs"), str(events)]
    out = subprocess.run(argv, env=dict(os.environ, RINGSIDE=app), capture_output=True, text=True)
    if out.returncode:
        raise RuntimeError("the window is not measured: %s" % out.stderr[-2000:])
    times = json.loads(out.stdout.splitlines()[-1])
    return {**percentiles("event_to_painted", times["hidden"]), **percentiles("event_to_painted_beside", times["shown"])}


def floor(app, events):
    """The floor's real window with 500 colleagues, at 200 events a second: see floor.mjs."""
    if not os.path.exists(app):
        print("%s is not built, so no floor is painted" % app, file=sys.stderr)
        return {}
    argv = [DESKTOP, "node", os.path.join(HERE, "floor.mjs"), str(events)]
    out = subprocess.run(argv, env=dict(os.environ, RINGSIDE=app), capture_output=True, text=True)
    if out.returncode:
        raise RuntimeError("the floor is not measured: %s" % out.stderr[-2000:])
    result = json.loads(out.stdout.splitlines()[-1])
    return {**percentiles("event_to_floor", result["times"]), "floor_events_per_s": result["perSecond"]}
