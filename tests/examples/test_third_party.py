"""Do modules of other projects pass their own tests when mdsl has transpiled them as they are?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(1200)
@pytest.mark.skipif(not os.environ.get("MDSL_TEST_NETWORK"), reason="installs from the network: MDSL_TEST_NETWORK=1")
def test_modules_of_others_pass_their_tests() -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/third_party.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("transpiled:") >= 3
