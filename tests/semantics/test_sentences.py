"""Has every sentence of docs/semantics.md a test that names it?"""

import importlib.util
import sys
from pathlib import Path

import pytest
from sentences import sentences

FILES = sorted(p for p in Path(__file__).parent.glob("test_*.py") if p != Path(__file__))


@pytest.fixture(scope="module")
def named():
    found = set()
    for path in FILES:
        spec = importlib.util.spec_from_file_location(f"named_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        for value in vars(module).values():
            found.update(getattr(value, "sentences", ()))
    return found


@pytest.mark.parametrize("sentence", sentences())
def test_every_sentence_is_tested(sentence, named):
    assert sentence in named
