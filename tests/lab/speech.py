"""Finds what was said in what was heard, and scores it: PESQ wide and narrow band, STOI, delay. Prints JSON.

    speech.py SAID.wav HEARD.wav

HEARD may begin earlier, end later, and say it more than once. PESQ forgives changes of delay; STOI forgives less.
"""
import json
import sys
import wave

import numpy as np
from pesq import pesq
from pystoi import stoi
from scipy.signal import correlate, resample_poly

WIDE, NARROW = 16000, 8000


def main(said_path, heard_path):
    said, heard = load(said_path), load(heard_path)
    if len(heard) < len(said):
        sys.exit(f"speech.py: heard {len(heard) / WIDE:.2f} s of {len(said) / WIDE:.2f} s")
    if not np.any(heard):
        sys.exit("speech.py: heard digital silence")
    delay = int(np.argmax(np.abs(correlate(heard, said, mode="valid", method="fft"))))
    heard = heard[delay:delay + len(said)]
    print(json.dumps({
        "pesq_wb": round(float(pesq(WIDE, said, heard, "wb")), 3),
        "pesq_nb": round(float(pesq(NARROW, *(resample_poly(x, 1, 2) for x in (said, heard)), "nb")), 3),
        "stoi": round(float(stoi(said, heard, WIDE)), 4),
        "delay_ms": round(delay * 1000 / WIDE, 2),
    }))


def load(path):
    with wave.open(path) as w:
        x = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(float) / 32768
        rate = w.getframerate()
    g = np.gcd(rate, WIDE)
    return resample_poly(x, WIDE // g, rate // g)


if __name__ == "__main__":
    main(*sys.argv[1:])
