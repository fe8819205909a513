"""A sum of waves is taken apart again by a Fourier transform, with complex numbers."""

import cmath
import math


def transform(values):
    size = len(values)
    if size == 1:
        return values
    even, odd = transform(values[0::2]), transform(values[1::2])
    half = size // 2
    out = [0j] * size
    for place in range(half):
        turned = cmath.exp(-2j * math.pi * place / size) * odd[place]
        out[place] = even[place] + turned
        out[place + half] = even[place] - turned
    return out


def run():
    size = 1024
    signal = [
        math.sin(2.0 * math.pi * 7.0 * t / size) * 3.0 + math.cos(2.0 * math.pi * 40.0 * t / size) for t in range(size)
    ]
    spectrum = transform([complex(value) for value in signal])
    strength = [abs(value) / size for value in spectrum[: size // 2]]
    peaks = sorted(range(len(strength)), key=strength.__getitem__, reverse=True)[:2]
    mean = math.fsum(signal) / size
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in signal) / size)
    return sorted(peaks), round(spread, 6), round(sum(strength), 6)
