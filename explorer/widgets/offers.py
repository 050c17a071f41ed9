"""Offers to fetch what a race needs and this server does not have yet: trained weights, public picture sets."""

import streamlit as st

from explorer.widgets import fetching


def weights(key: str, network: str, name: str) -> bool:
    """A box that offers weights of torchvision; whether they are missing."""
    from explorer import weights as kept

    wanted = kept.offered(network, name)
    if wanted.here:
        return False
    text = (
        f"The trained weights of **{network}** are not on this server: **{wanted.size_bytes / 1e6:,.1f} MB** "
        "from download.pytorch.org, kept for the next time."
    )
    fetching.offer(f"{key}_{network}", text, wanted.size_bytes, lambda told: kept.download(wanted, told))
    return True


def pictures(key: str, name: str) -> bool:
    """A box that offers a public picture set; whether it is missing."""
    from explorer.transfer import downloads
    from explorer.transfer.datasets import DATASETS

    facts = DATASETS[name]
    if facts.kind != "torchvision" or downloads.is_here(name):
        return False
    from explorer.transfer.fetching import fetch

    text = (
        f"**{facts.title}** is not on this server: **{facts.download_bytes / 1e6:,.0f} MB**, from "
        f"[its makers]({facts.source}); licence: {facts.licence}. It is kept for the next time."
    )
    fetching.offer(f"{key}_{name}", text, facts.download_bytes, lambda told: fetch(name, told))
    return True


def for_browser(key: str, place: "st.delta_generator.DeltaGenerator", missing: object) -> None:
    """What a race in the browser says that it lacks: {"network": …, "set": …}; other names are passed over."""
    from explorer.transfer import raced
    from explorer.transfer.datasets import DATASETS

    asked = missing if isinstance(missing, dict) else {}
    with place:
        if asked.get("network") in raced.NETWORKS and raced.NETWORKS[asked["network"]].weights:
            weights(key, asked["network"], raced.IMAGENET_WEIGHTS)
        if asked.get("set") in DATASETS:
            pictures(key, asked["set"])
