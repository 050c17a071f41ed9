"""Programs to take home, run as a learner would, but in this process, where PyTorch is loaded already."""

import io
import runpy
import tempfile
from contextlib import chdir, redirect_stdout
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent


def printed_by(program: str | Path, folder: Path = ROOT) -> str:
    """What a program (its text, or its file) prints when it runs in a folder; its own random numbers stay its own."""
    with (
        tempfile.TemporaryDirectory() as place,
        torch.random.fork_rng(devices=[]),
        redirect_stdout(io.StringIO()) as said,
        chdir(folder),
    ):
        file = program
        if isinstance(program, str):
            file = Path(place) / "program.py"
            file.write_text(program, "utf-8")
        runpy.run_path(str(file), run_name="__main__")
    return said.getvalue()
