"""How far is each place on Earth from some capitals? Great-circle distances by the haversine formula."""

from __future__ import annotations

import numpy as np
from _harness import compare

from mdsl import accelerate

EARTH_RADIUS = 6371.0088  # km, the mean

#: Latitude and longitude in degrees.
CAPITALS = {
    "Berlin": (52.520, 13.405),
    "Brasília": (-15.794, -47.882),
    "Canberra": (-35.293, 149.127),
    "Nairobi": (-1.286, 36.817),
    "New Delhi": (28.614, 77.209),
    "Ottawa": (45.425, -75.698),
    "Tokyo": (35.690, 139.692),
    "Wellington": (-41.289, 174.777),
}


@accelerate
def great_circle(lat1, lon1, lat2, lon2):
    """Distances in km of shape (n, m), from n places to m places given in degrees."""
    phi1, phi2 = np.radians(lat1)[:, None], np.radians(lat2)
    dphi = phi2 - phi1
    dlam = np.radians(lon2 - lon1[:, None])
    a = np.sin(dphi / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(dlam / 2) ** 2
    return 2 * EARTH_RADIUS * np.arctan2(np.sqrt(a), np.sqrt(1 - a))


def inputs(size="large"):
    """Each degree of the globe (each tenth for the small size), and the capitals."""
    step = 1 if size == "large" else 10
    lat, lon = np.meshgrid(np.arange(-89.5, 90, step), np.arange(-179.5, 180, step), indexing="ij")
    lat2, lon2 = np.array(list(CAPITALS.values())).T.copy()
    return lat.ravel(), lon.ravel(), lat2, lon2


def main():
    print(compare(great_circle, inputs()))


if __name__ == "__main__":
    main()
