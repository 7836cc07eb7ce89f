"""Are a user's files read as Python reads them, and written whole or not at all?"""

from __future__ import annotations

import os
import stat

import pytest

from mdsl.transpiler.diagnostics import MdslError
from mdsl.transpiler.textfile import decode, lines_of, read, write


def code_of(call, *args):
    with pytest.raises(MdslError) as error:
        call(*args)
    (diagnostic,) = error.value.diagnostics
    return diagnostic.code, diagnostic


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\n",
        b"\xef\xbb\xbfx = 1\r\n",
        "# coding: latin-1\nx = 'é'\n".encode("latin-1"),
        "#!/usr/bin/python\n# -*- coding: cp1252 -*-\nx = '€'\n".encode("cp1252"),
        "größe = '🎉'".encode(),
        b"",
        b"a\rb\r\nc\x0c\n",
    ],
)
def test_text_goes_back_to_the_same_bytes(data):
    file = decode(data, "m.py")
    assert file.encode(file.text) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x7fELF\0", "MDSL403"),
        ("x = 'é'".encode("latin-1"), "MDSL404"),
        (b"# coding: no-such-code\n", "MDSL404"),
        ("# coding: latin-1\n".encode("utf-16"), "MDSL403"),
    ],
)
def test_what_is_no_source(data, code):
    assert code_of(decode, data, "m.py")[0] == code


def test_a_wrong_byte_is_pointed_at():
    _, diagnostic = code_of(decode, "a = 1\nä = 'é".encode()[:-1] + b"\xff", "m.py")
    assert (diagnostic.span.line, diagnostic.span.column) == (2, 6)


def test_files_that_cannot_be_read(tmp_path):
    assert code_of(read, str(tmp_path / "none.py"))[0] == "MDSL401"
    assert code_of(read, str(tmp_path))[0] == "MDSL402"
    loop = tmp_path / "loop.py"
    loop.symlink_to(loop)
    assert code_of(read, str(loop))[0] == "MDSL402"


def test_writing_says_whether_something_changed(tmp_path):
    path = tmp_path / "out.py"
    assert write(str(path), b"1")
    assert not write(str(path), b"1")
    assert write(str(path), b"2")
    assert path.read_bytes() == b"2"
    assert os.listdir(tmp_path) == ["out.py"]


def test_modes_are_kept_and_new_files_follow_the_umask(tmp_path):
    path = tmp_path / "out.py"
    before = os.umask(0o027)
    try:
        write(str(path), b"1")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o755)
        write(str(path), b"2")
        assert stat.S_IMODE(path.stat().st_mode) == 0o755
    finally:
        os.umask(before)


def test_links_are_followed(tmp_path):
    target, link = tmp_path / "real.py", tmp_path / "link.py"
    target.write_bytes(b"1")
    link.symlink_to(target)
    write(str(link), b"2")
    assert link.is_symlink()
    assert target.read_bytes() == b"2"


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "out.py"
    path.write_bytes(b"1")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    code, diagnostic = code_of(write, str(path), b"2")
    assert (code, "No space left" in diagnostic.message) == ("MDSL405", True)
    assert path.read_bytes() == b"1"
    assert os.listdir(tmp_path) == ["out.py"]


def test_an_interrupted_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "out.py"
    path.write_bytes(b"1")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "chmod", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(str(path), b"2")
    assert path.read_bytes() == b"1"
    assert os.listdir(tmp_path) == ["out.py"]


def test_a_folder_that_is_not_there(tmp_path):
    assert code_of(write, str(tmp_path / "none" / "out.py"), b"1")[0] == "MDSL405"


def test_lines_are_those_that_python_counts():
    assert lines_of("a\nb\r\nc\rd\x0ce\u2028f\x1cg") == ["a\n", "b\r\n", "c\r", "d\x0ce\u2028f\x1cg"]
