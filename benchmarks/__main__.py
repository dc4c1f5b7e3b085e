"""Measure layers beside torch's own: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import torch
from tqdm import tqdm

from benchmarks.cases import SECTIONS, Case
from benchmarks.memory import compare
from benchmarks.peers import available
from benchmarks.picture import draw
from benchmarks.record import result_file, write
from benchmarks.rounds import time_in_turn
from benchmarks.scale import NUMBERS, Scale, set_numbers

MEMORY = "memory"
NAMES = (*SECTIONS, MEMORY)
OPTIONS = ("tiny", "numbers", "channels_last", "graphs", "inputs")


def main() -> int:
    """Run the sections asked for, print the table and write the results."""
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    device = torch.device(arguments.device)
    set_numbers(arguments.numbers)
    options = {name: getattr(arguments, name) for name in OPTIONS}
    scale = Scale(device, **options)
    rows = []
    timed = [section for section in arguments.sections if section != MEMORY]
    for section in timed:
        print(f"\n## {section}: {SECTIONS[section].__doc__.splitlines()[0]}\n")
        print("| case | limit, ms | goal | groupkit | others |\n|---|---|---|---|---|")
        for case in tqdm(SECTIONS[section](scale), leave=False, unit="case"):
            row = _measure(case, arguments, device)
            rows.append(row)
            print(_line(row), flush=True)
    if MEMORY in arguments.sections:
        print(f"\n## {MEMORY}: {compare.__doc__.splitlines()[0]}\n")
        print("| case | limit, MiB | goal | groupkit |\n|---|---|---|---|")
        for row in compare(arguments.device, arguments.tiny):
            rows.append(row)
            ratio, limit = row["ratios"]["groupkit"], row["limit_bytes"] / 2**20
            print(f"| {row['case']} | {limit:.1f} | {row['goal']:.2f} | {ratio:.3f} |")
    if arguments.out:
        write(
            arguments.out,
            device,
            command=" ".join(["python -m benchmarks", *sys.argv[1:]]),
            threads=arguments.threads,
            options=options,
            versions=available(),
            rounds=arguments.rounds,
            rows=rows,
        )
        draw(rows, arguments.out.with_suffix(".png"))
        print(f"\nwritten to {arguments.out}, with a picture beside it")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", help=f"parts of the table, by default all: {', '.join(NAMES)}"
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=2, help="of torch (2)")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each contestant (15)")
    parser.add_argument("--least", type=float, default=0.05, help="seconds of a turn (0.05)")
    parser.add_argument("--warm-up", type=float, default=0.0, help="seconds before the first turn")
    parser.add_argument(
        "--numbers", choices=NUMBERS, default="fp32", help="single precision, TF32, bf16 autocast"
    )
    parser.add_argument(
        "--channels-last", action="store_true", help="maps and banks, where they can"
    )
    parser.add_argument(
        "--inputs", type=int, default=0, help="that take turns (CUDA: past the cache)"
    )
    parser.add_argument(
        "--graphs", action="store_true", help="each call a replay of a CUDA graph, not for compiled"
    )
    parser.add_argument("--tiny", action="store_true", help="small sizes: does everything run?")
    parser.add_argument(
        "--out", type=result_file, help="write the results as JSON, as results/cpu.json"
    )
    arguments = parser.parse_args()
    unknown = [name for name in arguments.sections if name not in NAMES]
    if unknown:
        parser.error(f"no section {unknown[0]!r}; there are {', '.join(NAMES)}")
    if arguments.graphs and not arguments.device.startswith("cuda"):
        parser.error("--graphs records CUDA graphs; give --device cuda")
    if arguments.device.startswith("cuda") and not torch.cuda.is_available():
        parser.error("there is no CUDA device here")
    arguments.sections = arguments.sections or list(NAMES)
    return arguments


def _measure(case: Case, arguments: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    timing = time_in_turn(case.calls, arguments.rounds, arguments.least, device, arguments.warm_up)
    limit = next(iter(case.calls))
    others = [name for name in case.calls if name != limit]
    return {
        "section": case.section,
        "case": case.name,
        "limit": limit,
        "limit_seconds": timing.median(limit),
        "goal": case.goal,
        "ratios": {name: timing.ratio(name, limit) for name in others},
        "quartiles": {name: timing.spread(name, limit) for name in others},
    }


def _line(row: dict[str, Any]) -> str:
    ratios = dict(row["ratios"])
    ours = ratios.pop("groupkit")
    low, high = row["quartiles"]["groupkit"]
    goal = "" if row["goal"] is None else f"{row['goal']:.2f}"
    others = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    milliseconds = 1000 * row["limit_seconds"]
    return (
        f"| {row['case']} | {milliseconds:.2f} | {goal} | {ours:.3f} ({low:.2f} to {high:.2f}) | "
        f"{others} |"
    )


if __name__ == "__main__":
    raise SystemExit(main())
