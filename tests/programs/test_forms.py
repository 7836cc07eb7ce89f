# ruff: noqa - each program has the form that it is about
"""Are forms of Python that are others in disguise what they are? `match`, loops over index tuples, errstate, partial."""

import functools

import numpy as np
from program import Table

program = Table()
A = np.linspace(0.5, 2.0, 6)
M = A.reshape(2, 3)


def first_above(a, x):
    for i in range(len(a)):
        if a[i] > x:
            return i
    return -1


@program((A, 1.0), (A, 9.0))
def a_helper_that_returns_from_a_loop(a, x):
    return first_above(a, x) * 2


def pair_above(a, x):
    for i in range(len(a)):
        for j in range(i, len(a)):
            if a[i] * a[j] > x:
                return a[i] + a[j]
    return a[0] - a[0]


@program((A, 1.0), (A, 9.0))
def a_helper_that_returns_from_a_loop_in_a_loop(a, x):
    return pair_above(a, x) * 2


def factors_of_two(n):
    k = 0
    while True:
        if n % 2 == 1:
            return k
        n //= 2
        k += 1


@program((8,), (7,))
def a_helper_that_only_returns_from_its_loop(n):
    return factors_of_two(n) + 1


def last_row(a, x):
    for row in a:
        if row.sum() > x:
            return row * 2
    return a[0]


@program((M, 1.0), (M, 99.0), status="")
def a_helper_that_returns_an_array_from_a_loop(a, x):
    return last_row(a, x) + 1


@program((A,), (A - 1,), (-A,))
def settings_of_errors_in_a_block(a):
    with np.errstate(divide="ignore", invalid="ignore"):
        b = a / (a - a)
        if a[0] > 0:
            return b
    return np.log(b)


@program((A,), status="")
def settings_of_errors_that_raise(a):
    with np.errstate(divide="raise"):
        b = 1 / (a - a)
    return b


@program((A, 0.6), (A, 9.0))
def settings_of_errors_in_a_loop(a, x):
    total = 0.0
    for v in a:
        with np.errstate(all="ignore"):
            if v > x:
                break
            total += 1 / v
    return total


@program((A, "x"), (A, "y"), (A, "w"), (A, "z"))
def match_of_strings(a, how):
    match how:
        case "x":
            return a + 1
        case "y" | "w":
            b = a * 2
        case _:
            b = a
    return b.sum()


@program((1,), (2,), (7,), (-3,))
def match_of_integers(n):
    match n:
        case 1 | 2:
            return 10
        case k if k < 0:
            return -k
        case int():
            return 0


@program(((1, 2.0),), ((1, 0),), ((3, 4, 5),))
def match_of_tuples(p):
    match p:
        case (x, 0):
            return x
        case (x, y):
            return x * y
        case (x, y, z) as whole:
            return x + len(whole)


@program((None, A), (2.0, A), (3, A), (True, A))
def match_of_classes(x, a):
    match x:
        case None:
            return a
        case bool():
            return a[0]
        case int(k):
            return a * k
        case float() as s:
            return a + s


@program((A, 1), (A, 2), (A, 3))
def match_in_a_loop(a, n):
    out = np.zeros_like(a)
    for i in range(len(a)):
        match i % 3:
            case 0:
                out[i] = a[i]
            case 1 if n > 1:
                out[i] = -a[i]
            case other:
                out[i] = other
    return out


@program((A,), status="")
def match_of_a_mapping(a):
    match {"a": 1}:
        case {"a": x}:
            return a * x


@program((A, 3.0), (A, 0.1), (A, 100.0))
def break_and_continue_over_a_tuple(a, x):
    t = 0.0
    for k in (1, 2, 3):
        if k == 2:
            continue
        t += a[0] * k
        if t > x:
            break
    return t


@program((A, 0.6), (A, 5.0))
def break_and_else_over_a_tuple(a, x):
    for k in (1, 2, 3):
        if a[k] > x:
            break
    else:
        k = 9
    return k


@program((A, A + 1))
def continue_over_a_tuple_of_arrays(a, b):
    total = 0.0
    for x in (a, b):
        if x[0] > 1.0:
            continue
        total += x.sum()
    return total


@program((M,))
def ndindex_of_a_shape(a):
    t = 0.0
    for i, j in np.ndindex(a.shape):
        t += a[i, j] * i
    return t


@program((M,))
def ndindex_of_sizes(a):
    b = np.zeros(a.shape)
    for i, j in np.ndindex(2, a.shape[1]):
        if i == j:
            continue
        b[i, j] = a[i, j]
    for k in np.ndindex(*a.shape):
        b[k] += 1
    return b


@program((M, 1.0), status="")
def ndindex_with_a_break(a, x):
    for k in np.ndindex(a.shape):
        if a[k] > x:
            break
    return k


@program((M,), (A,))
def ndenumerate(a):
    t = 0.0
    for k, x in np.ndenumerate(a):
        t += x * k[0]
    return t


def scaled(a, s, shift=0.0):
    return a * s + shift


@program((A,))
def partial_of_a_helper_and_of_numpy(a):
    f = functools.partial(scaled, s=2.0)
    g = functools.partial(np.sum, axis=0)
    return f(a) + f(a, shift=1.0), g(a)


@program((A,), (2.0,), (np.float32(2),), (3,))
def type_decides(x):
    if type(x) is np.ndarray:
        return x.sum()
    elif type(x) == float:
        return x
    return x * 2


@program((A,), (A[:0],), (np.array([1.0, np.nan, 0]),), (np.array([np.nan, 1.0, 0]),))
def extremes_of_generators(a):
    return max(abs(x - 1) for x in a), min(a[i] * i for i in range(len(a)))


@program((A,))
def extremes_of_a_generator_of_integers(a):
    return max(len(a) - i for i in range(len(a)))


@program((4,), (0,), (1,))
def an_array_of_a_comprehension_of_integers(n):
    return np.array([i * 2 for i in range(n)])


@program((A,), (A[:0],))
def an_array_of_a_comprehension_of_truths(a):
    return np.array([x > 1 for x in a])


@program((A, 3), (A, 0))
def an_array_of_a_comprehension_of_arrays(a, n):
    return np.array([a * i for i in range(n)])


@program((np.array([np.nan, np.inf, -np.inf, 1.7, -300.5]),))
def integers_of_what_is_not_finite(a):
    return a.astype(int), a.astype(np.int8), a.astype(np.int32), a.astype(np.uint16)


@program((A,))
def an_array_of_nothing(a):
    return np.array([]), np.concatenate((a, []))


test_program = program.test()
