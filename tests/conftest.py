"""What do all tests share? An empty cache, random numbers of their own, and hypothesis without deadlines."""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib

import hypothesis
import numpy as np
import pytest

# Compiling takes as long as it takes, and a machine is shared: a slow example is no failure.
hypothesis.settings.register_profile("mdsl", deadline=None)
hypothesis.settings.load_profile("mdsl")

_OWN_CACHE = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Point mdsl at a cache folder of this run; xdist's workers inherit it.

    So no result depends on what earlier runs compiled, and none is left in the user's own cache.
    """
    os.environ["MDSL_VERIFY"] = "1"  # each pass leaves a program that is well formed
    os.environ["MDSL_LOGS"] = "internal"  # a failure of mdsl itself is not hidden by the original's run
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="mdsl-tests-")
        config.stash[_OWN_CACHE] = folder
        os.environ["MDSL_CACHE_DIR"] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_OWN_CACHE, None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _own_random_numbers(request: pytest.FixtureRequest) -> None:
    """Start a module's generator, where it has one named `RNG`, anew for each test, from the test's name.

    So what a test draws depends neither on which tests ran before it nor on how they were dealt to the workers.
    """
    generator = getattr(request.module, "RNG", None)
    if isinstance(generator, np.random.Generator):
        seed = zlib.crc32(request.node.nodeid.encode())
        generator.bit_generator.state = type(generator.bit_generator)(seed).state
