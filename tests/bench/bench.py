"""Measures Ringside and a peer in the same run, and prints both, their ratio, and whether the bar is held.

    bench.py [--phone ringside] [--peer baresip] [--codec opus] [--short] [--only dial,cost] [--out artefacts/bench.json]

A bar is absolute, or 1.0: not worse than the peer. Exit status 1: a bar is missed.
"""
import argparse
import json
import os
import platform
import sys

import callers
import clicks
import events
import listen
import recovery
from measure import HERE, Bench

REPOSITORY = os.path.dirname(os.path.dirname(HERE))

# figure, what it says, bar: ("at most", value), ("at least", value), ("peer", ratio) or none
TABLE = [
    ("start_to_registered_ms", "process start → registered, ms", ("peer", 1.0)),
    ("dial_to_invite_p50_ms", "dial → INVITE on the wire, p50, ms", ("at most", 5.0)),
    ("dial_to_invite_p99_ms", "dial → INVITE on the wire, p99, ms", ("at most", 5.0)),
    ("click_to_invite_p50_ms", "click on localhost: connection → INVITE, p50, ms", ("at most", 10.0)),
    ("click_to_invite_p99_ms", "click on localhost: connection → INVITE, p99, ms", ("at most", 10.0)),
    ("page_to_invite_p50_ms", "the same from a paired page, p50, ms", ("at most", 10.0)),
    ("page_to_invite_p99_ms", "the same from a paired page, p99, ms", ("at most", 10.0)),
    ("link_to_invite_p50_ms", "tel: link, it runs: process start → INVITE, p50, ms", None),
    ("link_to_invite_p99_ms", "tel: link, it runs: process start → INVITE, p99, ms", None),
    ("snapshots_per_s", "/v1/snapshot, 1/s (peer: Node's server, same bytes)", None),
    ("stream_p50_ms", "intent → its change at 50 listeners, p50, ms", None),
    ("stream_p99_ms", "intent → its change at 50 listeners, p99, ms", None),
    ("invite_to_card_p50_ms", "INVITE → card in the stream, p50, ms", None),
    ("invite_to_card_p99_ms", "INVITE → card in the stream, p99, ms", None),
    ("event_to_card_p50_ms", "webhook's last byte → card in the stream, p50, ms", None),
    ("event_to_card_p99_ms", "webhook's last byte → card in the stream, p99, ms", None),
    ("event_to_painted_p50_ms", "webhook's last byte → card painted, its window was hidden, p50, ms", ("at most", 50.0)),
    ("event_to_painted_p99_ms", "webhook's last byte → card painted, its window was hidden, p99, ms", ("at most", 50.0)),
    ("event_to_painted_beside_p50_ms", "webhook's last byte → card painted beside another, p50, ms", ("at most", 50.0)),
    ("event_to_painted_beside_p99_ms", "webhook's last byte → card painted beside another, p99, ms", ("at most", 50.0)),
    ("event_to_floor_p50_ms", "webhook's last byte → row of the floor painted, 500 agents, p50, ms", ("at most", 100.0)),
    ("event_to_floor_p99_ms", "webhook's last byte → row of the floor painted, 500 agents, p99, ms", ("at most", 100.0)),
    ("floor_events_per_s", "events a second meanwhile", ("at least", 195.0)),
    ("events_per_s", "events taken in during a call, 1/s", ("at least", 5000.0)),
    ("events_lost", "events lost, or not counted", ("at most", 0.0)),
    ("event_p50_ms", "event → 200 meanwhile, p50, ms", None),
    ("event_p99_ms", "event → 200 meanwhile, p99, ms", None),
    ("legs_missing", "answered calls of this desk that the CRM was not told", ("at most", 0.0)),
    ("legs_false", "calls that the CRM was told and ought not to be", ("at most", 0.0)),
    ("frames_lost", "sound: packets missing to the far end meanwhile", ("at most", 0.0)),
    ("frames_late", "sound: packets more than 60 ms late there", None),
    ("heard_loss_percent", "sound: lost or late from the far end, at most, %", ("at most", 0.0)),
    ("events_cpu_percent", "CPU meanwhile, % of one core", None),
    ("events_rss_mib", "memory at the end, MiB", None),
    ("events_rss_growth", "memory at the end over that after 10 s", ("at most", 1.1)),
    ("flood_per_s", "events taken in at most, 1/s (peer: Node's server answering 200)", None),
    ("flood_p99_ms", "event → 200 then, p99, ms (peer: likewise)", None),
    ("listen_p50_ms", "click on listen → first sound, through Asterisk, p50, ms", ("peer", 1.0)),
    ("listen_p99_ms", "click on listen → first sound, through Asterisk, p99, ms", ("peer", 1.0)),
    ("floor_right_again_p50_ms", "PBX back after a power cut → floor right again, p50, ms", ("at most", 5000.0)),
    ("floor_right_again_p99_ms", "PBX back after a power cut → floor right again, p99, ms", ("at most", 5000.0)),
    ("invite_to_180_p50_ms", "INVITE in → 180, p50, ms", ("peer", 1.0)),
    ("invite_to_180_p99_ms", "INVITE in → 180, p99, ms", ("peer", 1.0)),
    ("answer_to_rtp_ms", "answer → first RTP, ms", ("peer", 1.0)),
    ("mouth_to_ear_ms", "mouth to ear, loopback, ms", ("peer", 1.0)),
    ("idle_cpu_s_per_min", "CPU, registered and idle, s/min", ("at most", 0.1)),
    ("call_cpu_s_per_min", "CPU, in a call, s/min", ("peer", 1.0)),
    ("idle_rss_mib", "memory, registered and idle, MiB", ("at most", 25.0)),
    ("call_rss_mib", "memory, in a call, MiB", ("at most", 25.0)),
]


