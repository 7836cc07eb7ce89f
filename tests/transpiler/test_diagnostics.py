"""Does a message show the user's line, and carets below what it means?"""

from __future__ import annotations

from mdsl.ir.span import Span
from mdsl.transpiler.diagnostics import Diagnostic, MdslError, Unsupported, render


def frame(source, *place, **more):
    return render(Diagnostic("MDSL204", "what is wrong", Span("m.py", *place), **more), source).splitlines()


def test_carets_stand_below_what_is_meant():
    assert frame("a = b + c\n", 1, 5, 1, 10, label="here") == [
        "MDSL204 m.py:1:5: what is wrong",
        "    1 | a = b + c",
        "      |     ^^^^^ here",
    ]


def test_tabs_stay_tabs():
    assert frame("def f():\n\treturn x\n", 2, 9, 2, 10)[1:] == ["    2 | \treturn x", "      | \t       ^"]


def test_what_goes_on_below_is_marked_to_the_end_of_its_line():
    assert frame("f(a,\n  b)\n", 1, 1, 2, 5)[2] == "      | ^^^^"


def test_lines_are_those_that_python_counts():
    assert frame("a = '\u2028'\x0c\r\nb\rc\n", 3, 1, 3, 2)[1] == "    3 | c"


def test_notes_and_hints_follow():
    text = render(Diagnostic("MDSL401", "there is no file", None, notes=("a note",), hints=("a hint",)))
    assert text == "MDSL401: there is no file\n  note: a note\n  help: a hint"


def test_a_place_outside_the_text_is_said_without_a_frame():
    assert frame("a\n", 9, 1, 9, 2) == ["MDSL204 m.py:9:1: what is wrong"]
    assert render(Diagnostic("MDSL204", "m", Span("m.py", 1, 1, 1, 2))) == "MDSL204 m.py:1:1: m"


def test_errors_hold_their_diagnostics():
    error = MdslError(Diagnostic("MDSL1", "a", None), Diagnostic("MDSL2", "b", None))
    assert str(error) == "MDSL1: a\nMDSL2: b"
    (note,) = Unsupported("MDSL301", "m", None, "a hint", notes=("n",)).diagnostics
    assert (note.severity, note.hints, note.notes) == ("note", ("a hint",), ("n",))
