"""Does mdsl do what NumPy does, on programs that nobody wrote? `python tests/differential/fuzz.py N [--seed S] …`

Draws N programs, compares each with the undecorated function on several inputs, reduces what differs to a few lines and
writes it as a regression test. Workers are processes of their own: one that crashes or hangs is a finding too.
Without `--target`, each program's number draws its target: `python` runs what mdsl made in a tenth of the time that
compiling it takes, so most programs go there, one in six is compiled, and the last line says how many went where.
Exit codes: 0 nothing found, 1 something found, 2 misuse.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import queue
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import conftest  # noqa: F401  (registers the package `differential`)
from differential import runners
from differential.cases import Case
from differential.programs import case_of
from differential.reduce import reduce

HERE = pathlib.Path(__file__).resolve().parent
MEMORY = 1 << 30  # bytes; a worker that has needed more gives place to another: Numba keeps all that it has compiled
MIXED = ("python",) * 32 + ("numba",) * 6 + ("parallel", "numpy")  # what a program's number draws from


def main(argv: list[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    if options.target == "cuda" and shutil.which("nvidia-smi") is None:
        os.environ.setdefault("NUMBA_ENABLE_CUDASIM", "1")  # read when numba is imported: no GPU, so its simulator
    os.environ.setdefault("MDSL_VERIFY", "1")  # programs are well formed after each pass
    os.environ.setdefault("MDSL_LOGS", "internal")  # a failure of mdsl itself is one of the program's
    if options.file is not None:
        return _try_file(options.file, "numba" if options.target == "mixed" else options.target)
    if options.worker is not None:
        return _work(options)
    return _Campaign(options).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fuzz.py", description="Compare mdsl with NumPy on programs drawn at random.")
    parser.add_argument("count", nargs="?", type=int, default=1000, metavar="N", help="how many programs (1000)")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first program (0)")
    ways = ("mixed", *runners.TARGETS)
    parser.add_argument("--target", choices=ways, default="mixed", help="how mdsl runs them (mixed)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes (2)")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "regressions", help="folder for what is found")
    parser.add_argument(
        "--timeout", type=float, default=120.0, help="seconds after which a program counts as hung (120)"
    )
    parser.add_argument("--reduce", type=float, default=60.0, help="seconds spent on reducing one finding (60)")
    parser.add_argument("--stop-after", type=int, default=20, help="stop at so many different findings (20)")
    parser.add_argument("--file", type=pathlib.Path, help="check one case file instead, and tell what differs")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser


def target_of(seed: int, target: str) -> str:
    """The target of one program; under `mixed` its number draws it, so that one program run again is the same one."""
    return random.Random(f"target {seed}").choice(MIXED) if target == "mixed" else target


# -- one program -------------------------------------------------------------------------------------------------------
def check(case: Case, target: str, seconds: float = 100.0) -> runners.Report:
    """Write, import, compare, forget."""
    with tempfile.TemporaryDirectory(prefix="mdsl-fuzz-") as folder:
        loaded = case.load(pathlib.Path(folder))
        try:
            return runners.check(case, loaded, target, seconds)
        finally:
            loaded.forget()


def _try_file(path: pathlib.Path, target: str) -> int:
    report = check(Case(path.read_text(encoding="utf-8")), target)
    for where, mismatch in report.mismatches:
        print(f"{where}: {mismatch}")
    print(f"{report.compared} compared, status {dict(report.status)}")
    return 1 if report.mismatches else 0


def _still(signatures: set[tuple[str, ...]], target: str):
    """The predicate for the reduction: the same kind of difference, on a program that ends."""

    def fails(text: str) -> bool:
        try:
            return bool(signatures & check(Case(text), target, 20.0).signatures)
        except (Exception, runners.Overtime):
            return False

    return fails


# -- worker: prints one JSON object a line -----------------------------------------------------------------------------
def _work(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="mdsl-fuzz-cache-") as cache:
        os.environ["MDSL_CACHE_DIR"] = cache
        _work_through(options, range(*(int(part) for part in options.worker.split(":"))))
    return 0


def _work_through(options: argparse.Namespace, seeds: range) -> None:
    known: set[tuple[str, ...]] = set()  # kinds of findings
    bugs: set[tuple[str, ...] | None] = set()  # their messages
    for seed in seeds:
        if seed != seeds.start and _memory() > MEMORY:
            _say(rest=seed)
            return
        _say(at=seed)
        case, target = case_of(seed), target_of(seed, options.target)
        try:
            report = check(case, target)
        except runners.Overtime:
            _say(done=seed, overtime=True)
            continue
        _say(
            done=seed, compared=report.compared, undefined=report.undefined, raised=report.raised, status=report.status
        )
        if report.mismatches:
            theirs = {runners.bug_of(mismatch) for _, mismatch in report.mismatches}
            if theirs <= bugs:
                _say(repeated=seed)
                continue
            bugs |= theirs - {None}
            _say(reducing=seed)
            budget = options.reduce if report.signatures - known else options.reduce / 3
            known |= report.signatures
            text = reduce(case.text, _still(report.signatures, target), budget)
            again = check(Case(text), target)
            where, mismatch = (again.mismatches or report.mismatches)[0]
            _say(found=seed, text=text, kind=mismatch.kind, what=f"{where}: {mismatch}"[:600])


def _memory() -> int:
    """The most memory that this process has needed at once, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _say(**message: Any) -> None:
    print(json.dumps(message), flush=True)


