# ruff: noqa - each program has the form that it is about
"""Do programs fail as NumPy lets them fail, in the same words?"""

import numpy as np
from program import Table

program = Table()
V = np.linspace(0.5, 2.0, 5)
M = np.linspace(0.5, 2.0, 30).reshape(5, 6)
K = np.array([0, 7, 1, -9])
N = np.array([0, -8])


@program((V, K), (V, N), (M, K), (V, K.astype(np.uint8)), (V, K.reshape(2, 2)), (V, N[:1] + 2))
def picked(a, k):
    return a[k] * 2.0


@program((M, K), (M, N))
def of_a_later_axis(a, k):
    return a[:, k] * 2.0


@program((M, K, N[:1]), (M, np.array([0, 1]), np.array([0, 6])), (M, 2, np.array([0, 6])))
def of_both_axes(a, i, j):
    return a[i, j] + 1


@program((V, K), (M, N))
def stored(a, k):
    a[k] = 1.0
    return a


@program((V, K), (V, N))
def added(a, k):
    a[k] += 1.0


@program((V, K), (V, N))
def taken(a, k):
    return np.take(a, k) * 2


@program((V, K), (V, N))
def in_a_loop(a, k):
    total = 0.0
    for i in range(3):
        total += a[k + i].sum()
    return total


@program((V, K), (V, np.array([1, 2])))
def behind_a_condition(a, k):
    total = 0.0
    if a[0] > 0.1:
        total += a[k].sum()
    while total < 10:
        total += a[k + 1].sum() + 1
    return total


test_program = program.test()
