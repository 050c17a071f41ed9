"""The command line that repeats a training of the app; own pictures come with it as the zip that the app exports."""

import dataclasses
import shlex

from explorer.transfer.jobs import Wish

OWN_ZIP = "own pictures.zip"
_PROGRAM = "python -m explorer.transfer"


def command(wish: Wish, *, download: bool = False) -> str:
    """What to type, with every setting of the recipe. A learner's own pictures are read from `OWN_ZIP`."""
    is_own = not isinstance(wish.dataset, str)
    words = ["--dataset", OWN_ZIP if is_own else str(wish.dataset)]
    words += ["--split-seed", f"{wish.split_seed}"] if is_own and wish.split_seed else []
    words += ["--network", wish.network]
    words += ["--weights", wish.weights] if wish.weights else []
    for name, value in dataclasses.asdict(wish.recipe).items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", "all" if value is None else f"{value}"]
    for name in ("input_px", "test_pictures"):
        if (value := getattr(wish, name)) is not None:
            words += [f"--{name.replace('_', '-')}", f"{value}"]
    words += ["--device", wish.device] + (["--download"] if download else [])
    return " ".join([_PROGRAM, *(shlex.quote(word) for word in words)])
