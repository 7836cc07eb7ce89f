# ruff: noqa - each program has the form that it is about
"""Variables that begin as one type and become another: a number that a loop makes an array, an int a float."""

import numpy as np
from program import Table

program = Table()
A = np.linspace(-1.0, 2.0, 6)
B = np.arange(12.0).reshape(3, 4)
F = np.linspace(0.5, 2.0, 5).astype(np.float32)
N = np.arange(1, 7)


@program((B,), (B.astype(int),), (B[:1],), (B[:0],))
def rows_added_up(b):
    total = 0
    for row in b:
        total = total + row
    return total


@program((B,), (B.astype(np.float32),))
def rows_added_in_place(b):
    total = 0
    for row in b:
        total += row
    return total


@program((B + 1,), (B.astype(np.int16),))
def product_of_rows(b):
    p = 1
    for k in range(b.shape[0]):
        p = p * b[k]
    return p


@program((A, B), (N, B), (F, np.float32(3)), (A, 2.0))
def horner(c, x):
    p = 0
    for i in range(c.shape[0]):
        p = p * x + c[i]
    return p


@program((A,), (F,), (N,))
def moving_average(a):
    m = 0
    for x in a:
        m = 0.9 * m + 0.1 * x
    return m


@program((np.abs(B) + 1,), (F,), (2.0,))
def newton_root(a):
    x = 1
    for _ in range(20):
        x = 0.5 * (x + a / x)
    return x


@program((np.abs(B) + 1,), status="")
def newton_until_settled(a):
    x = 1
    while np.max(np.abs(x * x - a)) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


@program((A,), (F,), (N,))
def welford(a):
    mean = 0
    spread = 0
    for k, x in enumerate(a):
        delta = x - mean
        mean += delta / (k + 1)
        spread += delta * (x - mean)
    return mean, spread


@program((A,), (F,))
def kahan(a):
    total = 0
    lost = 0
    for x in a:
        y = x - lost
        new = total + y
        lost = (new - total) - y
        total = new
    return total


@program((A,), (B,), (0.3,), (F,))
def series_of_exp(x):
    term = 1
    total = 1
    for k in range(1, 12):
        term = term * x / k
        total = total + term
    return total


@program((A + 3,), (B + 1,), (F,))
def continued_fraction(x):
    f = 0
    for k in range(8, 0, -1):
        f = k / (x + f)
    return f


@program((10,), (1,), (0,))
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@program((0.1 + 0.2j,), (A * 1j,), (A,))
def quadratic_map(c):
    z = 0
    for _ in range(6):
        z = z * z + c
    return z


@program((A,), (N,), (A[:0],), status="")
def whether_any(a):
    found = False
    for x in a:
        found = found or x > 1
    return found


@program((A, True), (A, False), status="")
def whose_bool(a, flag):
    return flag or a[1] > 5, flag and a[2] > 0, a[0] > 0 or flag, not (flag or a[0] > 0)


@program((A, True), (A, False))
def bools_that_decide(a, flag):
    count = 0
    if flag or a[1] > 5:
        count += 1
    if not (flag and a[2] > 0) and (a[0] > 0 or flag):
        count += 10
    return count if flag or a[3] > 0 else -count


@program((A, True), (A, False))
def bools_of_one_kind(a, flag):
    return a[1] > 5 or a[2] > 0, flag and len(a) > 3


@program((A,), (N,), status="")
def an_int_or_a_bool(a):
    flag = 0
    for x in a:
        if x > 1:
            flag = True
    return flag


@program((F, 3), (F, 1), (F, 0), status="")
def logistic(r, n):
    x = 0.5
    for _ in range(n):
        x = r * x * (1 - x)
    return x


@program((N,), (A,), (F,))
def alternating(a):
    total = 0
    sign = 1
    for x in a:
        total = total + sign * x
        sign = -sign
    return total


@program((B, 2), (B, 5))
def smoothed_rows(b, n):
    last = 0.0
    for i in range(b.shape[0]):
        for _ in range(n):
            last = 0.5 * last + b[i]
    return last


@program((A, F), (N, F), (F, N), status="")
def larger_of_both(a, b):
    best = 0
    for i in range(min(a.shape[0], b.shape[0])):
        best = max(best, a[i], b[i])
    return best


@program((B,), (B.astype(np.float32),))
def used_before_it_is_assigned(b):
    last = 1
    out = np.zeros(b.shape[0])
    for i in range(b.shape[0]):
        out[i] = last * 2
        last = b[i, 0] - last
    return out, last


@program((B,), (N.reshape(2, 3),))
def matrix_power(b):
    p = 1
    m = b @ b.T
    for _ in range(3):
        p = m * p
    return p


@program((A, 4), (A, 1))
def differences(a, n):
    d = 0
    for k in range(1, n + 1):
        d = (a[k:] - a[:-k]).sum() / k + d / 2
    return d


test_program = program.test()
