"""Which directions are there in a data set? Modified Gram-Schmidt on the pixels of scikit-learn's digits."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_digits

from mdsl import accelerate


@accelerate
def gram_schmidt(A):
    """Q (m, n) with orthonormal columns and R (n, n), upper triangular, such that A = Q @ R."""
    A = A.copy()
    Q = np.zeros_like(A)
    R = np.zeros((A.shape[1], A.shape[1]))
    for k in range(A.shape[1]):
        R[k, k] = np.sqrt(np.dot(A[:, k], A[:, k]))
        Q[:, k] = A[:, k] / R[k, k]
        R[k, k + 1 :] = Q[:, k] @ A[:, k + 1 :]
        A[:, k + 1 :] -= np.outer(Q[:, k], R[k, k + 1 :])
    return Q, R


def inputs(size="large"):
    """Pixels that are dark in nearly all images have nothing to say."""
    pixels = load_digits().data
    pixels = pixels[:, pixels.std(axis=0) > 1]
    return (pixels,) if size == "large" else (pixels[:200, 10:22].copy(),)


def main():
    print(compare(gram_schmidt, inputs()))


if __name__ == "__main__":
    main()
