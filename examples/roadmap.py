"""What did metadsl's road map want to see compiled? An outer product of a selection: one loop nest, no temporaries.

An element taken from it costs one element.
"""

from __future__ import annotations

import numpy as np
from _harness import compare

from mdsl import accelerate


@accelerate
def roadmap(n):
    """int64 of shape (n, n)."""
    x = np.arange(n)
    return np.multiply.outer(np.select([x < 3, x > 5], [x, x**2]), x)


@accelerate
def element(n, i, j):
    """The same program, and one number taken from its result."""
    x = np.arange(n)
    return np.multiply.outer(np.select([x < 3, x > 5], [x, x**2]), x)[i, j]


def inputs(size="large"):
    return (1000,) if size == "large" else (20,)


def main():
    print(compare(roadmap, inputs()))
    print(compare(element, (*inputs(), 700, -1)))


if __name__ == "__main__":
    main()