def main():
    a = arguments()
    phones = [name for name in (a.phone, a.peer) if name != "none"]
    results = {name: measure(name, a) for name in phones}
    ours, theirs = results[a.phone], results.get(a.peer, {"figures": {}})
    rows = [row(*line, ours["figures"], theirs["figures"]) for line in TABLE if line[0] in ours["figures"]]
    print_table(a, rows)
    for name, result in results.items():
        for test, error in result["errors"].items():
            print("%s: %s: %s" % (name, test, error))
        if result["max_late_ms"] > 20:
            print("%s: the machine stalled for %.0f ms; run again when it is idle" % (name, result["max_late_ms"]))
    os.makedirs(os.path.dirname(a.out), exist_ok=True)
    with open(a.out, "w") as f:
        json.dump({"codec": a.codec, "cpus": os.cpu_count(), "machine": platform.machine(), "table": rows, "phones": results},
                  f, indent=1, default=float)
    sys.exit(bool(ours["errors"]) or any(r["verdict"] == "missed" for r in rows))


def measure(name, a):
    """One phone after the other: they must not disturb each other."""
    bench = Bench(os.path.join(HERE, "phones", name + ".toml"), a.codec, a.binary)
    tests = {
        "start": lambda: bench.start(2 if a.short else 7),
        "dial": lambda: bench.dial(20 if a.short else 200),
        "incoming": lambda: bench.incoming(10 if a.short else 100, 2 if a.short else 10),
        "clicks": lambda: clicks.clicks(bench, 100 if a.short else 1000),
        "links": lambda: clicks.links(bench, 2 if a.short else 12, a.app),
        "requests": lambda: clicks.requests(bench, 2 if a.short else 10),
        "stream": lambda: clicks.stream(bench, 10 if a.short else 100),
        "callers": lambda: callers.callers(bench, 10 if a.short else 200, 20 if a.short else 500),
        "painted": lambda: callers.painted(a.window, 10 if a.short else 500),
        "floor": lambda: callers.floor(a.window, 20 if a.short else 500),
        "storm": lambda: events.storm(bench, a.storm_s or (5 if a.short else 60)),
        "flood": lambda: events.flood(bench, 2 if a.short else 10),
        "listen": lambda: listen.listen(bench, 3 if a.short else 20),
        "recovery": lambda: recovery.recovery(bench, 2 if a.short else 20),
        "cost": lambda: bench.cost(3 if a.short else 20, 5 if a.short else 30),
        "mouth_to_ear": lambda: bench.mouth_to_ear(4 if a.short else 12),
    }
    figures, errors = {}, {}
    try:
        for test, run in tests.items():
            if a.only and test not in a.only.split(",") or not bench.can(test):
                continue
            print("%s: %s" % (name, test), file=sys.stderr, flush=True)
            try:
                figures.update({k: float(v) for k, v in run().items()})
            except Exception as e:
                errors[test] = str(e)
        late = max(bench.card.mic.max_late_ms(), bench.card.speaker.max_late_ms())
    finally:
        bench.close()
    return {"figures": figures, "errors": errors, "max_late_ms": late}


def row(name, label, bar, ours, theirs):
    us, them = ours[name], theirs.get(name, ours.get(name + "_of_peer"))
    ratio = us / them if them else None
    if not bar:
        return {"figure": name, "label": label, "ours": us, "peer": them, "ratio": ratio, "bar": "–", "verdict": "–"}
    kind, limit = bar
    judged = ratio if kind == "peer" else us
    held = judged is not None and (judged >= limit if kind == "at least" else judged <= limit)
    verdict = "–" if judged is None else "held" if held else "missed"
    said = {"at most": "≤ %g", "at least": "≥ %g", "peer": "≤ %g × peer"}[kind] % limit
    return {"figure": name, "label": label, "ours": us, "peer": them, "ratio": ratio, "bar": said, "verdict": verdict}


def print_table(a, rows):
    print("| %s, %d cores | %s | %s | ratio | bar | |" % (a.codec, os.cpu_count(), a.phone, a.peer))
    print("|---|---:|---:|---:|---|---|")
    for r in rows:
        print("| %s | %s | %s | %s | %s | %s |" % (r["label"], number(r["ours"]), number(r["peer"]), number(r["ratio"]),
                                                r["bar"], r["verdict"]))


def number(x):
    return "–" if x is None else "%.2f" % x if x < 10 else "%.0f" % x


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--phone", default="ringside", help="a file of phones/, without .toml")
    p.add_argument("--peer", default="baresip", help="likewise, or none")
    p.add_argument("--codec", default="opus", choices=["opus", "pcmu"])
    p.add_argument("--binary", default=os.path.join(REPOSITORY, "target", "ci", "ringside-headless"))
    p.add_argument("--app", default=os.path.join(REPOSITORY, "target", "ci", "ringside-link"), help="what opens a tel: link")
    p.add_argument("--window", default=os.path.join(REPOSITORY, "target", "ci", "ringside"), help="the program with the window")
    p.add_argument("--short", action="store_true", help="few repetitions, to see that it works")
    p.add_argument("--storm-s", type=int, help="seconds of events during a call; 60 unless --short")
    p.add_argument("--only", help="some of start, dial, incoming, clicks, links, requests, stream, callers, painted, storm, "
                   "flood, listen, recovery, cost, mouth_to_ear")
    p.add_argument("--out", default=os.path.join(REPOSITORY, "artefacts", "bench.json"))
    return p.parse_args()


if __name__ == "__main__":
    main()
