"""Makes `program` and the comparisons of tests/transpiler importable by the tests of this folder."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "transpiler"):
    sys.path.insert(0, str(folder))
