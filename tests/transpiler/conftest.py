"""Makes the modules of this folder importable by its tests, whatever pytest is started from."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
