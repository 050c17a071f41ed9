"""The slides' figures: the tables come out line by line, and every wrong figure is named with the right one."""

from __future__ import annotations

import pytest

from explorer import slides

WRONG = {  # where, figure -> the right value in the slide's unit
    ("AlexNet, layer by layer", "conv4, operations"): 149.5,
    ("VGG-16", "outputs"): 51.7,
    ("VGG-16", "operations"): 15.5,
    ("VGG-16 against AlexNet", "outputs"): 27.5,
    ("VGG-16 against AlexNet", "operations"): 21.6,
    ("VGG-16, layer by layer", "values of all lines"): 15.2,
    ("VGG-16, layer by layer", "memory of one picture"): 61,
    ("GoogLeNet, aggressive stem", "operations"): 481,
    ("GoogLeNet, global average pooling", "fc, memory"): 3.9,
    ("GoogLeNet, global average pooling", "fc, parameters"): 1024,
    ("VGG-16 down to 28 px", "memory"): 45.9,
    ("VGG-16 down to 28 px", "weights"): 1.7,
    ("VGG-16 down to 28 px", "operations"): 9335,
    ("VGG-16 against the GoogLeNet stem", "memory"): 6.2,
    ("VGG-16 against the GoogLeNet stem", "weights"): 14,
    ("VGG-16 against the GoogLeNet stem", "operations"): 19.4,
    ("GoogLeNet", "parameters"): 6.6,
    ("GoogLeNet, classic architectures", "parameters"): 6.6,
    ("GoogLeNet", "fewer parameters than AlexNet"): 9.2,
    ("Inception module with reduction", "operations"): 271,
    ("VGG-19", "parameters"): 143.7,
    ("VGG-19", "weights file"): 548,
    ("ResNet-34", "operations"): 3.66,
    ("ResNet-50", "operations"): 4.09,
    ("ResNet-101", "operations"): 7.8,
    ("ResNet-152", "operations"): 11.5,
    ("200 x 200 picture, 40 k units", "weights"): 1.6,
    ("ResNet-50", "top-5 error"): 7.138,
    ("ResNet-101", "top-5 error"): 6.454,
    ("ResNet-152", "top-5 error"): 5.954,
}


def test_every_wrong_figure_is_named_with_the_right_one_and_a_reason():
    found = {(finding.where, finding.figure): finding for finding in slides.wrong()}
    assert {key: finding.right for key, finding in found.items()} == pytest.approx(WRONG)
    assert all(finding.reason for finding in found.values())


@pytest.mark.parametrize(
    ("name", "lines", "wrong"),
    [
        ("alexnet", 12, 1),
        ("vgg16", 21, 0),
        ("vgg16 head", 4, 0),
        ("googlenet stem", 5, 0),
        ("googlenet head", 2, 2),
        ("resnet stem", 2, 0),
    ],
)
def test_tables_come_out_line_by_line(name, lines, wrong):
    assert len(slides.TABLES[name].lines) == len(slides.rows_of(slides.TABLES[name])) == lines
    findings = slides.check(name)
    assert sum(not finding.agrees for finding in findings) == wrong
    assert len(findings) >= 3 * lines


def test_tables_cover_every_row_they_claim():
    """The listed lines are all the rows of these kinds, in order: nothing was skipped to make them agree."""
    for name in ("alexnet", "vgg16", "vgg16 head", "googlenet head"):
        table = slides.TABLES[name]
        rows = slides.tables.counted(table.network).only(table.kinds).rows
        assert len([row for row in rows if row.runs]) == len(table.lines)


def test_a_changed_figure_would_be_found():
    """The check compares: a slide with another figure disagrees."""
    finding = slides.check("alexnet")[2]
    assert finding.agrees
    assert not slides.Finding("", "", "", finding.slide + 1, finding.computed, finding.right).agrees


def test_the_inception_slip_is_the_three_by_three_counted_twice():
    rows = {row.name: row for row in slides.tables.counted("inception_reduced").rows}
    total = slides.tables.counted("inception_reduced").macs
    assert round((total + rows["conv3x3"].macs) / 1e6) == 358


def test_the_vgg_slip_is_one_convolution_left_out():
    rows = [
        row for row in slides.tables.counted("vgg16").rows if row.kind == "conv" and row.map_px == (56, 56)
    ]
    missing = rows[-1]
    listed = slides.tables.counted("vgg16").only(("conv", "linear"))
    memory = listed.only(("conv",)).output_bytes
    assert round((memory - missing.output_bytes) / 2**20, 1) == 48.6
    assert round((listed.macs - missing.macs) / 1e9, 1) == 13.6


def test_the_papers_striding_gives_the_slides_resnets():
    gmacs = slides.paper_striding()
    assert int(gmacs["resnet50"] * 10) / 10 == 3.8
    assert round(gmacs["resnet101"], 1) == 7.6
    assert round(gmacs["resnet152"], 1) == 11.3


def test_depth_is_the_longest_way_through_the_layers_with_weights():
    depths = {"lenet5": 5, "vgg19": 19, "resnet34": 34, "resnet101": 101, "googlenet": 22}
    assert {name: slides.architectures.depth(name) for name in depths} == depths


def test_every_line_of_the_table_of_resnets_is_there():
    lines = {claim.where for claim in slides.CLAIMS if claim.where.startswith("ResNet-")}
    depths = (18, 34, 50, 101, 152)
    assert lines >= {f"ResNet-{depth}, stage {stage}" for depth in depths for stage in (1, 2, 3, 4)}


def test_an_unknown_table_is_answered():
    with pytest.raises(ValueError, match="no slide table 'lenet'"):
        slides.check("lenet")
