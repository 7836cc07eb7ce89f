# ruff: noqa - each program has the form that it is about
"""Are loops what Python's loops are? Over ranges, arrays, zip and enumerate; left early, nested, without a round."""

import numpy as np
from program import Table

program = Table()
A = np.linspace(-1.0, 2.0, 7)
B = np.arange(12.0).reshape(3, 4)
EMPTY = np.zeros(0)


@program((A,), (EMPTY,))
def total_of_indices(a):
    total = 0.0
    for k in range(len(a)):
        total += a[k]
    return total


@program((A,), (EMPTY,))
def total_of_items(a):
    total = 0.0
    for x in a:
        total += x * x
    return total


@program((A,), (EMPTY,))
def total_from_an_integer(a):
    total = 0
    for x in a:
        total += x
    return total


@program((B,))
def rows(b):
    out = np.zeros(4)
    for row in b:
        out += row
    return out


@program((B,))
def rows_are_views(b):
    for row in b:
        row *= 2.0


@program((A,))
def enumerated(a):
    out = np.zeros_like(a)
    for k, x in enumerate(a):
        out[k] = x * k
    return out


@program((A,))
def enumerated_from_one(a):
    total = 0.0
    for k, x in enumerate(a, 1):
        total += k * x
    return total


@program((A,))
def enumerated_from_a_keyword(a):
    total = 0.0
    for k, x in enumerate(a, start=2):
        total += k * x
    return total


@program((A, A[:3]), (A[:2], A), (A, EMPTY))
def zipped(a, b):
    total = 0.0
    for x, y in zip(a, b):
        total += x * y
    return total


@program((A,))
def zipped_with_a_range(a):
    total = 0.0
    for x, k in zip(a, range(10)):
        total += x * k
    return total


@program((A, A[::2]))
def zipped_and_enumerated(a, b):
    total = 0.0
    for k, (x, y) in enumerate(zip(a, b)):
        total += x * y * k
    return total


@program((A, A[:3]))
def zipped_strictly(a, b):
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += x * y
    return total


@program((A,), status="")
def enumerated_reversed(a):
    out = a.copy()
    for k in reversed(range(len(a))):
        out[k] += 1.0 if k == len(a) - 1 else out[k + 1]
    return out


@program((A,))
def reversed_items(a):
    last = 0.0
    for x in reversed(a):
        last = last / 2 + x
    return last


@program((A,))
def items_from_behind(a):
    last = 0.0
    for x in a[::-1]:
        last = last / 2 + x
    return last


@program((B,))
def items_of_a_row(b):
    total = 0.0
    for x in b[1]:
        total += x
    return total


@program((B,))
def items_of_items(b):
    total = 0.0
    for row in b:
        for x in row:
            total += x
    return total


@program((B,))
def columns(b):
    total = 0.0
    for column in b.T:
        total += column[0] * column[-1]
    return total


@program((B,))
def flat_items(b):
    total = 0.0
    for x in b.ravel():
        total += x
    return total


@program((10,), (0,))
def range_from_to(n):
    s = 0
    for k in range(2, n):
        s += k
    return s


@program((10,), (1,))
def range_with_a_step(n):
    s = 0
    for k in range(1, n, 3):
        s += k
    return s


@program((10,), (-1,))
def range_down(n):
    s = 0
    for k in range(n, 0, -2):
        s += k
    return s


@program((A, 2), (A, 3))
def range_with_a_step_of_an_argument(a, step):
    s = 0.0
    for k in range(0, len(a), step):
        s += a[k]
    return s


@program((A,))
def range_of_a_computed_bound(a):
    s = 0.0
    for k in range(int(a.sum()) + 2):
        s += k
    return s


@program((5,))
def the_last_index_stays(n):
    for k in range(n):
        pass
    return k


@program((5,), (0,))
def the_last_index_without_a_round(n):
    for k in range(n):
        pass
    return k


@program((A, 0.5), (A, 9.0))
def a_break(a, limit):
    for k in range(len(a)):
        if a[k] > limit:
            break
    else:
        return -1
    return k


