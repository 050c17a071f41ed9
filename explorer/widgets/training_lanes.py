"""What is to be trained on the server: network, weights, pictures, device, and up to four lanes. All in the link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.transfer import choices
from explorer.transfer.collection.limits import KEPT_PX
from explorer.transfer.datasets import DATASETS
from explorer.transfer.jobs import Wish
from explorer.transfer.lanes import LANES
from explorer.transfer.recipe import AUGMENTATIONS, OPTIMISERS, SCHEDULES, Recipe, usual_steps
from explorer.widgets import cached, offers, training_own
from explorer.widgets.training_own import OWN

if TYPE_CHECKING:
    from explorer.transfer.collection import Collection

PAGE = "finetune"
NO_LANE = "none"
SLOTS = ("scratch", "head", "whole", NO_LANE)
AMOUNTS = ("1", "2", "5", "10", "20", "50", "all")
MOST_TEST = 1000
_LINK: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


@dataclass(frozen=True)
class Subject:
    """What all lanes share. `missing`: something must be fetched first, and is offered on the page.

    `own`: the learner's pictures where the set is those; None where there are none yet.
    """

    network: str
    weights: str | None
    dataset: str
    per_class: int | None
    device: str
    input_px: int | None
    steps: int
    batch: int
    missing: bool
    own: Collection | None = None

    @property
    def picture_px(self) -> int:
        """The side of the pictures."""
        return _picture_px(self.dataset, self.own)

    @property
    def about(self) -> tuple[str, int, int]:
        """What the set is called, its classes, and how many pictures it holds out."""
        if self.dataset == OWN:
            own = self.own
            return training_own.TITLE, len(own.classes) if own else 0, sum(own.split) if own else 0
        facts = DATASETS[self.dataset]
        return facts.title, len(facts.classes), facts.test

    def wishes(self, recipes: Sequence[Recipe], owner: str) -> list[Wish]:
        """The lanes as the queue takes them. Raises: ValueError for own pictures that cannot be trained on."""
        most = MOST_TEST if self.about[2] > MOST_TEST else None
        shared = (self.network, self.weights, self.device, self.input_px, most, owner)
        if self.own is None:
            return [Wish(recipe, self.dataset, *shared) for recipe in recipes]
        pictures = self.own.fit_for(self.network, self.input_px)  # one for all lanes
        return [Wish(recipe, pictures, *shared, self.own.key, self.own.seed) for recipe in recipes]


def subject() -> Subject:
    """The pickers of what all lanes share, and the offers of what is not here yet."""
    first = st.columns([3, 3, 3, 2, 2, 2], vertical_alignment="bottom")
    with first[0]:
        network = _network()
    with first[1]:
        weights = _weights(network)
    with first[2]:
        dataset = _dataset()
    with first[3]:
        amount = str(st.selectbox("Pictures a class", AMOUNTS, index=3, key=f"{PAGE}_amount", **_LINK))
    per_class = None if amount == "all" else int(amount)
    with first[4]:
        usual = usual_steps(per_class)
        steps = st.number_input("Steps", 1, 100_000, usual, key=f"{PAGE}_steps_{amount}", **_LINK)
    with first[5]:
        batch = st.number_input("Batch", 2, 1024, 32, key=f"{PAGE}_batch", **_LINK)
    with st.container(horizontal=True):
        device = _device()
        own = training_own.held() if dataset == OWN else None
        input_px = _side(network, _picture_px(dataset, own))
    if dataset == OWN:
        training_own.panel()
    missing = _offers(network, weights, dataset)
    return Subject(
        network, weights, dataset, per_class, device, input_px, int(steps), int(batch), missing, own
    )


def _network() -> str:
    return str(st.selectbox("Network", choices.offered_networks(), key=f"{PAGE}_net", **_LINK))


def _weights(network: str) -> str | None:
    offered = choices.offered_weights(network)
    key = f"{PAGE}_weights_{network}"
    chosen = st.selectbox(
        "Trained on", list(offered), format_func=lambda name: offered[name], key=key, **_LINK
    )
    return None if chosen == choices.UNTRAINED else str(chosen)


def _dataset() -> str:
    def title(name: str) -> str:
        return training_own.TITLE if name == OWN else DATASETS[name].title

    return str(st.selectbox("New pictures", [*DATASETS, OWN], format_func=title, key=f"{PAGE}_set", **_LINK))


def _picture_px(dataset: str, own: Collection | None) -> int:
    if dataset != OWN:
        return DATASETS[dataset].side_px
    return own.side_px[0] if own else KEPT_PX


def _device() -> str:
    """The device; nothing is shown where there is only one."""
    from explorer.devices import devices

    here = {entry.kind.lower(): entry for entry in devices() if entry.here}
    names = [name for name in ("cuda", "mps", "cpu") if name in here]

    if len(names) == 1:
        return names[0]

    def title(name: str) -> str:
        return f"{here[name].kind}, {here[name].name}"

    return str(st.selectbox("Device", names, format_func=title, key=f"{PAGE}_device", width=280, **_LINK))


def _side(network: str, picture_px: int) -> int | None:
    """The side the pictures are scaled to; None, and nothing to choose, for a network of one size."""
    sides, usual = choices.sides_px(network), choices.usual_side_px(network, picture_px)
    if not sides:
        return None
    key = f"{PAGE}_px"
    place = sides.index(usual) if usual in sides else 0
    chosen = int(st.selectbox("Picture side, px", sides, index=place, key=key, width=180, **_LINK))
    return None if chosen == usual else chosen


def _offers(network: str, weights: str | None, dataset: str) -> bool:
    """Boxes for what has to be fetched first; whether there is any."""
    missing = dataset in DATASETS and offers.pictures(PAGE, dataset)
    if weights and weights.isupper():
        missing = offers.weights(PAGE, network, weights) or missing
    return missing


def recipes(shared: Subject) -> list[Recipe]:
    """The recipes of the lanes that take part, from four places.

    Raises: ValueError for settings that do not fit together.
    """
    found = []
    for slot, (column, usual) in enumerate(zip(st.columns(len(SLOTS)), SLOTS, strict=True), start=1):
        with column, st.container(border=True):
            left, right = st.columns([3, 1], vertical_alignment="bottom", gap="small")
            with left:
                lane = _lane(slot, usual)
            if lane == NO_LANE:
                st.caption("A place for one lane more, or for one lane twice with another rate.")
                continue
            with right:
                recipe = _recipe(slot, lane, shared)
            st.caption(told(recipe))
            found.append(recipe)
    return found


def _lane(slot: int, usual: str) -> str:
    names = [*LANES, NO_LANE]
    key = f"{PAGE}_lane{slot}"
    chosen = st.selectbox(
        f"Lane {slot}", names, index=names.index(usual), format_func=_lane_title, key=key, **_LINK
    )
    return str(chosen)


def _lane_title(name: str) -> str:
    return LANES[name].title if name in LANES else "No lane"


def _recipe(slot: int, lane: str, shared: Subject) -> Recipe:
    facts = LANES[lane]
    key = f"{PAGE}_{slot}_{lane}"
    changed: dict[str, Any] = {}
    with st.popover(":material/tune:", help=f"Settings of lane {slot}", key=f"{key}_open"):
        st.caption(facts.sentence)
        left, right = st.columns(2)
        with left:
            changed |= _rates(key, lane)
        with right:
            changed["weight_decay"] = _number("Weight decay", 0.0, f"{key}_weight_decay", 10.0)
            changed["label_smoothing"] = _number("Label smoothing", 0.0, f"{key}_label_smoothing", 0.9)
            if not facts.caches_features:
                changed["augmentation"] = st.selectbox(
                    "Augmentation", AUGMENTATIONS, key=f"{key}_augmentation", **_LINK
                )
                changed["freeze_batch_norm"] = st.toggle(
                    "Freeze batch norm", key=f"{key}_freeze_batch_norm", **_LINK
                )
            changed["seed"] = int(st.number_input("Seed", 0, 2**32 - 1, 0, key=f"{key}_seed", **_LINK))
    return Recipe.of_lane(
        lane, pictures_per_class=shared.per_class, steps=shared.steps, batch=shared.batch, **changed
    )


def _rates(key: str, lane: str) -> dict[str, Any]:
    """The optimiser, its rates and their schedule."""
    facts = LANES[lane]
    changed: dict[str, Any] = {
        "optimiser": st.selectbox("Optimiser", OPTIMISERS, index=2, key=f"{key}_optimiser", **_LINK),
        "rate": _number("Rate" if lane == "scratch" else "Rate of the head", facts.rate, f"{key}_rate"),
    }
    if facts.backbone != "none" and lane != "scratch":
        changed["backbone_rate"] = _number(
            "Rate of the backbone", facts.backbone_rate, f"{key}_backbone_rate"
        )
    changed["schedule"] = st.selectbox("Schedule", SCHEDULES, key=f"{key}_schedule", **_LINK)
    return changed


def _number(label: str, usual: float, key: str, most: float = 100.0) -> float:
    step = usual / 2 if usual else 0.01
    return float(st.number_input(label, 0.0, most, usual, step=step, format="%g", key=key, **_LINK))


def follow(wants: object) -> None:
    """Set the fields to own pictures and to what the browser's lane had chosen, before they are drawn; the link too.

    What is none of the fields' values is passed over. All lanes take the steps and the batch of the first.
    """
    found: dict[str, tuple[Any, str]] = {"set": (OWN, training_own.TITLE)}
    asked = wants if isinstance(wants, Mapping) else {}
    network, source = asked.get("network"), asked.get("source")
    if network in choices.offered_networks():
        found["net"] = (str(network), str(network))
        if isinstance(source, str) and source in (offered := choices.offered_weights(str(network))):
            found[f"weights_{network}"] = (source, offered[source])
    if wanted := _wanted(asked.get("recipes")):
        amount = str(wanted[0].pictures_per_class or "all")
        if amount in AMOUNTS:
            found["amount"] = (amount, amount)
            found[f"steps_{amount}"] = (wanted[0].steps, str(wanted[0].steps))
        found["batch"] = (wanted[0].batch, str(wanted[0].batch))
        names = [*(recipe.lane for recipe in wanted), *[NO_LANE] * len(SLOTS)][: len(SLOTS)]
        found |= {f"lane{slot}": (lane, _lane_title(lane)) for slot, lane in enumerate(names, start=1)}
        for slot, recipe in enumerate(wanted, start=1):
            found |= {f"{slot}_{recipe.lane}_{name}": (value, str(value)) for name, value in _set(recipe)}
    for name, (value, shown) in found.items():
        st.session_state[f"{PAGE}_{name}"] = value
        st.query_params[f"{PAGE}_{name}"] = shown.lower() if isinstance(value, bool) else shown


def _wanted(sent: object) -> list[Recipe]:
    """The recipes that the browser's lane sent; none where one of them is none."""
    if not isinstance(sent, list) or not 1 <= len(sent) <= len(SLOTS):
        return []
    try:
        return [Recipe.from_dict(one) for one in sent]
    except (TypeError, ValueError):
        return []


