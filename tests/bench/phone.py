"""Starts, commands and weighs any softphone that a TOML file describes (see phones/ringside.toml)."""
import json
import os
import re
import socket
import string
import subprocess
import threading
import time
import tomllib


class Phone:
    def __init__(self, toml, env, folder, **variables):
        with open(toml, "rb") as f:
            self.config = tomllib.load(f)
        usual = {"user": "agent", "password": "secret", "extension": "101", "answers": "manual"}
        self.folder, self.variables = folder, dict(usual, **dict(variables, folder=folder))
        self.env = dict(env, HOME=folder)
        self.socket, self.call = None, ""
        for name, text in self.config.get("files", {}).items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as f:
                f.write(self._fill(text))
        argv = [self._fill(a) for a in self.config["start"]]
        self.log = open(os.path.join(folder, "log"), "wb")
        self.started = time.monotonic()
        self.process = subprocess.Popen(argv, env=self.env, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log)
        threading.Thread(target=self._read, daemon=True).start()

    def _fill(self, text, **more):
        return string.Template(text).safe_substitute(self.variables, call=self.call, **more)

    def _read(self):
        """Keeps the pipe empty, and in mind which call the phone spoke of last."""
        pattern = self.config.get("call") and re.compile(self.config["call"].encode())
        for line in self.process.stdout:
            self.log.write(line)
            if pattern and (found := pattern.search(line)):
                self.call = found.group(1).decode()

    def connect(self):
        """Opens the control connection, before anything is timed."""
        kind, _, address = self.config["control"].partition(":")
        end = time.monotonic() + 5
        while kind == "tcp" and not self.socket:
            try:
                host, port = self._fill(address).rsplit(":", 1)
                self.socket = socket.create_connection((host, int(port)))
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                if time.monotonic() > end:
                    raise RuntimeError("the phone's control port does not answer")
                time.sleep(0.02)

    def command(self, name, **more):
        """Gives a command; returns the moment it was handed to the phone."""
        text = self._fill(self.config["commands"][name], **more).encode()
        if self.config["control"] == "stdin":
            now = time.monotonic()
            self.process.stdin.write(text)
            self.process.stdin.flush()
            return now
        self._drain()
        now = time.monotonic()
        self.socket.sendall(b"%d:%s," % (len(text), text))      # a netstring, as baresip wants it
        return now

    def _drain(self):
        self.connect()
        self.socket.setblocking(False)
        try:
            while self.socket.recv(65536):
                pass
        except BlockingIOError:
            pass
        self.socket.setblocking(True)

    # ---- what it costs, the process and all its descendants

    def _tree(self):
        parents = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as f:
                    parents[int(pid)] = int(f.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass
        tree, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            tree.append(pid)
            todo += [child for child, parent in parents.items() if parent == pid]
        return tree

    def cpu_s(self):
        """CPU seconds of all its threads, by the scheduler's nanosecond counters."""
        total = 0
        for pid in self._tree():
            for thread in os.listdir("/proc/%d/task" % pid):
                try:
                    with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as f:
                        total += int(f.read().split()[0])
                except OSError:
                    pass
        return total / 1e9

    def rss_mib(self):
        total = 0
        for pid in self._tree():
            with open("/proc/%d/smaps_rollup" % pid) as f:
                total += next(int(line.split()[1]) for line in f if line.startswith("Rss:"))
        return total / 1024

    def tail(self):
        self.log.flush()
        with open(self.log.name, "rb") as f:
            return f.read()[-1500:].decode("utf-8", "replace")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(4)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.socket:
            self.socket.close()
