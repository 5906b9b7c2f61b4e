"""Whether an event costs the same however much there is already: reads what `cargo bench` of desk and journal left behind.

    cargo bench -p ringside-desk --bench cards && cargo bench -p ringside-journal --bench journal && growth.py

Criterion's median counts. A commit waits for whatever else the disk has to do, so these rows mean something on an idle disk
alone. Exit status 1: one costs more than twice as much with the most as with the least.
"""
import json
import os
import sys

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CRITERION = os.path.join(REPOSITORY, "target", "criterion")
BAR = 2.0

# what, criterion's names with the least and with the most
TABLE = [
    ("a call told by its events, 1 and 1 000 open cards", "webhook/1", "webhook/1000"),
    ("a call that rings here, 1 and 1 000 open cards", "invite/1", "invite/1000"),
    ("a colleague's call on the floor, by AMI, 10 and 5 000 agents", "call/10", "call/5000"),
    ("a caller who waits on the floor, and a pause, 10 and 5 000 agents", "queue/10", "queue/5000"),
    ("a colleague's call on the floor, by webhook, 10 and 5 000 agents", "webhook/10", "webhook/5000"),
    ("commit an event, 10³ and 10⁶ calls", "1000 calls/commit an event", "1000000 calls/commit an event"),
    ("commit a new call, 10³ and 10⁶ calls", "1000 calls/commit a new call", "1000000 calls/commit a new call"),
    ("commit a note, 10³ and 10⁶ calls", "1000 calls/commit a note", "1000000 calls/commit a note"),
    ("earlier calls of a number, 10³ and 10⁶ calls", "1000 calls/earlier calls of a number",
     "1000000 calls/earlier calls of a number"),
]


def main():
    print("| what, median | with the least | with the most | ratio | bar | |\n|---|---:|---:|---:|---|---|")
    verdicts = [row(*line) for line in TABLE]
    sys.exit("missed" in verdicts)


def row(what, least, most):
    a, b = median_us(least), median_us(most)
    verdict = "held" if b <= BAR * a else "missed"
    print("| %s | %.3g µs | %.3g µs | %.2f | ≤ %g | %s |" % (what, a, b, b / a, BAR, verdict))
    return verdict


def median_us(name):
    path = os.path.join(CRITERION, *name.split("/"), "new", "estimates.json")
    if not os.path.exists(path):
        sys.exit("%s was not measured: run cargo bench before" % name)
    with open(path) as f:
        return json.load(f)["median"]["point_estimate"] / 1e3


if __name__ == "__main__":
    main()
