"""What is measured at the localhost port: clicks, requests, the stream of changes. Only phones that have such a port.

A click is a connection of its own, as a browser's first one is; it ends with the arrival of the INVITE.
"""
import contextlib
import json
import os
import re
import selectors
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np

from measure import sip

SO_TIMESTAMPNS = 35
HERE = os.path.dirname(os.path.abspath(__file__))
LISTENERS = 50
# From paired pages: a site may dial ten times at once.
BURST, SITES = 10, 20
# Links that come closer together were not both clicked.
LINK_PAUSE_S = 5.2


class LocalPort:
    """The port and the token, as the phone prints them when it is ready; and where a PBX tells it of calls."""

    def __init__(self, phone):
        pattern = re.compile(phone.config["local_port"])
        end = time.monotonic() + 5
        while not (found := pattern.search(self._log(phone))):
            if time.monotonic() > end:
                raise RuntimeError("the phone does not say where its localhost port is")
            time.sleep(0.02)
        self.port = int(found.group(1))
        with open(found.group(2)) as f:
            self.bearer = "Authorization: Bearer %s" % f.read().strip()
        self.webhook = int(re.search(phone.config["webhook"], self._log(phone)).group(1))

    @staticmethod
    def _log(phone):
        phone.log.flush()
        with open(phone.log.name, encoding="utf-8", errors="replace") as f:
            return f.read()

    def request(self, target, *headers, method="GET", body=""):
        lines = ["%s %s HTTP/1.1" % (method, target), "Host: 127.0.0.1:%d" % self.port, *headers]
        return ("\r\n".join(lines) + "\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)).encode()

    def connect(self):
        return connect(self.port)

    def ask(self, target, *headers, **more):
        """One request on a connection of its own; gives when it began, and the answer's head."""
        request = self.request(target, *headers, "Connection: close", **more)
        asked = time.monotonic()
        with self.connect() as s:
            s.sendall(request)
            answer = b""
            while data := s.recv(65536):
                answer += data
        return asked, answer

    def get(self, target):
        return json.loads(self.ask(target, self.bearer)[1].split(b"\r\n\r\n", 1)[1])


def connect(port):
    s = socket.create_connection(("127.0.0.1", port))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def clicks(bench, count):
    """GET /callto, with the token and from paired pages; each INVITE is refused with 486, so that the next can follow.

    All with one phone, so it has hundreds of them in mind: UDP keeps a refused INVITE for 32 s (RFC 3261, timer D).
    """
    bench.peer.send("mode", mode="refuse")
    with bench.phone() as phone:
        port = LocalPort(phone)
        by_token = [click(bench, port, i, port.bearer) for i in range(count)]
        by_page = [click(bench, port, i, "Origin: https://crm%d.example" % (i // BURST)) for i in range(BURST * SITES)]
    bench.peer.send("mode", mode="answer")
    return {**percentiles("click_to_invite", by_token), **percentiles("page_to_invite", by_page)}


def click(bench, port, i, header):
    since = bench.peer.mark()
    asked, answer = port.ask("/callto?number=%d" % (5000 + i), header)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError("click %d is answered %r" % (i, answer[:300]))
    invite = bench.peer.must("INVITE", sip("in", "INVITE"), since)
    bench.peer.must("ACK", sip("in", "ACK"), since)
    time.sleep(0.03)
    return (invite["t"] - asked) * 1e3


def links(bench, count, app):
    """`ringside-link tel:…` while the phone runs: process start → INVITE, as the desktop's handler would start it."""
    if not os.path.exists(app):
        print("%s is not built, so no link is opened" % app, file=sys.stderr)
        return {}
    times = []
    bench.peer.send("mode", mode="refuse")
    with bench.phone() as phone:
        argv = [phone._fill(a) for a in phone.config["link"]]
        for i in range(count):
            since = bench.peer.mark()
            asked = time.monotonic()
            opened = subprocess.run([app, *argv, "tel:%d" % (6000 + i)], env=phone.env, capture_output=True)
            if opened.returncode:
                raise RuntimeError("the link is not taken: %s" % opened.stderr.decode("utf-8", "replace"))
            invite = bench.peer.must("INVITE", sip("in", "INVITE"), since)
            times.append((invite["t"] - asked) * 1e3)
            time.sleep(LINK_PAUSE_S)
    bench.peer.send("mode", mode="answer")
    return percentiles("link_to_invite", times)


def requests(bench, seconds):
    """GET /v1/snapshot, kept alive, by wrk; then the same bytes from Node's own server, by the same wrk."""
    if not shutil.which("wrk"):
        raise RuntimeError("wrk is not installed; `tests/install bench` does it")
    with bench.phone() as phone:
        port = LocalPort(phone)
        _, answer = port.ask("/v1/snapshot", port.bearer)
        ours = wrk("http://127.0.0.1:%d/v1/snapshot" % port.port, port.bearer, seconds)
    with yardstick(answer.split(b"\r\n\r\n", 1)[1]) as port:
        theirs = wrk("http://127.0.0.1:%d/" % port, "X: y", seconds)
    return {"snapshots_per_s": ours, "snapshots_per_s_of_peer": theirs}


@contextlib.contextmanager
def yardstick(body):
    """Node's own server, answering everything with the same bytes; gives its port."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        server = subprocess.Popen(["node", os.path.join(HERE, "server.mjs"), file.name], stdout=subprocess.PIPE, text=True)
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()
            server.wait()


def wrk(url, header, seconds):
    out = subprocess.run(["wrk", "-t1", "-c8", "-d%ds" % seconds, "-H", header, url], capture_output=True, text=True, check=True)
    if "Non-2xx" in out.stdout:
        raise RuntimeError("wrk: %s" % out.stdout)
    return float(re.search(r"Requests/sec:\s*([\d.]+)", out.stdout).group(1))


def stream(bench, count):
    """From an intent's being written to its change's arrival at each of the listeners, by the kernel's stamps."""
    with bench.phone() as phone:
        port = LocalPort(phone)
        listeners = [listen(port) for _ in range(LISTENERS)]
        times = []
        with port.connect() as asker:
            for i in range(count):
                times += one_change(port, asker, listeners, i % 2 == 0)
                time.sleep(0.02)
        for listener in listeners:
            listener.close()
    return percentiles("stream", times)


def listen(port):
    s = port.connect()
    s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    s.sendall(port.request("/v1/changes", port.bearer))
    text = b""
    while b"listening" not in text:
        text += s.recv(65536)
    s.setblocking(False)
    return s


def one_change(port, asker, listeners, on):
    intent = json.dumps({"type": "set_do_not_disturb", "on": on})
    request = port.request("/v1/intent", port.bearer, method="POST", body=intent)
    ready = selectors.DefaultSelector()
    for listener in listeners:
        ready.register(listener, selectors.EVENT_READ)
    asked = time.time_ns()
    asker.sendall(request)
    arrived, end = {}, time.monotonic() + 5
    while len(arrived) < len(listeners):
        if time.monotonic() > end:
            raise RuntimeError("the change reached %d of %d listeners" % (len(arrived), len(listeners)))
        for key, _ in ready.select(1):
            data, ancillary, _, _ = key.fileobj.recvmsg(65536, 256)
            if b"preferences_changed" in data:
                arrived[key.fileobj] = stamp(ancillary) - asked
                ready.unregister(key.fileobj)
    ready.close()
    asker.recv(65536)
    return [ns / 1e6 for ns in arrived.values()]


def stamp(ancillary):
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, ns = struct.unpack("qq", value[:16])
            return seconds * 10**9 + ns
    return time.time_ns()


def percentiles(name, times):
    return {"%s_p50_ms" % name: np.percentile(times, 50), "%s_p99_ms" % name: np.percentile(times, 99)}
