"""Where are the edges of a photograph? A bilateral filter that takes the noise away, then Sobel's operator."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_sample_image

from mdsl import accelerate


def luminance(rgb):
    return rgb @ np.array([0.2126, 0.7152, 0.0722]) / 255


def bilateral(image, radius, near, alike):
    """A mean over neighbours, weighted by how near they are (in pixels) and how alike (in brightness)."""
    n, m = image.shape
    padded = np.pad(image, radius, mode="edge")
    total = np.zeros_like(image)
    weights = np.zeros_like(image)
    for dy in range(2 * radius + 1):
        for dx in range(2 * radius + 1):
            neighbour = padded[dy : dy + n, dx : dx + m]
            distance = ((dy - radius) ** 2 + (dx - radius) ** 2) / (2 * near**2)
            weight = np.exp(-distance - (neighbour - image) ** 2 / (2 * alike**2))
            total += weight * neighbour
            weights += weight
    return total / weights


def sobel(image):
    """The gradient's magnitude, two pixels smaller each way."""
    dx = image[:, 2:] - image[:, :-2]
    dy = image[2:] - image[:-2]
    gx = dx[:-2] + 2 * dx[1:-1] + dx[2:]
    gy = dy[:, :-2] + 2 * dy[:, 1:-1] + dy[:, 2:]
    return np.hypot(gx, gy)


@accelerate
def edges(rgb, radius, near, alike):
    """Edge strength between 0 and 1, of shape (n - 2, m - 2), for a photograph (n, m, 3) of uint8."""
    strength = sobel(bilateral(luminance(rgb), radius, near, alike))
    return np.clip(strength / np.max(strength), 0, 1)


def inputs(size="large"):
    photograph = load_sample_image("china.jpg")
    return (photograph, 3, 2.0, 0.1) if size == "large" else (photograph[100:140, 200:260].copy(), 2, 2.0, 0.1)


def main():
    print(compare(edges, inputs()))


if __name__ == "__main__":
    main()