def _set(recipe: Recipe) -> list[tuple[str, Any]]:
    """What a lane's fields show of its recipe."""
    facts = LANES[recipe.lane]
    names = ["optimiser", "rate", "schedule", "weight_decay", "label_smoothing", "seed"]
    names += ["backbone_rate"] if facts.pretrained and not facts.caches_features else []
    names += [] if facts.caches_features else ["augmentation", "freeze_batch_norm"]
    return [(name, getattr(recipe, name)) for name in names]


def told(recipe: Recipe) -> str:
    """The settings of a lane in a line; those that are as usual are left out."""
    backbone = f", backbone {recipe.backbone_rate:g}" if recipe.lane in ("deep", "whole") else ""
    parts = [f"{recipe.optimiser.capitalize()}, rate {recipe.rate:g}{backbone}, {recipe.schedule}"]
    parts += [f"weight decay {recipe.weight_decay:g}"] if recipe.weight_decay else []
    parts += [f"label smoothing {recipe.label_smoothing:g}"] if recipe.label_smoothing else []
    parts += [recipe.augmentation] if recipe.augmentation != "none" else []
    usual = LANES[recipe.lane].freeze_batch_norm
    parts += ["batch norm frozen"] if recipe.freeze_batch_norm and not usual else []
    return ", ".join([*parts, f"seed {recipe.seed}"])


