# ruff: noqa - each program has the form that it is about
"""What np.ascontiguousarray and its like give is the array itself, or a copy, as NumPy has it."""

import numpy as np
import pytest
from program import Table

import mdsl

program = Table()
M = np.arange(12.0).reshape(3, 4)
F = np.asfortranarray(M)
ROW, COLUMN = M[:1], M[:, :1].copy()


@program((M,), (F,), (ROW,), (COLUMN,), (M[::2, ::2],), status="")
def the_array_itself(a):
    c = np.ascontiguousarray(a)
    c += 1
    return a, c


@program((M,), (F,), (ROW,), (COLUMN,), (M[::2, ::2],), (np.zeros((0, 3)),), status="")
def its_transpose(a):
    c = np.ascontiguousarray(a.T)
    c += 1
    return a, c


@program((M,), (M + 1,))
def a_transpose_compiles(a):
    c = np.ascontiguousarray(a.T)
    c[0] = 5
    return c, a


@program((F,))
def an_array_in_fortrans_order_compiles(a):
    c = np.ascontiguousarray(a)
    c[0] = 5
    return c, a


@program((M,), (F,), (ROW,), (COLUMN,), status="")
def some_rows(a):
    c = np.ascontiguousarray(a[1:])
    c += 1
    return a, c


@program((M,), (F,), (ROW,), status="")
def a_column(a):
    c = np.ascontiguousarray(a[:, 1])
    c += 1
    return a, c


@program((M,), (F,))
def a_new_array(a):
    c = np.ascontiguousarray(a * 2)
    c += 1
    return a, c


@program((M,), (F,), status="")
def another_dtype(a):
    c = np.ascontiguousarray(a.T, dtype=np.float32)
    c += 1
    return a, c


@program((M,), (F,), status="")
def a_number_has_one_dimension(a):
    return np.ascontiguousarray(a[0, 0]), np.ascontiguousarray(3.5)


@program((M,), (F,), status="")
def in_other_ways(a):
    c = np.asarray(a, order="C")
    c[0] = 3
    d = np.asarray(a.T, order="F")
    d[1] = 4
    e = np.require(a, requirements="C")
    e[2] = 5
    return a, c, d, e


test_programs = program.test()
