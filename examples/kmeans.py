"""Which handwritten digits look alike? k-means (Lloyd's algorithm) on the digits that come with scikit-learn."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_digits

from mdsl import accelerate


@accelerate
def kmeans(X, M, steps):
    """Centres (k, d) and labels (n,) of the rows of X (n, d) after some steps that start from the centres M."""
    for _ in range(steps):
        labels = np.argmin(((X[:, None, :] - M[None, :, :]) ** 2).sum(-1), axis=1)
        members = labels[:, None] == np.arange(len(M))
        sizes = np.maximum(members.sum(axis=0), 1)
        M = members.astype(X.dtype).T @ X / sizes[:, None]
    return M, labels


def inputs(size="large"):
    X = load_digits().data / 16
    if size == "small":
        X = X[:200]
    first = np.random.default_rng(10).choice(len(X), 10, replace=False)
    return X, X[first], 10 if size == "large" else 3


def main():
    print(compare(kmeans, inputs()))


if __name__ == "__main__":
    main()
