"""How fast is mdsl beside NumPy, Numba, numexpr, JAX, Pythran and DaCe, and beside what the machine can do?

    python benchmarks/run.py [--quick] [--only NAME ...] [--tools NAME ...] [--sizes NAME ...] [--dtypes NAME ...]
                             [--rounds N] [--output FOLDER]

Two parts. The programs of benchmarks/programs/, from ten domains, in four sizes and two dtypes, with every tool that is
installed (the extra `bench`). And the examples, each at its own size, with NumPy, Numba and mdsl; here first calls are
measured too. `--only` takes names of both. A whole run takes about half an hour, `--quick` about one: NumPy, mdsl and
Numba, float64, sizes that fit into the caches. Whole runs leave their tables, CSV files and a plot in
benchmarks/results/, others where `--output` says.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

import _examples
import _peers
from _tools import TOOLS

HERE = Path(__file__).resolve().parent


def main() -> None:
    programs, examples = _peers.names(), _examples.names()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="NumPy, mdsl and njit, in cache, float64, in a minute")
    parser.add_argument(
        "--only", nargs="+", choices=programs + examples, metavar="NAME", help=f"of {', '.join(programs + examples)}"
    )
    parser.add_argument("--tools", nargs="+", choices=TOOLS[1:], metavar="NAME", help=f"of {', '.join(TOOLS[1:])}")
    parser.add_argument("--sizes", nargs="+", choices=_peers.SIZES, help="of the programs (all)")
    parser.add_argument("--dtypes", nargs="+", choices=_peers.DTYPES, help="of the programs (both)")
    parser.add_argument("--rounds", type=int, help="how many at most (9; quick: 5)")
    parser.add_argument("--output", type=Path, help="folder for the tables, the CSV files and the plot")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    some = options.quick or any((options.only, options.tools, options.sizes, options.dtypes))
    folder = options.output or (None if some else HERE / "results")
    command = " ".join(["python benchmarks/run.py", *sys.argv[1:]])
    rounds = options.rounds or (5 if options.quick else 9)
    chosen = options.only or programs + ([] if some else examples)
    whole = True
    if ours := [name for name in chosen if name in programs]:
        whole = _peers.measure(
            ours,
            tools=options.tools or (("mdsl", "njit") if options.quick else TOOLS[1:]),
            sizes=options.sizes or (tuple(_peers.SIZES)[:3] if options.quick else tuple(_peers.SIZES)),
            dtypes=options.dtypes or (_peers.DTYPES[1:] if options.quick else _peers.DTYPES),
            rounds=rounds,
            seconds=0.1 if options.quick else 1.0,
            command=command,
            folder=folder,
        )
    if whole and (theirs := [name for name in chosen if name in examples]):
        _examples.measure(theirs, rounds, command, folder)


if __name__ == "__main__":
    main()
