"""A name that nothing has yet."""

from __future__ import annotations


def free_name(hint: str, taken: set[str]) -> str:
    """`hint`, or `hint_1`, `hint_2` … where it is taken; the name found is taken from now on.

    >>> taken = {"row"}
    >>> free_name("row", taken), free_name("row", taken), free_name("end", taken)
    ('row_1', 'row_2', 'end')
    """
    name, k = hint, 0
    while name in taken:
        k += 1
        name = f"{hint}_{k}"
    taken.add(name)
    return name
