"""What a busy PBX costs a phone that takes its events in, and whether any is lost; only phones that have such a port.

storm.mjs is the PBX. A stand-in for the CRM counts the calls that are registered with it.
"""
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

import rtp_codecs
from clicks import HERE, LocalPort, yardstick
from measure import RATE

# A second: a fifth above the bar.
OFFERED = 6000
CONNECTIONS = 16
# One call in so many is for this desk: five a second, as a whole team has.
MINE = 200
# The receiver bounds each address, so whoever asks what it can do comes from several.
ADDRESSES = 4
# The desk remembers what colleagues did for ten seconds, and its own calls for a minute.
SETTLED_S = 10
# A frame that comes later than this after its time is of no use to most jitter buffers.
LATE_S = 0.06


class Crm:
    """Takes registered calls; remembers who called, by the key of each call, and how often that came."""

    def __init__(self):
        self.callers, self.repeated, lock = {}, 0, threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

            def do_POST(handler):
                body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
                with lock:
                    self.repeated += handler.headers["Idempotency-Key"] in self.callers
                    self.callers[handler.headers["Idempotency-Key"]] = body["number"]
                handler.send_response(200)
                handler.send_header("Content-Length", "0")
                handler.end_headers()

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.settings = '[crm]\nregister_url = "http://127.0.0.1:%d/calls"\n' % self.server.server_port

    def wait(self, callers, timeout_s):
        """Until nobody is missing; gives how many are, and how many calls are registered that ought not to be."""
        end = time.monotonic() + timeout_s
        while (missing := len(set(callers) - set(self.callers.values()))) and time.monotonic() < end:
            time.sleep(0.2)
        time.sleep(1)
        return missing, len(set(self.callers.values()) - set(callers)) + len(self.callers) - len(set(self.callers.values()))

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def storm(bench, seconds):
    """Events at a steady rate while a call is up with speech both ways."""
    said = np.tile(bench.speech, int((seconds + 30) * RATE / len(bench.speech)) + 1)
    bench.prepare(said)
    crm = Crm()
    with bench.phone(more=crm.settings) as phone:
        port = LocalPort(phone)
        bench.answer(phone)
        bench.card.play(said)
        time.sleep(3)
        cpu, begun = phone.cpu_s(), time.monotonic()
        sender = Storm(port.webhook, OFFERED, seconds)
        weights, losses = watch(phone, port, sender)
        ended, result = time.monotonic(), sender.result()
        cpu = (phone.cpu_s() - cpu) / (ended - begun)
        path = os.path.join(bench.folder, "storm.npz")
        bench.peer.do("save", "saved", path=path)
        bench.hang_up()
        missing, false = crm.wait(result["answered_here"], 60)
        receiver = port.get("/v1/events")["receiver"]
        after = phone.rss_mib()
    crm.close()
    lost, late = frames(dict(np.load(path)), bench.codec, begun, ended)
    print("storm: memory each second:", " ".join("%.0f" % w for w in weights), file=sys.stderr)
    early = weights[min(SETTLED_S, len(weights) - 1)]
    print("storm: %d events, answered %s, %d taken, in %.1f s; the slowest answer took %.1f ms\n"
          "storm: memory, MiB: %.1f at first, %.1f after %d s, %.1f at the end, at most %.1f, %.1f when all is registered\n"
          "storm: %d calls answered at this desk, %d registered, %d of them more than once"
          % (result["sent"], result["statuses"], receiver["taken"], result["seconds"], result["worst_ms"], weights[0], early,
             min(SETTLED_S, len(weights) - 1), weights[-1], max(weights), after,
             len(result["answered_here"]), len(crm.callers), crm.repeated), flush=True)
    return {"events_per_s": result["per_s"], "events_lost": result["sent"] - result["statuses"].get("200", 0)
            + abs(result["sent"] - receiver["taken"]), "event_p50_ms": result["p50_ms"], "event_p99_ms": result["p99_ms"],
            "events_rss_mib": weights[-1], "events_rss_growth": weights[-1] / early, "events_cpu_percent": cpu * 100,
            "frames_lost": lost, "frames_late": late, "heard_loss_percent": max(losses),
            "legs_missing": missing, "legs_false": false}


class Storm:
    """storm.mjs at work."""

    def __init__(self, port, rate, seconds, addresses=1):
        wanted = {"rate": rate, "seconds": seconds, "connections": CONNECTIONS, "addresses": addresses, "mine": MINE}
        # Into a file: the list of callers is longer than a pipe.
        self.out = tempfile.TemporaryFile("w+")
        argv = ["node", os.path.join(HERE, "storm.mjs"), "http://127.0.0.1:%d" % port, json.dumps(wanted)]
        self.process = subprocess.Popen(argv, stdout=self.out)

    def is_over(self, timeout_s):
        try:
            self.process.wait(timeout_s)
            return True
        except subprocess.TimeoutExpired:
            return False

    def result(self):
        if self.process.wait():
            raise RuntimeError("the storm broke off: the phone closed a connection")
        self.out.seek(0)
        return json.load(self.out)


def watch(phone, port, sender):
    """Memory, and what the phone itself says it loses of the far end's sound, each second."""
    weights, losses = [phone.rss_mib()], [0.0]
    while not sender.is_over(1):
        weights.append(phone.rss_mib())
        quality = [call["quality"] for call in port.get("/v1/snapshot")["calls"] if call["quality"]]
        losses += [quality["loss_pct"] for quality in quality]
    return weights, losses


def frames(call, codec, begun, ended):
    """Of what the phone sent meanwhile: how many packets are missing on its time line, and how many came too late."""
    codec = rtp_codecs.make(codec)
    sound = (call["pt"] != 13) & (call["pt"] != 101) & (call["t"] >= begun) & (call["t"] <= ended)
    t, position = call["t"][sound], np.unwrap(call["ts"][sound].astype(float), period=2**32) / codec.clock
    if len(t) < 2:
        raise RuntimeError("the phone sends no sound")
    step = rtp_codecs.PTIME_MS / 1e3
    wanted = int(round((max(position) - min(position)) / step)) + 1
    # What came soonest after its time waited for nothing.
    waited = t - position
    return wanted - len(set(np.round(position / step))), int(np.sum(waited - waited.min() > LATE_S))


def flood(bench, seconds):
    """As many events as are answered, from several addresses; then the same to Node's own server."""
    with bench.phone() as phone:
        ours = Storm(LocalPort(phone).webhook, 0, seconds, ADDRESSES).result()
    if set(ours["statuses"]) != {"200"}:
        raise RuntimeError("the flood is answered %s" % ours["statuses"])
    with yardstick(b'{"ok":1}') as port:
        theirs = Storm(port, 0, seconds, ADDRESSES).result()
    return {"flood_per_s": ours["per_s"], "flood_per_s_of_peer": theirs["per_s"], "flood_p99_ms": ours["p99_ms"],
            "flood_p99_ms_of_peer": theirs["p99_ms"]}
