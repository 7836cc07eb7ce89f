# ruff: noqa - each program has the form that it is about
"""Are lists that grow what Python's are, and arrays where they are made into some?"""

import numpy as np
from program import Table

program = Table()
A = np.linspace(0.5, 2.0, 6)
M = A.reshape(2, 3)


@program((A,))
def appends_one_by_one(a):
    out = []
    out.append(a[0])
    out.append(a[1] * 2)
    return np.array(out)


@program((A,), (A[:0],))
def a_list_of_running_sums(a):
    out = []
    t = 0.0
    for x in a:
        t += x
        out.append(t * 2)
    return np.array(out), len(out)


@program((5,), (1,), (0,))
def two_lists_of_integers(n):
    sq = []
    odd = []
    for i in range(n):
        sq.append(i * i)
        odd.append(2 * i + 1)
    return np.array(sq), np.array(odd)


@program((M,))
def a_list_of_rows(m):
    rows = []
    for i in range(m.shape[0]):
        r = m[i] * 2
        rows.append(r + 1)
    return np.stack(rows), np.array(rows), np.stack(rows, axis=1), np.vstack(rows), np.concatenate(rows)


@program((A, 1.0), (A, 9.0))
def a_list_of_what_fulfils_a_condition(a, x):
    out = []
    for v in a:
        if v > x:
            out.append(v)
    return np.array(out)


@program((A, 1.0), (A, 9.0))
def a_list_in_a_loop_with_jumps(a, x):
    out = []
    for v in a:
        if v < x:
            continue
        out.append(v)
        if len(a) > 100:
            break
    return np.array(out).sum()


@program((A,), status="")
def a_list_with_two_names(a):
    out = []
    b = out
    for v in a:
        out.append(v)
    return np.array(b)


@program((A,), status="")
def a_list_that_begins_with_an_item(a):
    out = [1.0]
    for v in a:
        out.append(v)
    return np.array(out)


@program((A,), status="")
def a_list_in_a_loop_in_a_loop(a):
    out = []
    for v in a:
        for w in a:
            out.append(v * w)
    return np.array(out)


@program((A,), status="")
def a_list_of_arrays_that_are_rebound(a):
    out = []
    for k in range(len(a)):
        out.append(a)
        a = a + 1
    return np.array(out)


@program((A,), status="")
def a_list_of_one_array_that_changes(a):
    out = []
    for k in range(len(a)):
        out.append(a)
        a += 1
    return np.array(out)


@program((A,), status="")
def a_list_that_is_returned(a):
    out = []
    for v in a:
        out.append(v)
    return out, out[0], sum(out)


@program((A, 3), status="")
def a_list_in_a_while_loop(a, n):
    out = []
    while n > 0:
        out.append(n)
        n -= 1
    return np.array(out)


@program((A, 1.0), (A, 0.0), status="")
def a_list_in_a_branch(a, x):
    out = [1.0]
    if a[0] < x:
        out.append(2.0)
    return np.array(out)


def helper(l, x):
    l.append(x)


@program((A,), status="")
def a_list_that_a_helper_appends_to(a):
    out = []
    helper(out, a[0])
    helper(out, a[1])
    return np.array(out)


@program((A,), status="")
def a_list_in_a_loop_of_known_length(a):
    out = []
    for k in range(3):
        out.append(a[k])
    return np.array(out)


@program((A,), status="")
def a_list_of_what_becomes_a_float(a):
    x = 0
    out = []
    for v in a:
        out.append(x)
        x = x + v
    return np.array(out)


test_program = program.test()
