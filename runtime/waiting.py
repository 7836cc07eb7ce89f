"""How long may an idle thread of a pool hold its core?

GNU OpenMP's threads spin 300 000 times before they sleep. Where somebody else holds a core, another process or the
threads of BLAS, each waits for a thread that does not run: measured on 2 busy cores, 16 ms for a parallel loop of
0.5 us. Unless the user has said how to wait, they spin 2000 times here, which bounds that to 65 us and still covers the
gap between two loops of a time step (80 double steps of a 350 x 350 stencil, idle machine: 4.9 ms; spinning without
bound 4.8, never spinning 19, serial 9). k-means, whose steps alternate with products of matrices: 5.0 times as fast as
NumPy, spinning 20 000 times 2.6, without bound 0.5.
"""

import ctypes
import os
import sys


def bound_spinning() -> None:
    """Load GNU OpenMP with a bounded spin count; it reads the environment once, when it is loaded."""
    if not sys.platform.startswith("linux") or os.environ.keys() & {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}:
        return
    os.environ["GOMP_SPINCOUNT"] = "2000"
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        pass  # not installed: Numba will use another layer
    finally:
        del os.environ["GOMP_SPINCOUNT"]
