"""Who won the ImageNet challenge, with which error and how deep a network, year by year; and how well people do.

Units: top-5 error on the challenge's own test set, in percent. Depth counts layers with weights.
"""

from __future__ import annotations

from dataclasses import dataclass

_RESULTS = "https://image-net.org/challenges/LSVRC/"
_ARXIV = "https://arxiv.org/abs/"
SURVEY = "Russakovsky et al. 2015, ImageNet Large Scale Visual Recognition Challenge"
SURVEY_URL = _ARXIV + "1409.0575"


@dataclass(frozen=True, slots=True)
class Result:
    """One result of the classification task. ``layers`` is None for an ensemble of unlike networks."""

    year: int
    team: str
    method: str
    top5_error_percent: float
    layers: int | None
    won: bool
    source: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """How often a person names the class wrongly with five guesses."""

    top5_error_percent: float
    pictures: int
    source: str
    url: str
    note: str


RESULTS = (
    Result(
        2010, "NEC-UIUC", "hand-made features, support vector machines", 28.2, 1, True,
        SURVEY + ", table 8", SURVEY_URL, "shallow: one trained layer on fixed features",
    ),
    Result(
        2011, "XRCE", "Fisher vectors, support vector machines", 25.8, 1, True,
        SURVEY + ", table 8", SURVEY_URL, "shallow: one trained layer on fixed features",
    ),
    Result(
        2012, "SuperVision", "AlexNet", 16.4, 8, True,
        SURVEY + ", table 8", SURVEY_URL, "five networks; 15.3 % with two more trained on additional pictures",
    ),
    Result(
        2012, "ISI", "Fisher vectors, several features", 26.2, 1, False,
        "Results of the challenge of 2012, task 1", "https://image-net.org/challenges/LSVRC/2012/results.html",
        "second place, shallow: ten points behind",
    ),
    Result(
        2013, "Clarifai", "ZFNet and its relatives", 11.7, 8, True,
        SURVEY + ", table 8", SURVEY_URL,
        "an ensemble; 11.2 % with additional pictures. The paper of ZFNet itself reports 14.8 %",
    ),
    Result(
        2014, "VGG", "VGG", 7.3, 19, False,
        "Simonyan, Zisserman 2014, table 6", _ARXIV + "1409.1556", "second place, seven networks",
    ),
    Result(
        2014, "GoogLeNet", "Inception v1", 6.7, 22, True,
        "Szegedy et al. 2014, section 7", _ARXIV + "1409.4842", "seven networks, 144 crops",
    ),
    Result(
        2015, "MSRA", "ResNet", 3.57, 152, True,
        "He, Zhang, Ren, Sun 2015, table 5", _ARXIV + "1512.03385", "six networks of different depth",
    ),
    Result(
        2016, "ResNeXt", "ResNeXt-101", 3.03, 101, False,
        "Xie et al. 2016, section 5.1 (ILSVRC 2016, second place)", _ARXIV + "1611.05431", "second place, an ensemble",
    ),
    Result(
        2016, "Trimps-Soushen", "Inception, Inception-ResNet, ResNet, wide ResNet together", 2.99, None, True,
        "ILSVRC 2016 results", _RESULTS + "2016/results", "an ensemble of unlike networks: it has no one depth",
    ),
    Result(
        2017, "WMW", "SENet-154", 2.25, 154, True,
        "Hu et al. 2017, abstract and section 6", _ARXIV + "1709.01507", "an ensemble; its deepest network counts",
    ),
)  # fmt: skip
"""Results by year. The challenge ended in 2017."""

TRAINED_PERSON = People(
    5.1,
    1500,
    SURVEY + ", section 6.4",
    SURVEY_URL,
    "one person, after practice with the 1000 classes; a second person, less practised, erred on 12.0 % of 258",
)
"""The "human level" that lectures quote."""


def winners() -> tuple[Result, ...]:
    """The winner of each year."""
    return tuple(result for result in RESULTS if result.won)


def first_below_people() -> Result:
    """The first winner with a lower error than the trained person."""
    return next(
        result for result in winners() if result.top5_error_percent < TRAINED_PERSON.top5_error_percent
    )
