"""The far end of a measured phone: registrar, SIP user agent, RTP sender and recorder. UDP, one call at a time.

A process of its own, so that its packets are not paced by a lock that the sound recorders hold. It reads one JSON
command a line on stdin and writes one JSON event a line on stdout, each with "t", seconds of CLOCK_MONOTONIC (for what
came in: the kernel's arrival stamp).

commands                                          events
  {"cmd": "prepare", "codec": "opus",               ready {port}, registered, prepared, saved, ended, error {what},
   "play": "far.wav"}    what the next calls send    sip {dir: in|out, line, method}, rtp_first_in, rtp_first_out
  {"cmd": "mode", "mode": "answer" | "refuse"}
  {"cmd": "call"}        INVITE to the phone
  {"cmd": "hangup"}      BYE or CANCEL
  {"cmd": "save", "path": "call.npz"}   what came and went in the last call
  {"cmd": "quit"}
"""
import hashlib
import json
import os
import re
import socket
import struct
import sys
import threading
import time

import numpy as np

import rtp_codecs
import signals

IP = "127.0.0.1"
SO_TIMESTAMPNS = 35
COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}


def emit(**event):
    event.setdefault("t", time.monotonic())
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    s.bind((IP, 0))
    return s


def receive(s):
    """A datagram, where from, and when the kernel had it."""
    data, ancillary, _, address = s.recvmsg(65536, 256)
    now = time.monotonic()
    for level, kind, stamp in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, ns = struct.unpack("qq", stamp[:16])
            now -= (time.time_ns() - (seconds * 10**9 + ns)) / 1e9
    return data, address, now


