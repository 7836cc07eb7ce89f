"""Which digit was written? Softmax regression, trained by gradient descent with momentum, on scikit-learn's digits."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_digits

from mdsl import accelerate


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@accelerate
def softmax_regression(X, Y, rate, decay, steps):
    """Weights (d, k), biases (k,) and the loss after each step, for images X (n, d) and one-hot classes Y (n, k)."""
    n = len(X)
    W, b = np.zeros((X.shape[1], Y.shape[1])), np.zeros(Y.shape[1])
    speed = np.zeros_like(W)
    losses = np.empty(steps)
    for step in range(steps):
        P = softmax(X @ W + b)
        losses[step] = -np.mean(np.log(np.sum(P * Y, axis=1))) + 0.5 * decay * np.sum(W**2)
        error = (P - Y) / n
        speed = 0.9 * speed - rate * (X.T @ error + decay * W)
        W += speed
        b -= rate * error.sum(axis=0)
    return W, b, losses


def inputs(size="large"):
    digits = load_digits()
    X, Y = digits.data / 16, np.eye(10)[digits.target]
    return (X, Y, 0.5, 1e-4, 50) if size == "large" else (X[:150], Y[:150], 0.5, 1e-4, 5)


def main():
    print(compare(softmax_regression, inputs()))


if __name__ == "__main__":
    main()
