"""Does an output say what it was made from, and can what mdsl wrote be told from what people wrote?"""

from __future__ import annotations

import pytest

from mdsl.transpiler.marks import SHARED, digest, header, in_conflict, read_output, region

SOURCE = "# first\ndef f(x):\n    return x\n\n\ndef g():\n    pass\n"


def output(inner="generated = 1", shared="import numpy as np"):
    kernels = "\n".join(["", "", "", *region("f", [inner])])
    return (
        header("1.0", "heat.py", "0123456789abcdef")
        + "\n# first\n"
        + "\n".join([*region(SHARED, [shared]), "", "", ""])
        + "def _f_numpy(x):\n    return x"
        + kernels
        + "\n\n\ndef g():\n    pass\n"
    )


def test_the_source_comes_back():
    found = read_output(output())
    assert found.source == SOURCE
    assert (found.origin, found.version, found.key) == ("heat.py", "1.0", "0123456789abcdef")
    assert not found.problems
    assert found.edited == ()


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_with_other_line_ends(newline):
    found = read_output(output().replace("\n", newline))
    assert found.source == SOURCE.replace("\n", newline)
    assert found.edited == ()


def test_what_is_no_output_is_none():
    for text in ("", "x = 1\n", SOURCE, "\n" * 5 + header("1.0", "heat.py", "0" * 16), "# mdsl is used here\n"):
        assert read_output(text) is None


def test_edits_of_regions_are_noticed():
    assert read_output(output().replace("generated = 1", "generated = 2")).edited == ("f",)
    assert read_output(output().replace("import numpy as np", "import numpy as np, os")).edited == (SHARED,)
    assert read_output(output().replace("return x", "return x + 1")).edited == ()


def test_a_region_without_an_end_stays():
    assert "# mdsl: begin f" in read_output(output().replace("# mdsl: end f\n", "")).source


def test_the_header_says_how_it_was_made():
    assert read_output(header("1.0", None, "0" * 16) + "\n").origin is None
    assert "compiled in place" in header("1.0", None, "0" * 16)
    assert read_output(header("1.0", "a b.py", "0" * 16, problems=True) + "\nx = 1\n").problems
    assert read_output(header("1.0", "a b.py", "0" * 16)).origin == "a b.py"


def test_digests_know_where_texts_end():
    assert digest("a", "bc") != digest("ab", "c")
    assert digest("\udc80")  # a lone surrogate, as a wrongly encoded file name may leave one


def test_both_sides_of_a_merge():
    assert in_conflict("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n")
    assert not in_conflict("a\n=======\nb\n")
