"""Files of a user: read with the encoding that they declare, written whole or not at all."""

from __future__ import annotations

import codecs
import io
import os
import secrets
import stat
import tokenize
from dataclasses import dataclass
from pathlib import Path

from .diagnostics import Diagnostic, MdslError, Span


@dataclass(frozen=True)
class TextFile:
    """A source file: its text with the line ends that it has, and how it is encoded."""

    text: str
    encoding: str
    bom: bool = False

    def encode(self, text: str) -> bytes:
        """`text` as this file is encoded."""
        return codecs.BOM_UTF8 * self.bom + text.encode(self.encoding)


def read(path: str) -> TextFile:
    """The file's text. Raises MdslError: MDSL401 no such file, 402 not readable, 403 not source, 404 wrong encoding."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise MdslError(Diagnostic("MDSL401", f"there is no file `{path}`", None)) from None
    except IsADirectoryError:
        hint = "name the files in it: `mdsl transpile FILE`"
        raise MdslError(Diagnostic("MDSL402", f"`{path}` is a folder", None, hints=(hint,))) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise MdslError(Diagnostic("MDSL402", f"`{path}` cannot be read: {reason}", None)) from None
    return decode(data, path)


def decode(data: bytes, path: str) -> TextFile:
    """Source text from bytes, by its byte order mark or its coding line. Raises MdslError (MDSL403, MDSL404)."""
    if b"\0" in data:
        raise MdslError(Diagnostic("MDSL403", f"`{path}` is a binary file, not Python source", None))
    bom = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        if not _valid_utf8(data):
            encoding = "utf-8"  # the message below says where
        else:
            hint = "name one that Python knows, `# -*- coding: utf-8 -*-`"
            raise MdslError(Diagnostic("MDSL404", f"`{path}`: {error.msg}", None, hints=(hint,))) from None
    try:
        return TextFile(data.decode(encoding), encoding, bom)
    except UnicodeDecodeError as error:
        lead = data[: error.start]
        line = lead.count(b"\n") + 1
        column = len(lead.rpartition(b"\n")[2].decode(encoding, "replace")) + 1
        raise MdslError(
            Diagnostic(
                "MDSL404",
                f"byte {data[error.start]:#04x} is not {encoding}",
                Span(path, line, column, line, column + 1),
                hints=("save the file as UTF-8, or declare its encoding: `# -*- coding: latin-1 -*-`",),
            )
        ) from None


def _valid_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def write(path: str, data: bytes) -> bool:
    """Put `data` into the file, whole or not at all; whether that changed it.

    A link is followed and the file's mode kept; a new file gets the mode that the umask gives. Raises MdslError
    (MDSL405) where the file cannot be written; then it is as it was.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.is_file() and target.read_bytes() == data:
            return False
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "the file is read-only")
        # its name is known before it exists: an interrupt at any time leaves none behind
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with open(temporary, "xb") as file:
                file.write(data)
            os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise MdslError(Diagnostic("MDSL405", f"`{path}` cannot be written: {reason}", None)) from None
    return True


def relative(file: str, folder: str) -> str:
    """A file's path as seen from a folder, links followed, with slashes."""
    return os.path.relpath(os.path.realpath(file), os.path.realpath(folder)).replace(os.sep, "/")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def lines_of(text: str) -> list[str]:
    """The lines with their ends as Python counts them: a form feed or a Unicode separator ends none."""
    return io.StringIO(text, newline="").readlines()
