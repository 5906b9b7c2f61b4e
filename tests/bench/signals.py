"""Probes that are found again, and WAV files."""
import subprocess
import tempfile
import wave

import numpy as np
from scipy.signal import fftconvolve, resample_poly

CHIRP_S = 0.06


def chirp(rate, up=True):
    """60 ms between 350 and 3300 Hz: short enough to place, wide enough to survive a telephone codec."""
    t = np.arange(int(rate * CHIRP_S)) / rate
    a, b = (350.0, 3300.0) if up else (3300.0, 350.0)
    return 0.5 * np.hanning(len(t)) * np.sin(2 * np.pi * (a * t + (b - a) * t * t / (2 * CHIRP_S)))


def chirp_train(rate, seconds, period, up=True):
    """Chirps from 0.25 s on; the signal, and their onsets in seconds."""
    x, c = np.zeros(int(rate * seconds)), chirp(rate, up)
    onsets = np.arange(0.25, seconds - 0.1, period)
    for onset in onsets:
        i = int(round(onset * rate))
        x[i:i + len(c)] += c
    return x, onsets


def find_chirps(x, rate, up=True, gap_s=0.3):
    """Onsets in seconds, by a matched filter, finer than a sample by a parabola through its peak."""
    c = chirp(rate, up)
    y = np.abs(fftconvolve(np.asarray(x, float), c[::-1]))
    if not len(y) or not y.max():
        return []
    # An absolute floor keeps noise from being taken for a probe.
    candidates = np.flatnonzero(y > max(0.35 * np.percentile(y, 99.9), 0.01 * np.dot(c, c)))
    onsets, gap = [], int(gap_s * rate)
    while len(candidates):
        block = candidates[candidates < candidates[0] + gap]
        k = block[np.argmax(y[block])]
        offset = 0.0
        if 0 < k < len(y) - 1:
            bend = y[k - 1] - 2 * y[k] + y[k + 1]
            offset = 0.5 * (y[k - 1] - y[k + 1]) / bend if bend else 0.0
        onsets.append((k + offset - (len(c) - 1)) / rate)
        candidates = candidates[candidates >= k + gap]
    return onsets


def speech(rate):
    """Two talkers, made by espeak-ng: our own reference, free to anybody."""
    parts = []
    for voice, text in (("en-us+f3", "Good morning, you have reached the sales desk. May I have your order number?"),
                        ("en-gb+m3", "Of course. It is seven four nine, five two two. I would like to change the address.")):
        with tempfile.NamedTemporaryFile(suffix=".wav") as f:
            subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", f.name, text], check=True)
            parts.append(read_wav(f.name, rate))
    x = np.concatenate(parts)
    return 0.6 * x / np.abs(x).max()


def read_wav(path, rate):
    with wave.open(path) as w:
        x = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(float) / 32768
        g = np.gcd(rate, w.getframerate())
        return resample_poly(x.reshape(-1, w.getnchannels()).mean(1), rate // g, w.getframerate() // g)


def write_wav(path, x, rate):
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(rate)
        w.writeframes(to_i16(x).tobytes())


def to_i16(x):
    return np.clip(np.round(np.asarray(x) * 32767), -32768, 32767).astype("<i2")
