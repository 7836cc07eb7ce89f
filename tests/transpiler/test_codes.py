"""Has every code a page that says what it means, with an example that gives it?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mdsl.transpiler.codes import PAGES, first_sentence, known_codes, page_of
from mdsl.transpiler.diagnostics import MdslError
from mdsl.transpiler.transpile_module import transpile_module

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ir", "passes", "targets", "runtime", "transpiler")
RAISED = {
    code
    for room in ROOMS
    for file in (ROOT / room).rglob("*.py")
    for code in re.findall(r'"(MDSL\d{3})"', file.read_text(encoding="utf-8"))
}
EXAMPLES = {
    code: example
    for code in known_codes()
    for example in re.findall(r"^```python\n(.*?)^```$", page_of(code), re.MULTILINE | re.DOTALL)
}


def test_every_code_has_a_page_and_every_page_a_code():
    assert sorted(RAISED) == known_codes()


@pytest.mark.parametrize("code", known_codes())
def test_a_page_has_its_parts(code):
    text = page_of(code)
    assert text.startswith(f"# {code}: ")
    assert "## What to do\n" in text
    assert max(map(len, text.splitlines())) <= 240


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_example_gives_the_code(code):
    try:
        made = transpile_module(EXAMPLES[code], "example.py")
        found = {d.code for f in made.functions for d in f.diagnostics} | {d.code for d in made.diagnostics}
    except MdslError as error:
        found = {d.code for d in error.diagnostics}
    assert code in found


def test_most_examples_are_programs():
    assert len(EXAMPLES) > 20


def test_pages_are_found_in_any_spelling():
    assert page_of("MDSL204") == page_of("mdsl204") == page_of("204")
    assert first_sentence("MDSL204") == "the rank of an argument is not known"
    assert first_sentence("MDSL998") is None


@pytest.mark.parametrize("code", ["MDSL998", "", "../MDSL204", "nonsense"])
def test_an_unknown_code(code):
    with pytest.raises(MdslError) as error:
        page_of(code)
    assert error.value.diagnostics[0].code == "MDSL415"


def test_pages_travel_with_the_package():
    import tomllib

    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["mdsl"]
    assert PAGES.relative_to(ROOT).as_posix() + "/*.md" in data
