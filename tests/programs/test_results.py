# ruff: noqa - each program has the form that it is about
"""Are lists, dictionaries and texts that a function returns what Python makes of them?"""

import numpy as np
import pytest
from program import Table

import mdsl

program = Table()
A = np.linspace(0.5, 2.0, 6)
M = A.reshape(2, 3)


@program((A,))
def a_list_of_results(a):
    return [a * 2, a.sum(), len(a)]


@program((A,), (M,))
def a_dictionary_of_results(a):
    return {"mean": a.mean(), "doubled": a * 2, "n": len(a), "found": True, "it's {}": None}


@program((A,))
def keys_that_are_no_texts(a):
    return {1: a, (2, 3): 0.5, None: {"inner": [a + 1]}}


@program((A,), (-A,))
def texts(a):
    if a[0] > 0:
        return {"status": "up {}", "a": a}
    return {"status": "down", "a": -a}


@program((A,))
def containers_within_containers(a):
    return [[a], (a, [1, 2.5])], {}, ("end",)


@program((A, 20), (A, 1), (A, 0))
def a_history_of_errors(a, n):
    errors = []
    for k in range(n):
        a = a * 0.5
        errors.append(float(np.abs(a).max()))
    return a, errors


@program((A, 20), (A, 1), (A, 0))
def a_history_of_numpys_numbers(a, n):
    errors, half = [], []
    for k in range(n):
        errors.append(a.max() / (k + 1))
        half.append(k * 0.5)
    return {"errors": errors, "half": half}


@program((A, 20), (A, 2))
def a_history_that_breaks_off(a, n):
    kept = []
    for k in range(n):
        if k == 3:
            break
        if k % 2 == 0:
            kept.append(a[k] * k)
    return kept


@program((A,))
def a_history_of_arrays(a):
    states = []
    for k in range(40):
        a = a * 0.5 + k
        states.append(a * 2)
    return states


@program((A,))
def a_short_history(a):
    states = []
    for k in range(3):
        states.append(k)
        states.append(a + k)
    return states, a


@program((A,), (A[:0],))
def a_comprehension_of_numpys_numbers(a):
    return [v * 2 for v in a]


@program((A, 40), (A, 1))
def a_comprehension_of_pythons_numbers(a, n):
    return [float(a[k % 6]) for k in range(n)], [k * 2 for k in range(n)], [a[k % 6] > 1 for k in range(n)]


@program((A, 40), (A, 1))
def a_comprehension_with_a_name(a, n):
    doubled = [v * 2 for v in a]
    return np.array(doubled) + 1, doubled, len(doubled)


@program((A,), status="")
def a_list_twice(a):
    l = [a * 2]
    m = l
    return l, m


@program((A,), status="")
def a_list_that_is_repeated(a):
    return [v * 2 for v in a] * 2, [v for v in a] + [1.0], [v for v in a] == [v for v in a]


@program((A,), status="")
def a_list_of_pairs(a):
    return [(v, v * 2) for v in a]


@program((A,), status="")
def a_list_of_one_array(a):
    return [a for _ in range(len(a))]


test = program.test()


def test_two_names_stay_two_names():
    for function in (a_list_twice, a_list_of_one_array):
        compiled = mdsl.accelerate(function, target="python", cache=False)
        with pytest.warns(mdsl.MdslWarning):
            first, second, *_ = compiled(A)
        assert first is second


def test_lists_are_new_in_each_call():
    compiled = mdsl.accelerate(a_history_of_arrays, cache=False)
    first, second = compiled(A), compiled(A)
    assert first is not second and all(one.base is None for one in first)
    first[0][:] = 7
    np.testing.assert_array_equal(second[0], A * 0.5 * 2)