# -- parent ------------------------------------------------------------------------------------------------------------
@dataclass
class _Worker:
    number: int
    process: subprocess.Popen[str]
    seed: int
    since: float
    reducing: bool = False
    rest: int | None = None  # the number that it leaves to another worker


@dataclass
class _Campaign:
    options: argparse.Namespace
    counts: Counter[str] = field(default_factory=Counter)
    status: Counter[str] = field(default_factory=Counter)
    targets: Counter[str] = field(default_factory=Counter)
    found: dict[str, pathlib.Path] = field(default_factory=dict)  # reduced program without its inputs -> file

    def run(self) -> int:
        self.begun = self.printed = time.monotonic()
        self.messages: queue.Queue[tuple[int, dict[str, Any] | None]] = queue.Queue()
        first, count = self.options.seed, self.options.count
        print(f"{count} programs from number {first}, target {self.options.target}, {self.options.workers} workers")
        workers = {n: self.start(n, first + n) for n in range(self.options.workers)}
        try:
            while workers and len(self.found) < self.options.stop_after:
                try:
                    number, message = self.messages.get(timeout=1.0)
                except queue.Empty:
                    pass
                else:
                    worker = workers.get(number)
                    if worker is not None and message is not None:
                        self.hear(worker, message)
                    elif worker is not None:
                        self.replace(workers, worker, "crash", f"exit code {worker.process.wait()}")
                for worker in list(workers.values()):
                    limit = self.options.timeout + (self.options.reduce if worker.reducing else 0)
                    if time.monotonic() - worker.since > limit:
                        worker.process.kill()
                        worker.process.wait()
                        self.replace(workers, worker, "hang", f"no answer within {limit:g} s")
                self.progress()
        finally:
            for worker in workers.values():
                worker.process.kill()
        self.progress(last=True)
        return 1 if self.found else 0

    def start(self, number: int, seed: int) -> _Worker:
        stop = self.options.seed + self.options.count
        command = [sys.executable, __file__, "--worker", f"{seed}:{stop}:{self.options.workers}"]
        command += ["--target", self.options.target, "--reduce", str(self.options.reduce)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        worker = _Worker(number, process, seed, time.monotonic())
        threading.Thread(target=self.listen, args=(number, process), daemon=True).start()
        return worker

    def listen(self, number: int, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                self.messages.put((number, json.loads(line)))
        self.messages.put((number, None))

    def hear(self, worker: _Worker, message: dict[str, Any]) -> None:
        worker.since = time.monotonic()
        match message:
            case {"at": seed}:
                worker.seed, worker.reducing = seed, False
            case {"done": _, "overtime": True}:
                self.counts["overtime"] += 1
            case {"done": seed}:
                self.counts["programs"] += 1
                self.targets[target_of(seed, self.options.target)] += 1
                for name in ("compared", "undefined", "raised"):
                    self.counts[name] += message[name]
                self.status.update(message["status"])
            case {"rest": seed}:
                worker.rest = seed
            case {"reducing": _}:
                worker.reducing = True
            case {"repeated": _}:
                self.counts["repeated"] += 1
            case {"found": seed, "text": text, "kind": kind, "what": what}:
                self.record(seed, text, kind, what)

    def replace(self, workers: dict[int, _Worker], worker: _Worker, kind: str, what: str) -> None:
        """A worker ended: with its work done, or by a crash or a hang, which is a finding."""
        del workers[worker.number]
        if worker.process.returncode != 0:
            text = case_of(worker.seed).text
            fails = self.dies(kind, target_of(worker.seed, self.options.target))
            if not worker.reducing and fails(text):
                text = reduce(text, fails, 2 * self.options.reduce)
            self.record(worker.seed, text, kind, what + (" while reducing" if worker.reducing else ""))
            again = worker.seed + self.options.workers
            if again < self.options.seed + self.options.count:
                workers[worker.number] = self.start(worker.number, again)
        elif worker.rest is not None:
            workers[worker.number] = self.start(worker.number, worker.rest)
        now = time.monotonic()
        for other in workers.values():  # they went on talking meanwhile; their messages wait in the queue
            other.since = now

    def dies(self, kind: str, target: str):
        def fails(text: str) -> bool:
            with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
                file.write(text)
                file.flush()
                command = [sys.executable, __file__, "--file", file.name, "--target", target]
                limit = self.options.timeout if kind == "crash" else min(20.0, self.options.timeout)
                try:
                    done = subprocess.run(command, capture_output=True, timeout=limit, check=False)
                except subprocess.TimeoutExpired:
                    return kind == "hang"
                return kind == "crash" and done.returncode < 0

        return fails

    def record(self, seed: int, text: str, kind: str, what: str) -> None:
        program = text.partition("def inputs_")[0]
        if program in self.found:
            self.counts["repeated"] += 1
            return
        self.options.out.mkdir(parents=True, exist_ok=True)
        path = self.options.out / f"{kind}_{Case(text).key}.py"
        path.write_text(regression(seed, target_of(seed, self.options.target), what, text), encoding="utf-8")
        self.found[program] = path
        print(f"\n--- number {seed}: {what}\n{text}--- written to {path}\n", flush=True)

    def progress(self, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self.printed < 10:
            return
        self.printed = now
        done = self.counts["programs"]
        print(
            f"{now - self.begun:6.0f} s  {done} programs, {self.counts['compared']} calls compared"
            f" ({self.counts['raised']} raise, {self.counts['undefined']} undefined, {self.counts['overtime']} long),"
            f" status {dict(self.status)}, {len(self.found)} findings ({self.counts['repeated']} repeated)",
            flush=True,
        )
        if last:
            targets = ", ".join(f"{count} on {target}" for target, count in self.targets.most_common())
            print(f"programs from number {self.options.seed}: {targets}; {done / (now - self.begun):.1f} a second")


def regression(seed: int, target: str, what: str, text: str) -> str:
    """The text of a regression test: the case, and why it is kept."""
    told = f"Differential fuzzing, number {seed}, target {target}: {what}"
    lines = list(_wrapped(" ".join(told.split("\n")[0].split())[:400].replace("\\", "/"), 110))
    return '# ruff: noqa\n# fmt: off\n"""' + "\n".join(lines).replace('"""', "'''") + '\n"""\n\n' + text


def _wrapped(text: str, width: int) -> Iterator[str]:
    while len(text) > width:
        cut = text.rfind(" ", 1, width)
        cut = cut if cut > 0 else width
        yield text[:cut]
        text = text[cut:].lstrip()
    yield text


if __name__ == "__main__":
    sys.exit(main())