def real_time():
    """Before others, where the system lets us."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(20))
    except OSError:
        pass


class Message:
    def __init__(self, raw):
        head, _, body = raw.partition(b"\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace")).split("\r\n")
        self.line, self.body = lines[0], body.decode("latin1")
        pairs = (line.partition(":") for line in lines[1:])
        self.headers = [(COMPACT.get(k.strip().lower(), k.strip().lower()), v.strip()) for k, _, v in pairs]
        self.method = self.get("cseq").split()[-1] if self.get("cseq") else ""
        self.status = int(self.line.split()[1]) if self.line.startswith("SIP/2.0") else 0

    def get(self, name):
        return next((v for k, v in self.headers if k == name), "")

    def all(self, name):
        return [v for k, v in self.headers if k == name]


def uri_of(value):
    m = re.search(r"<([^>]+)>", value)
    return m.group(1) if m else value.split(";")[0].strip()


class Call:
    def __init__(self, id, local, remote, target, address, outgoing):
        self.id, self.local, self.remote = id, local, remote
        self.target, self.ruri, self.address, self.outgoing = target, target, address, outgoing
        self.cseq, self.branch = 1, "z9hG4bK" + os.urandom(6).hex()
        self.answered = self.ended = False
        self.first_in, self.received, self.sent = False, [], []
        self.sent_from = 0.0


class Peer:
    def __init__(self):
        self.sip, self.rtp = udp(), udp()
        self.at = "%s:%d" % self.sip.getsockname()
        self.contact = self.contact_address = self.call = self.codec = None
        self.mode, self.packets = "answer", []
        self.lock = threading.RLock()
        threading.Thread(target=self.sip_loop, daemon=True).start()
        threading.Thread(target=self.rtp_loop, daemon=True).start()
        emit(ev="ready", port=self.sip.getsockname()[1])

    # ---- commands

    def prepare(self, codec, play):
        self.codec = rtp_codecs.make(codec)
        pcm = signals.to_i16(signals.read_wav(play, self.codec.rate))
        step = self.codec.rate * rtp_codecs.PTIME_MS // 1000
        self.packets = [self.codec.encode(pcm[i:i + step]) for i in range(0, len(pcm) - step + 1, step)]
        emit(ev="prepared", packets=len(self.packets))

    def set_mode(self, mode):
        self.mode = mode

    def invite(self):
        with self.lock:
            local = '"Bench" <sip:peer@%s>;tag=%s' % (self.at, os.urandom(4).hex())
            remote = "<%s>" % self.contact.split(";")[0]
            self.call = c = Call(os.urandom(8).hex(), local, remote, self.contact, self.contact_address, True)
            self.offer = rtp_codecs.make(self.codec.name).payload_type
            self.send(self.request("INVITE", c, c.ruri, c.branch) + self.my_contact() + SDP_TYPE, self.sdp(), c.address)

    def hangup(self):
        with self.lock:
            c = self.call
            if not c or c.ended:
                emit(ev="ended")
            elif c.answered:
                c.cseq += 1
                self.send(self.request("BYE", c, c.target), "", c.address)
            else:
                self.send(self.request("CANCEL", c, c.ruri, c.branch), "", c.address)

    def save(self, path):
        c = self.call
        rows = list(c.received)
        np.savez(path, sent=np.array(c.sent or [(0, 0.0)], float), sent_from=c.sent_from,
                 t=np.array([r[0] for r in rows]), seq=np.array([r[1] for r in rows], np.int64),
                 ts=np.array([r[2] for r in rows], np.int64), pt=np.array([r[3] for r in rows]),
                 length=np.array([len(r[4]) for r in rows], np.int64),
                 data=np.frombuffer(b"".join(r[4] for r in rows), np.uint8))
        emit(ev="saved", received=len(rows))

    # ---- SIP

    def send(self, head, body, address):
        data = (head + "Content-Length: %d\r\n\r\n" % len(body) + body).encode()
        now = time.monotonic()
        self.sip.sendto(data, address)
        emit(ev="sip", dir="out", line=head.split("\r\n")[0], method=Message(data).method, t=now)
        return now

    def reply(self, m, status, phrase, address, extra="", body=""):
        vias = m.all("via")
        if "rport" in vias[0] and "rport=" not in vias[0]:
            vias[0] = vias[0].replace("rport", "rport=%d;received=%s" % (address[1], address[0]), 1)
        to = m.get("to") + (";tag=peer1" if "tag=" not in m.get("to") and status > 100 else "")
        head = ["SIP/2.0 %d %s" % (status, phrase)] + ["Via: " + v for v in vias]
        head += ["From: " + m.get("from"), "To: " + to, "Call-ID: " + m.get("call-id"), "CSeq: " + m.get("cseq")]
        return self.send("\r\n".join(head) + "\r\n" + extra, body, address)

    def request(self, method, c, ruri, branch=None, cseq=None):
        branch = branch or "z9hG4bK" + os.urandom(6).hex()
        return ("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s;rport\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\n"
                "Call-ID: %s\r\nCSeq: %d %s\r\n" % (method, ruri, self.at, branch, c.local, c.remote, c.id,
                                                   cseq or c.cseq, method))

    def my_contact(self):
        return "Contact: <sip:peer@%s>\r\n" % self.at

    def sdp(self):
        c = self.codec
        lines = ["v=0", "o=peer 1 1 IN IP4 " + IP, "s=-", "c=IN IP4 " + IP, "t=0 0",
                 "m=audio %d RTP/AVP %d 101" % (self.rtp.getsockname()[1], self.offer),
                 "a=rtpmap:%d %s/%d%s" % (self.offer, c.name, c.clock, "/2" if c.name == "opus" else "")]
        lines += ["a=fmtp:%d %s" % (self.offer, c.fmtp)] if c.fmtp else []
        lines += ["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv"]
        return "".join(line + "\r\n" for line in lines)

    def sip_loop(self):
        real_time()
        while True:
            raw, address, t = receive(self.sip)
            if len(raw) < 10:      # keep-alive
                continue
            try:
                m = Message(raw)
                with self.lock:
                    emit(ev="sip", dir="in", line=m.line, method=m.method, t=t)
                    (self.on_response if m.status else self.on_request)(m, address)
            except Exception as e:     # a broken message must not end the measurement
                emit(ev="error", what=repr(e))

    def on_request(self, m, address):
        method = m.line.split()[0]
        if method == "REGISTER":
            self.on_register(m, address)
        elif method == "INVITE":
            self.on_invite(m, address)
        elif method in ("BYE", "CANCEL"):
            self.reply(m, 200, "OK", address)
            self.end()
        elif method != "ACK":
            status = (489, "Bad Event") if method == "SUBSCRIBE" else (200, "OK")
            self.reply(m, *status, address, self.my_contact())

    def on_register(self, m, address):
        if not m.get("authorization"):
            nonce = hashlib.md5(os.urandom(8)).hexdigest()
            challenge = 'WWW-Authenticate: Digest realm="bench", nonce="%s", algorithm=MD5, qop="auth"\r\n' % nonce
            self.reply(m, 401, "Unauthorized", address, challenge)
            return
        contact = m.get("contact")
        expires = re.search(r"expires=(\d+)", contact) or re.match(r"(\d+)", m.get("expires") or "300")
        granted = contact if "expires=" in contact else contact + ";expires=" + expires.group(1)
        t = self.reply(m, 200, "OK", address, "Contact: %s\r\n" % granted)
        if int(expires.group(1)):
            self.contact, self.contact_address = uri_of(contact), address
            emit(ev="registered", t=t)

    def on_invite(self, m, address):
        if self.call and self.call.answered and not self.call.ended:      # re-INVITE
            self.reply(m, 200, "OK", address, self.my_contact() + SDP_TYPE, self.sdp())
            return
        self.call = c = Call(m.get("call-id"), m.get("to") + ";tag=peer1", m.get("from"), uri_of(m.get("contact")), address, False)
        if self.mode == "refuse":
            c.ended = True
            self.reply(m, 486, "Busy Here", address)
            return
        offered = re.search(r"a=rtpmap:(\d+) %s/" % self.codec.name, m.body, re.I)
        self.offer = int(offered.group(1)) if offered else self.codec.payload_type
        self.reply(m, 180, "Ringing", address, self.my_contact())
        self.reply(m, 200, "OK", address, self.my_contact() + SDP_TYPE, self.sdp())
        self.talk(m.body)

    def on_response(self, m, address):
        c = self.call
        if not c or m.get("call-id") != c.id or m.status < 200:
            return
        if m.method == "BYE":
            self.end()
        elif m.method == "INVITE":
            c.remote = m.get("to")
            taken = m.status < 300
            if taken:
                c.target = uri_of(m.get("contact")) or c.target
            self.send(self.request("ACK", c, c.target if taken else c.ruri, None if taken else c.branch, 1), "", c.address)
            if not taken:
                self.end()
            elif not c.answered:
                self.talk(m.body)

    def end(self):
        if self.call and not self.call.ended:
            self.call.ended = True
            emit(ev="ended")

    # ---- RTP

    def talk(self, sdp):
        ip, port = re.search(r"c=IN IP4 (\S+)", sdp).group(1), int(re.search(r"m=audio (\d+)", sdp).group(1))
        self.call.answered = True
        threading.Thread(target=self.rtp_send, args=(self.call, (ip, port)), daemon=True).start()

    def rtp_send(self, call, to):
        real_time()
        step = self.codec.clock * rtp_codecs.PTIME_MS // 1000
        call.sent_from = start = time.monotonic()
        emit(ev="rtp_first_out", t=start)
        for k, packet in enumerate(self.packets):
            time.sleep(max(start + k * rtp_codecs.PTIME_MS / 1000 - time.monotonic(), 0))
            if call.ended:
                return
            header = struct.pack("!BBHII", 0x80, self.offer | (0x80 if k == 0 else 0), (k + 100) & 0xFFFF, k * step + 1000, 7)
            call.sent.append((k, time.monotonic()))
            try:
                self.rtp.sendto(header + packet, to)
            except OSError:
                pass

    def rtp_loop(self):
        real_time()
        while True:
            data, _, t = receive(self.rtp)
            c = self.call
            if not c or c.ended or len(data) < 12 or data[0] >> 6 != 2:
                continue
            b0, b1, seq, ts, _ = struct.unpack("!BBHII", data[:12])
            if 64 <= (b1 & 0x7F) <= 95:      # RTCP
                continue
            if not c.first_in:
                c.first_in = True
                emit(ev="rtp_first_in", t=t)
            c.received.append((t, seq, ts, b1 & 0x7F, data[12 + 4 * (b0 & 15):]))


SDP_TYPE = "Content-Type: application/sdp\r\n"


def main():
    peer = Peer()
    commands = {"prepare": peer.prepare, "mode": peer.set_mode, "call": peer.invite, "hangup": peer.hangup, "save": peer.save}
    for line in sys.stdin:
        try:
            command = json.loads(line)
            name = command.pop("cmd")
            if name == "quit":
                break
            commands[name](**command)
        except Exception as e:
            emit(ev="error", what=repr(e))
    os._exit(0)


if __name__ == "__main__":
    main()
