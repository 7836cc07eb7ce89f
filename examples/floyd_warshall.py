"""How far is it from digit to digit by way of digits that look alike? All shortest paths, as Isomap wants them."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_digits

from mdsl import accelerate


@accelerate
def floyd_warshall(distances):
    """Lengths of the shortest paths between all pairs, (n, n); infinite where there is no edge and no path."""
    paths = distances.copy()
    for k in range(len(paths)):
        paths = np.minimum(paths, paths[:, k, None] + paths[k])
    return paths


def inputs(size="large"):
    """The graph in which each image is joined to its eight nearest."""
    X = load_digits().data[: 500 if size == "large" else 60]
    squares = np.sum(X**2, axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * X @ X.T, 0))
    eighth = np.partition(distances, 8, axis=1)[:, 8]
    joined = distances <= np.maximum(eighth[:, None], eighth)
    return (np.where(joined, distances, np.inf),)


def main():
    print(compare(floyd_warshall, inputs()))


if __name__ == "__main__":
    main()
