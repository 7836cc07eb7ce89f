# ruff: noqa - each program has the form that it is about
"""Are the real and the imaginary parts of complex arrays views, whatever is done with their names?"""

import numpy as np
from program import Table

program = Table()
Z = np.arange(6) + 1j * np.arange(6)[::-1]


@program((Z,), (Z[::-1],), status="")
def stored_through_a_slice(z):
    w = z.real[1:]
    w[0] = 50
    return z


@program((Z,), (Z[::-1],), status="")
def added_to_a_transpose(z):
    w = z.real.T
    w += 1
    return z


@program((Z,), (Z[::-1],), status="")
def added_to_a_slice(z):
    z.real[1:] += 3
    return z


@program((Z,), (Z[::-1],), status="")
def assigned(z):
    z.real = 3
    return z


@program((Z,), (Z[::-1],), status="")
def added_to(z):
    x = z.real
    x += 1
    return z


@program((Z,), (Z[::-1],), status="")
def stored_to(z):
    x = z.real
    x[1] = 7
    return z * 2


@program((Z,), (Z[::-1],))
def read_after_a_store_to_the_whole(z):
    x = z.real
    z[2] = 9
    return x * 2 + z.imag


@program((Z,), (Z[::-1],))
def read_after_the_whole_is_rebound(z):
    x = z.real
    z = z * 2
    z[0] = 4
    return x * 2 + z.imag


@program((Z,), (Z[::-1],))
def both_parts(z):
    x, y = z.real, z.imag
    return np.sqrt(x * x + y * y)


@program((Z,), (Z[::-1],))
def of_what_is_computed(z):
    x = (z * 2).real
    return x + 1, x.sum()


@program((Z,), (Z[::-1],))
def in_a_loop_that_rebinds_the_whole(z):
    x = z.real
    for k in range(3):
        z[k] = k
        z = z + x
    return z, x * 1


@program((Z,), (Z[::-1],), status="")
def under_two_names(z):
    x = z.real
    y = x
    return y


@program((Z,), (Z[::-1],), status="")
def rebound_in_a_branch(z):
    x = z.real
    if z[0] == 0:
        x = z.imag
    return x * 2


@program((Z,), (Z[::-1],))
def rebound_in_a_loop(z):
    x = z.real
    for k in range(2):
        x = x + 1
    return x * 2


@program((Z,), (Z[::-1],))
def a_slice_with_a_name(z):
    x = z.real
    y = x[1:]
    z[2] = 100
    return y + 1


@program((Z,), (Z[::-1],), status="")
def a_slice_that_is_stored_to(z):
    x = z.real
    y = x[1:]
    y[0] = 100
    return z * 1


@program((Z,), (Z[::-1],), status="")
def stored_to_by_a_ufunc(z):
    x = z.real
    np.add(x, 1, out=x)
    return z * 1


@program((Z,), (Z[::-1],), status="")
def sorted_in_place(z):
    x = z.real
    x.sort()
    return z * 1


@program((Z,), (Z[::-1],))
def handed_to_a_library(z):
    x = z.real
    s = np.sort(x)
    return s + x


@program((Z,), (Z[::-1],))
def in_a_list(z):
    x = z.real
    l = [x, x * 2]
    z[1] = 77
    return l[0] + l[1]


@program((Z,), (Z[::-1],))
def in_a_function(z):
    x = z.real

    def g():
        return x * 2

    z[1] = 77
    return g() + x.mean()


@program((Z,), (Z[::-1],), status="")
def scaled_in_place(z):
    x = z.real
    x *= 2
    return x + 0


@program((Z,), (Z[::-1],))
def of_other_shapes(z):
    x = z.real
    return x.reshape(2, 3) * 2, x.ravel() + 1, x[::-1] * 1, x.T + 1, x[x > 2], x[np.array([0, 1])]


@program((Z,), (Z[::-1],))
def copied(z):
    x = z.real.copy()
    x[0] = 9
    return z * x


@program((Z,), (Z[::-1],))
def in_a_condition(z):
    x = z.real
    while x[0] < 5:
        z[:] = z + 1
    return x * 1


@program((Z,), (Z[::-1],))
def stored_to_what_it_is_a_part_of(z):
    x = z.real
    z[1:] = x[:-1] * (1 + 1j)
    return z, x + 0


@program((Z,), (Z[::-1],))
def bound_in_a_loop(z):
    for k in range(3):
        x = z.real
        y = z.imag
        z = x * y + 1j * y
    return z


@program((Z,), (Z[::-1],))
def in_a_dictionary(z):
    x = z.real
    return {"x": x * 1, "y": [x + 1]}


@program((Z,), (Z[::-1],), status="")
def returned(z):
    x = z.real
    return x


@program((Z,), (Z[::-1],), status="")
def returned_with_the_whole(z):
    x = z.real
    return (x, z)


test_program = program.test()
