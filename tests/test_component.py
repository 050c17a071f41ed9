"""What a component asks the server is answered, whatever happens there."""

import pytest

from explorer.browser import component


def broken(_: object) -> object:
    raise RuntimeError("the disk is gone")


@pytest.mark.parametrize(("question", "number"), [({"n": 7, "address": "x"}, 7), ({}, None), ("text", None)])
def test_a_question_that_cannot_be_answered_is_a_sentence_and_in_the_log(
    question: object, number: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    found = component._answered(broken, question)
    assert found == {"n": number, "problem": "the server could not answer: its log says why"}
    assert "the disk is gone" in caplog.text


def test_an_answer_is_passed_on() -> None:
    assert component._answered(lambda asked: [asked], "text") == ["text"]
