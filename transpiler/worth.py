"""On how many elements is compiled code faster than NumPy? The answers; gain.py finds the one for a program."""

from __future__ import annotations

from enum import Enum

#: Elements on which a single operation takes NumPy longer than a part takes to be called.
MANY = 1 << 12
#: Elements below which NumPy has computed one ufunc before compiled code has been called (0.25 us against 0.42).
FEW = 1000


class Gain(Enum):
    """On how many elements compiled code is faster than NumPy."""

    LOSS = -1  # on none, and it is slower on a few
    NEVER = 0  # on none
    LARGE = 1  # on MANY
    ALWAYS = 2  # on a few too
