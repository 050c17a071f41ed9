"""The constants of the page "Fine-tuning": lanes, recipes, picture sets, networks, and where their files are."""

import base64
import dataclasses
from collections.abc import Mapping
from typing import Any

from explorer import boot
from explorer.browser import library
from explorer.browser.transfer import files, written

AMOUNTS: tuple[tuple[str, int | None], ...] = (
    *((str(n), n) for n in (1, 2, 5, 10, 20, 50)),
    ("all", None),
)


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from. Pictures and weights are never in it: the component fetches them by address."""
    boot.ready()
    return {
        "lanes": _lanes(),
        "steps": _steps(),
        "networks": _networks(),
        "sources": _sources(),
        "sets": _sets(),
        "cases": _cases(),
        "start": {"set": "letters", "source": "glyphs", "network": "small_vgg"},
        "addresses": {
            "set": files.address("sets/{name}.safetensors"),
            "sample": files.address("samples/{name}.safetensors"),
            "graph": files.address("graphs/{network}-{source}-{classes}.json"),
            "weights": files.address("weights/{network}-{source}-{classes}-{seed}.safetensors"),
            "backbone": files.address("backbones/{network}-{source}.safetensors"),
            "head": files.address("heads/{network}-{classes}-{seed}.safetensors"),
            "script": files.address("scripts/{network}-{source}-{classes}-{recipe}.py"),
            "repeat": files.address("repeats/{set}-{network}-{source}-{recipe}.zip"),
        },
        "engine": {
            "jax": library.jax_url(),
            "files": [path.rpartition("/")[2] for path in library.files()],
            "problem": library.MISSING,
        },
        "onnx_problem": written.onnx_problem(),
    }


def answer(asked: object) -> Mapping[str, Any] | None:
    """What the component asks for by message: a file that the host does not give by address, or a lane as a file.

    None for what is no question; else with `n`, the question's number, and the file in base64 or a `problem`.
    """
    if not isinstance(asked, Mapping) or not ("format" in asked or isinstance(asked.get("address"), str)):
        return None
    try:
        content = written.file(asked) if "format" in asked else _addressed(asked["address"])
    except (ValueError, KeyError) as error:
        return {"n": asked.get("n"), "problem": str(error)}
    return {"n": asked.get("n"), "base64": base64.b64encode(content).decode()}


def _addressed(address: str) -> bytes:
    home, _, rest = address.partition("/")
    path = rest.partition("/")[2]
    return library.files()[path] if home == "explorer-npm" else files.read(path)


def _lanes() -> list[dict[str, Any]]:
    from explorer.transfer.lanes import LANES
    from explorer.transfer.recipe import Recipe

    return [
        {
            **{key: getattr(lane, key) for key in ("name", "title", "sentence", "trains")},
            **{key: getattr(lane, key) for key in ("pretrained", "caches_features")},
            "recipe": dataclasses.asdict(Recipe.of_lane(lane.name)),
        }
        for lane in LANES.values()
    ]


def _steps() -> dict[str, int]:
    from explorer.transfer.recipe import usual_steps

    return {name: usual_steps(n) for name, n in AMOUNTS}


def _networks() -> list[dict[str, Any]]:
    """Every network that races here; `fetch` where its weights are the server's to fetch, `here` where it has."""
    from explorer.transfer import raced

    found = []
    for network in raced.NETWORKS.values():
        wanted = network.weights
        fetch = {"bytes": wanted.size_bytes, "here": wanted.here} if wanted else None
        found.append({**dataclasses.asdict(network), "fetch": fetch})
    return found


def _sources() -> list[dict[str, Any]]:
    from explorer.transfer import raced
    from explorer.transfer.backbones import SOURCES
    from explorer.transfer.datasets import DATASETS

    drawn = [
        {"name": name, "title": DATASETS[name].title, "about": DATASETS[name].sentence} for name in SOURCES
    ]
    about = "1.28 million photographs of 1,000 kinds of animals and things."
    return [*drawn, {"name": raced.IMAGENET, "title": "ImageNet", "about": about}]


def _sets() -> list[dict[str, Any]]:
    """The sets that are drawn and need no download, and those of torchvision, of which a part travels.

    What a backbone was trained on is no new task.
    """
    from explorer.transfer import downloads, raced
    from explorer.transfer.backbones import SOURCES
    from explorer.transfer.datasets import DATASETS

    found = []
    for facts in DATASETS.values():
        if facts.name in SOURCES:
            continue
        one = {
            "name": facts.name,
            "title": facts.title,
            "about": facts.sentence,
            "classes": len(facts.classes),
        }
        if facts.kind != "drawn":
            per_class, test = raced.room(facts)
            one["fetch"] = {"bytes": facts.download_bytes, "here": downloads.is_here(facts.name)}
            one["part"] = {
                "per_class": per_class,
                "of": facts.train_per_class,
                "test": test,
                "of_test": facts.test,
            }
        found.append(one)
    return found


def _cases() -> list[dict[str, Any]]:
    """The lectures' table: a source like the new pictures or unlike them, few pictures or many."""
    from explorer.transfer.experiments import EXPERIMENTS

    amounts = {n: name for name, n in AMOUNTS}
    return [
        {
            **{key: getattr(one, key) for key in ("name", "title", "question", "afterwards")},
            **{"alike": one.similar, "many": one.large, "set": one.dataset, "source": one.weights},
            "n": amounts[one.pictures_per_class],
        }
        for one in EXPERIMENTS.values()
    ]
