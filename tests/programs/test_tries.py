# ruff: noqa - each program has the form that it is about
"""Does a `try` do what Python's does, around what may raise and around what cannot?"""

import numpy as np
from program import Table

program = Table()
A = np.linspace(0.5, 2.0, 6)


@program((A,))
def a_try_that_cannot_raise(a):
    try:
        b = a * 2
    except ValueError:
        b = a
    else:
        b = b + 1
    finally:
        b = b + 2
    return b


@program((A,), (A.astype(int),))
def a_try_that_returns(a):
    try:
        return a.sum() / 2
    except (TypeError, ZeroDivisionError):
        return None


@program((2, 1), (2, 0), status="")
def a_try_around_a_division(x, y):
    try:
        return x / y
    except ZeroDivisionError:
        return -1.0


@program((A, 2), (A, 9), status="")
def a_try_around_an_index(a, k):
    try:
        v = a[k]
    except IndexError:
        v = -1.0
    return v * 2


@program((A, A), (A, A[:3]), status="")
def a_try_around_a_broadcast(a, b):
    try:
        c = a + b
    except ValueError:
        return a
    return c


def device(a):
    try:
        return a.ndim
    except AttributeError:
        return 0


def sign(a, x):
    try:
        if x > 0:
            return 1
    except ValueError:
        return 5
    return -1


@program((A, 1.0), (A, -1.0), status="")
def helpers_that_try(a, x):
    return a + device(a) + sign(a, x)


@program((A, 1.0), (A, -1.0))
def a_try_that_returns_in_a_branch(a, x):
    try:
        if x > 0:
            return a
    except ValueError:
        return 5
    return -a


@program((A,), (A[:0],), status="")
def a_try_around_an_extreme(a):
    try:
        m = a.max()
    except ValueError:
        m = 0.0
    return m


@program((A,), status="")
def a_try_in_a_loop(a):
    t = 0.0
    for v in a:
        try:
            t += v
            continue
        except TypeError:
            break
    return t


test_program = program.test()
