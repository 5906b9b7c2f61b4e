"""Measures Ringside and a peer in the same run, and prints both, their ratio, and whether the bar is held.

    bench.py [--phone ringside] [--peer baresip] [--codec opus] [--short] [--only dial,cost] [--out artefacts/bench.json]

A bar is absolute, or 1.0: not worse than the peer. Exit status 1: a bar is missed.
"""
import argparse
import json
import os
import platform
import sys

from measure import HERE, Bench

REPOSITORY = os.path.dirname(os.path.dirname(HERE))

# figure, what it says, bar: ("at most", value) or ("peer", ratio)
TABLE = [
    ("start_to_registered_ms", "process start → registered, ms", ("peer", 1.0)),
    ("dial_to_invite_p50_ms", "dial → INVITE on the wire, p50, ms", ("at most", 5.0)),
    ("dial_to_invite_p99_ms", "dial → INVITE on the wire, p99, ms", ("at most", 5.0)),
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
        "cost": lambda: bench.cost(3 if a.short else 20, 5 if a.short else 30),
        "mouth_to_ear": lambda: bench.mouth_to_ear(4 if a.short else 12),
    }
    figures, errors = {}, {}
    try:
        for test, run in tests.items():
            if a.only and test not in a.only.split(","):
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
    kind, limit = bar
    us, them = ours[name], theirs.get(name)
    ratio = us / them if them else None
    judged = us if kind == "at most" else ratio
    verdict = "–" if judged is None else "held" if judged <= limit else "missed"
    said = "≤ %g" % limit if kind == "at most" else "≤ %g × peer" % limit
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
    p.add_argument("--short", action="store_true", help="few repetitions, to see that it works")
    p.add_argument("--only", help="some of start, dial, incoming, cost, mouth_to_ear")
    p.add_argument("--out", default=os.path.join(REPOSITORY, "artefacts", "bench.json"))
    return p.parse_args()


if __name__ == "__main__":
    main()
