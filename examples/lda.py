"""Which measurements tell three species of iris apart? Linear discriminant analysis, fit and transform, in NumPy.

The steps are those of scikit-learn's LinearDiscriminantAnalysis(solver="svd").
"""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_iris

from mdsl import accelerate


def fit(X, y, k):
    """The data's mean (d,) and the scalings (d, k - 1) that spread k classes."""
    n = len(X)
    members = y[:, None] == np.arange(k)
    sizes = members.sum(axis=0)
    priors = sizes / n
    means = members.T.astype(X.dtype) @ X / sizes[:, None]
    mean = priors @ means

    # Scale so that the scatter within the classes is the same in each direction.
    centred = X - means[y]
    std = centred.std(axis=0)
    std[std == 0] = 1
    _, s, vt = np.linalg.svd(np.sqrt(1 / (n - k)) * (centred / std), full_matrices=False)
    s[s == 0] = 1
    whiten = (vt / std).T / s

    # Then the directions in which the means differ most.
    between = np.sqrt(n * priors / (k - 1))[:, None] * (means - mean)
    _, _, vt = np.linalg.svd(between @ whiten, full_matrices=False)
    return mean, whiten @ vt.T[:, : k - 1]


def transform(X, mean, scalings):
    return (X - mean) @ scalings


@accelerate
def lda(X, y, k):
    """The samples X (n, d) of classes y in the plane that separates them best, (n, k - 1)."""
    mean, scalings = fit(X, y, k)
    return transform(X, mean, scalings)


def inputs(size="large"):
    """Iris, 150 flowers; for the large size each flower a thousand times, measured anew with an error of 0.5 mm."""
    X, y = load_iris(return_X_y=True)
    if size == "large":
        X, y = np.tile(X, (1000, 1)), np.tile(y, 1000)
        X += np.random.default_rng(4).normal(scale=0.05, size=X.shape)
    return X, y, 3


def main():
    print(compare(lda, inputs("small")))
    print(compare(lda, inputs()))


if __name__ == "__main__":
    main()