@program((A, 0.5), (A, 9.0))
def a_break_and_a_found_index(a, limit):
    found = -1
    for k in range(len(a)):
        if a[k] > limit:
            found = k
            break
    return found


@program((A,))
def a_continue(a):
    s = 0.0
    for x in a:
        if x < 0:
            continue
        s += x
    return s


@program((A, 0.5), (A, 9.0))
def a_return_in_a_loop(a, limit):
    for k in range(len(a)):
        if a[k] > limit:
            return k
    return -1


@program((B, 6.0), (B, 100.0))
def a_return_in_two_loops(b, limit):
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            if b[i, j] > limit:
                return i, j
    return -1, -1


@program((100.0,), (0.5,))
def a_while_loop(x):
    k = 0
    while x > 1.0:
        x /= 2.0
        k += 1
    return k, x


@program((27,), (1,))
def collatz(n):
    k = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        k += 1
    return k


@program((1071, 462))
def greatest_common_divisor(a, b):
    while b:
        a, b = b, a % b
    return a


@program((2.0,))
def while_true(x):
    guess = x
    while True:
        new = 0.5 * (guess + x / guess)
        if abs(new - guess) < 1e-12:
            break
        guess = new
    return new


@program((A,), (EMPTY,))
def while_with_else(a):
    k = 0
    while k < len(a):
        if a[k] > 100:
            break
        k += 1
    else:
        k = -k
    return k


@program((A,))
def while_with_a_walrus(a):
    k = 0
    while (x := a[k]) < 1.0:
        k += 1
    return k, x


@program((A,))
def a_loop_over_a_tuple(a):
    s = 0.0
    for w in (1.0, 2.0, 3.0):
        s += (a * w).sum()
    return s


@program((A,))
def a_loop_over_a_tuple_with_a_break(a):
    s = 0.0
    for w in (1.0, 2.0, 3.0):
        if w * a[-1] > 3.0:
            break
        s += w
    return s


@program((A,))
def a_loop_over_pairs(a):
    out = np.zeros_like(a)
    for shift, weight in ((-1, 0.25), (0, 0.5), (1, 0.25)):
        out += weight * np.roll(a, shift)
    return out


@program((A, A + 1))
def a_loop_over_arrays_of_a_tuple(a, b):
    s = 0.0
    for x in (a, b):
        s += x.sum()
    return s


@program((A,))
def the_target_is_bound_anew(a):
    s = 0.0
    for k in range(len(a)):
        k = k * 2
        s += k
    return s


@program((A,))
def a_loop_that_rebinds_an_array(a):
    for _ in range(3):
        a = a * 0.5 + 1.0
    return a


@program((A,))
def two_arrays_change_places(a):
    b = a * 0.0
    for _ in range(3):
        a, b = b + a, a
    return a, b


@program((B,))
def triangle(b):
    s = 0.0
    for i in range(b.shape[0]):
        for j in range(i):
            s += b[i, j]
    return s


@program((B,))
def break_of_the_inner_loop_only(b):
    s = 0.0
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            if j > i:
                break
            s += b[i, j]
    return s


@program((B,))
def indices_of_ndindex(b):
    s = 0.0
    for i, j in np.ndindex(b.shape):
        s += b[i, j] * (i - j)
    return s


@program((B,))
def items_of_ndenumerate(b):
    s = 0.0
    for (i, j), x in np.ndenumerate(b):
        s += x * (i - j)
    return s


@program((A,), (A[:1],))
def a_variable_first_bound_in_a_loop(a):
    for k in range(len(a)):
        last = a[k] * 2
    return last


@program((A,))
def the_range_is_evaluated_once(a):
    n = 3
    s = 0.0
    for k in range(n):
        n = 100
        s += a[k]
    return s, n


@program((A,))
def a_range_with_a_name(a):
    indices = range(1, len(a))
    s = 0.0
    for k in indices:
        s += a[k] - a[k - 1]
    return s


@program((A,))
def a_range_of_numpy(a):
    s = 0.0
    for k in np.arange(len(a)):
        s += a[k] * k
    return s


test_program = program.test()
