"""From a PBX's being back after its power was cut to the floor's being right again: live, and nobody talks who did before.

The lab's Asterisk is killed while 101 talks to 102, and started again on the same ports. The time counts from its being
fully booted.
"""
import os
import signal
import time

from clicks import LocalPort, percentiles
from listen import Pbx, start
from measure import HERE

PATIENCE_S = 30.0
# Asterisk writes what it knows of registrations once a second (main/db.c).
WRITTEN_S = 2.5
SILENT = '[audio]\nmicrophone = ["null"]\nspeaker = ["null"]\nring = ["null"]\n'


def recovery(bench, count):
    pbx = Pbx()
    phones = []
    try:
        talkers = [LocalPort(start(bench, os.path.join(HERE, "phones", "ringside.toml"), pbx, phones, number, SILENT))
                   for number in ("101", "102")]
        manager = '[pbx]\ndriver = "ami"\naddress = "%s"\nusername = "ringside"\nsecret = "secret-ami"\n' % pbx.manager
        supervisor = start(bench, bench.toml, pbx, phones, "201", manager + '[floor]\nagents = ["101-103"]\n')
        looks = LocalPort(supervisor)
        time.sleep(WRITTEN_S)
        times = [right_after(pbx, talkers, looks) for _ in range(count)]
    finally:
        for phone in phones:
            phone.stop()
        pbx.close()
    return percentiles("floor_right_again", times)


def right_after(pbx, talkers, looks):
    # The registrations outlive the PBX, which keeps them in its database.
    intend(talkers[0], '{"type":"dial","target":"102"}')
    until(talkers[1], "102 rings", lambda shown: any(call["state"] == "ringing" for call in shown["calls"]))
    intend(talkers[1], '{"type":"answer"}')
    until(looks, "101 talks", lambda shown: shown["floor"]["live"] and state(shown, "101") == "talking")
    with open(os.path.join(pbx.folder, "asterisk.pid")) as f:
        os.kill(int(f.read()), signal.SIGKILL)
    until(looks, "the floor may not hold", lambda shown: not shown["floor"]["live"])
    pbx.start_again()
    back = time.monotonic()
    until(looks, "nobody talks", lambda shown: shown["floor"]["live"] and state(shown, "101") != "talking")
    right = time.monotonic()
    for talker in talkers:
        intend(talker, '{"type":"hang_up"}')
        until(talker, "the call is over", lambda shown: all(call["state"] == "ended" for call in shown["calls"]))
    return (right - back) * 1e3


def intend(port, intent):
    _, answer = port.ask("/v1/intent", port.bearer, method="POST", body=intent)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError("%s is answered %r" % (intent, answer[-300:]))


def state(shown, extension):
    return next((agent["state"] for agent in shown["agents"] if agent["extension"] == extension), None)


def until(port, what, fits):
    end = time.monotonic() + PATIENCE_S
    while not fits(port.get("/v1/snapshot")):
        if time.monotonic() > end:
            raise RuntimeError("%s: not within %g s" % (what, PATIENCE_S))
        time.sleep(0.01)
