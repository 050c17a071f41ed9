"""The figures of a race: every number of a lane stands in them, and what is frozen is called so."""

from math import nan

import pytest

from explorer.figures import training
from explorer.figures.training import Curve


def curve(place: int = 0, count: int = 5) -> Curve:
    steps = list(range(1, count + 1))
    losses = [1 / step for step in steps]
    shares = [step / count for step in steps]
    return Curve(place, f"lane {place}", steps, losses, shares, [(count, 0.5)])


def test_a_running_average_begins_with_the_first_value_and_follows() -> None:
    assert training.smoothed([], 0.2) == []
    assert training.smoothed([4.0, 2.0], 0.2) == [4.0, 3.0]
    assert training.smoothed([2.0] * 9, 0.2) == pytest.approx([2.0] * 9)
    assert training.smoothed([0.0] * 50 + [1.0] * 50, 0.2)[-1] == pytest.approx(1, abs=1e-4)


def test_short_runs_are_smoothed_less() -> None:
    short, long = (training.loss([curve()], steps).data[1].y[-1] for steps in (30, 1000))
    assert curve().losses[-1] < short < long


@pytest.mark.parametrize("count", [1, 299, 300, 301, 4000])
def test_long_runs_are_thinned_and_keep_their_end(count: int) -> None:
    places = training.thinned(count)
    assert len(places) == min(count, 300)
    assert places == sorted(set(places))
    assert places[-1] == count - 1


def test_each_lane_has_its_line_in_its_own_style() -> None:
    figure = training.loss([curve(0), curve(3)], 9)
    raw, average, _, other = figure.data
    assert list(raw.y) == curve().losses
    assert list(average.x) == [1, 2, 3, 4, 5]
    assert (average.name, other.name) == ("lane 0", "lane 3")
    assert average.line.color != other.line.color
    assert average.line.dash != other.line.dash
    assert figure.layout.xaxis.range[1] >= 9
    assert training.loss([curve(0)], 9, dark=True).data[0].line.color != raw.line.color


def test_accuracy_is_in_percent_of_held_out_pictures() -> None:
    figure = training.accuracy([curve(1)], 5)
    assert [list(trace.y) for trace in figure.data][1] == [50.0]
    assert figure.data[1].marker.symbol == "square"
    assert figure.layout.yaxis.title.text == "right, %"


def test_a_confusion_matrix_says_who_is_taken_for_whom() -> None:
    figure = training.confusion(["a", "b"], [[3, 1], [0, 2]])
    heat = figure.data[0]
    assert [list(row) for row in heat.z] == [[75, 25], [0, 100]]
    assert heat.customdata[0][1] == "1 of 4 a taken for b"
    assert heat.text[1][0] == ""


def test_classes_without_pictures_are_left_out_and_the_hardest_is_first() -> None:
    bars = training.per_class(["a", "b", "c"], [0.5, nan, 0.25]).data[0]
    assert list(bars.y) == ["c", "a"]
    assert list(bars.x) == [25, 50]


def test_what_stood_still_is_called_frozen() -> None:
    figure = training.changes(["one", "one", "head"], [0.0, 0.0, 0.5], ["weight", "statistics", "weight"])
    weights, statistics = figure.data
    assert list(weights.text) == ["frozen", "50.0%"]
    assert list(statistics.text) == ["frozen"]
    assert list(figure.layout.yaxis.categoryarray) == ["one", "head"]
    assert len(training.changes([], [], []).data) == 0
