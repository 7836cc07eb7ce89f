"""What do the checks of subscripts cost? Loops over elements, with and without: `python benchmarks/bounds.py`.

Each pair of runs is timed in turn; the figure is the ratio of the smallest times.
"""

from __future__ import annotations

import time

import numpy as np

import mdsl


def product(a, b, c):
    n, m = c.shape
    for i in range(n):
        for j in range(m):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            c[i, j] = s


def stencil(u, v, rounds):
    n, m = u.shape
    for _ in range(rounds):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                v[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = v[i, j]


def gathered(values, index, out):
    for i in range(len(index)):
        out[i] = values[index[i]]


def cases():
    rng = np.random.default_rng(1)
    yield product, (rng.random((400, 400)), rng.random((400, 400)), np.empty((400, 400)))
    yield stencil, (rng.random((1000, 1000)), np.zeros((1000, 1000)), 20)
    yield gathered, (rng.random(100_000), rng.integers(0, 100_000, 1_000_000), np.empty(1_000_000))


def main() -> None:
    for function, args in cases():
        pair = [mdsl.accelerate(function, boundscheck=check, parallel=False) for check in (True, False)]
        times = [float("inf"), float("inf")]
        for compiled in pair:
            compiled(*args)
        for _ in range(15):
            for k, compiled in enumerate(pair):
                start = time.perf_counter()
                compiled(*args)
                times[k] = min(times[k], time.perf_counter() - start)
        checked, plain = times
        cost = checked / plain - 1
        print(f"{function.__name__:10} {checked * 1e3:8.2f} ms checked {plain * 1e3:8.2f} ms not: {cost:+.1%}")


if __name__ == "__main__":
    main()
