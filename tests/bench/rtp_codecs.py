"""PCMU and Opus for the measuring peer; Opus by the system's libopus.

A codec has: name, payload_type, clock (RTP), rate (samples), fmtp, encode(int16[rate / 50]) -> bytes,
decode(bytes) -> int16. Packets are 20 ms.
"""
import ctypes

import numpy as np

PTIME_MS = 20


class Pcmu:
    name, payload_type, clock, rate, fmtp = "PCMU", 0, 8000, 8000, None

    def __init__(self):
        code = ~np.arange(256, dtype=np.int32) & 0xFF
        level = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
        self._decode = np.where(code & 0x80, -level, level).astype(np.int16)
        order = np.argsort(self._decode, kind="stable")
        values = self._decode[order].astype(np.int32)
        nearest = np.searchsorted((values[1:] + values[:-1]) / 2, np.arange(-32768, 32768))
        self._encode = order[nearest].astype(np.uint8)

    def encode(self, pcm):
        return self._encode[pcm.astype(np.int32) + 32768].tobytes()

    def decode(self, data):
        return self._decode[np.frombuffer(data, np.uint8)]


class Opus:
    name, payload_type, clock, rate = "opus", 96, 48000, 48000
    fmtp = "useinbandfec=1;maxaveragebitrate=32000"
    VOIP, SET_BITRATE, SET_FEC, SET_LOSS = 2048, 4002, 4012, 4014

    def __init__(self):
        self._lib = lib = ctypes.CDLL("libopus.so.0")
        lib.opus_encoder_create.restype = lib.opus_decoder_create.restype = ctypes.c_void_p
        error = ctypes.c_int()
        self._encoder = ctypes.c_void_p(lib.opus_encoder_create(self.rate, 1, self.VOIP, ctypes.byref(error)))
        self._decoder = ctypes.c_void_p(lib.opus_decoder_create(self.rate, 1, ctypes.byref(error)))
        for request, value in ((self.SET_BITRATE, 32000), (self.SET_FEC, 1), (self.SET_LOSS, 10)):
            lib.opus_encoder_ctl(self._encoder, request, ctypes.c_int(value))

    def encode(self, pcm):
        pcm = np.ascontiguousarray(pcm, np.int16)
        out = ctypes.create_string_buffer(1500)
        length = self._lib.opus_encode(self._encoder, pcm.ctypes.data_as(ctypes.c_void_p), len(pcm), out, len(out))
        return out.raw[:length]

    def decode(self, data):
        out = np.zeros(5760, np.int16)
        count = self._lib.opus_decode(self._decoder, data, len(data), out.ctypes.data_as(ctypes.c_void_p), len(out), 0)
        return out[:max(count, 0)]


def make(name):
    return {"pcmu": Pcmu, "opus": Opus}[name.lower()]()
