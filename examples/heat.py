"""How does heat spread over a plate? The 2-D heat equation, explicit in time; a photograph is the first temperature."""

from __future__ import annotations

from _harness import compare
from sklearn.datasets import load_sample_image

from mdsl import accelerate


@accelerate
def heat(u, alpha, steps):
    """Temperatures (n, m) after `steps` steps; `alpha` is diffusivity * dt / dx**2, stable below 1/4. Edges stay."""
    u = u.copy()
    for _ in range(steps):
        lap = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1]
        u[1:-1, 1:-1] += alpha * lap
    return u


def inputs(size="large"):
    brightness = load_sample_image("china.jpg").mean(axis=2) / 255
    return (brightness, 0.2, 100) if size == "large" else (brightness[:48, :64].copy(), 0.2, 5)


def main():
    print(compare(heat, inputs()))


if __name__ == "__main__":
    main()
