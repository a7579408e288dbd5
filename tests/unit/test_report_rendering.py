"""How the report writes numbers and what it says of them."""

from datetime import UTC, date, datetime

import pytest

from dashboards.report.model import Cause, Effect, Form, Movement, Number, Report
from dashboards.report.reading import LONGEST_NAME, clean
from dashboards.report.rendering import cause, changed, effect, moved, render_report, written


def number(form: Form) -> Number:
    return Number("n", "Things", "All of them.", form)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234, Form.COUNT, "1,234"),
        (140.25, Form.COUNT, "140.2"),
        (0.4444, Form.SHARE, "44.4 %"),
        (2222.6, Form.MILLISECONDS, "2,223 ms"),
        (3.704, Form.RATE, "3.70"),
        (1e300, Form.MILLISECONDS, "1.0e+300"),
        (None, Form.COUNT, "not known"),
    ],
)
def test_a_number_is_written_as_what_it_is(value: float | None, form: Form, text: str) -> None:
    assert written(value, number(form)) == text


@pytest.mark.parametrize(
    ("now", "before", "form", "text"),
    [
        (122, 100, Form.COUNT, "+22 %"),
        (999, 1000, Form.COUNT, "0 %"),
        (50, 100, Form.COUNT, "-50 %"),
        (5, 0, Form.COUNT, "from none"),
        (0, 0, Form.COUNT, "as before"),
        (0.5, 0.6, Form.SHARE, "-10.0 points"),
        (None, 1, Form.SHARE, "not known"),
    ],
)
def test_a_change_is_written_in_percent_or_points(
    now: float | None, before: float | None, form: Form, text: str
) -> None:
    assert changed(now, before, number(form)) == text


def test_an_ordinary_change_has_no_cause() -> None:
    slices = (Cause("country", "NP", 90, 50, 0.8),)
    large = Movement(number(Form.COUNT), 150, 100, 5, slices)
    small = Movement(number(Form.COUNT), 150, 100, 1, slices)
    assert moved(large) == "rose from 100 to 150 (+50 %)"
    assert cause(large) == ["Likely cause: country NP, 80 % of the change (50 to 90)"]
    assert cause(small) == ["Most of it: country NP, 80 % of the change (50 to 90)"]
    none = Movement(number(Form.COUNT), 0, 100, 5, ())
    assert moved(none) == "fell from 100 to 0 (-100 %)"
    assert cause(none) == ["No country, platform or kind of content stands out as its cause."]


def test_an_effect_is_told_as_far_as_it_is_known() -> None:
    known = Effect("shared", "bold", 51, 0.123, -0.485, 0.73)
    assert effect(known) == "+12.3 % (95 % interval -48.5 to +73.0 %)"
    assert effect(Effect("shared", "bold", 51, 0.123, None, None)) == "+12.3 %"
    assert effect(Effect("shared", "bold", 0, None, None, None)) == "no lift can be told"


def test_a_name_is_one_short_line() -> None:
    assert clean("two\nlines\r\n and\u2028more\u202e\x00") == "two lines and more"
    assert clean("a" * LONGEST_NAME) == "a" * LONGEST_NAME
    assert clean("a" * (LONGEST_NAME + 1)) == "a" * (LONGEST_NAME - 1) + "…"
    assert clean("नेपाल <b>") == "नेपाल <b>"


def test_a_week_without_movements_or_experiments_says_so() -> None:
    report = Report(date(2024, 1, 22), datetime(2024, 1, 29, tzinfo=UTC), date(2024, 1, 1))
    for page in (render_report(report).html, render_report(report).text):
        assert "No number that is large enough to be judged has changed." in page
        assert "None in this week." in page
    assert report.name == "2024-W04"