def problem(shared: Subject, wanted: list[Recipe]) -> str:
    """Why this cannot start, in a sentence; nothing where it can."""
    if shared.missing:
        return "what is offered above has to be fetched first"
    if shared.dataset == OWN and (shared.own is None or shared.own.hindrance):
        return (
            training_own.plain(shared.own.hindrance.removesuffix("."))
            if shared.own
            else "bring pictures of your own first"
        )
    if not wanted:
        return "choose at least one lane"
    from explorer.networks import NETWORKS

    side = shared.input_px or choices.usual_side_px(shared.network, shared.picture_px)
    params, _, output_bytes = cached.totals(shared.network, (NETWORKS[shared.network].channels, side, side))
    largest = max(choices.needed_bytes(params, output_bytes, recipe) for recipe in wanted)
    return choices.problem(largest, choices.room_bytes(shared.device))


def device_sentence(name: str) -> str:
    """What a device computes in."""
    from explorer.transfer import device

    where = device.checked(name)
    if where.type == "cuda":
        kind = str(device.Precision(where).dtype).removeprefix("torch.")
        return f"On CUDA it trains in mixed precision ({kind}), channels last in memory."
    kind = {"cpu": "the processor, one thread a training", "mps": "Apple's graphics (MPS)"}[where.type]
    return f"On {kind}, in full precision (float32)."
