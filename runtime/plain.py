"""What do the functions of the other files compute, as plain Python?

The python target runs printed loops without compiling them. It pastes these definitions of the same names.
"""


def sum_add(acc, x):
    """The next partial sum of a reduction."""
    return acc + x


def prod_mul(acc, x):
    """The next partial product of a reduction."""
    return acc * x


def dot_add(acc, x, y):
    """The next partial sum of a contraction."""
    return acc + x * y
