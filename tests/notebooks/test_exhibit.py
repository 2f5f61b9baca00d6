"""Tables and figures are shown with a caption, for every reader, and without scripts."""

from __future__ import annotations

import base64
from typing import Any

import matplotlib as mpl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from paddock.errors import ConfigurationError
from paddock.notebooks import bundle, figure, table
from paddock.notebooks.facts import CAPTION_MIME

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What was shown, as MIME bundles with their metadata."""
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    monkeypatch.setattr(bundle, "show", lambda data, metadata=None: found.append((dict(data), dict(metadata or {}))))
    return found


_COLUMNS = {"case": ["a", "<b>"], "auc": [0.123456789, None]}


@pytest.mark.parametrize("frame", [pd.DataFrame(_COLUMNS), pl.DataFrame(_COLUMNS), pa.table(_COLUMNS)])
def test_frames_of_all_three_kinds_make_one_table(shown: list[Any], frame: Any) -> None:
    """Caption, headings with their scope, escaped cells, numbers to the right, a dash for what is missing."""
    table(frame, "Cases & folds")
    data, _ = shown[0]
    assert data["text/html"] == (
        "<table>\n<caption>Cases &amp; folds</caption>\n<thead>\n"
        '<tr><th scope="col">case</th><th scope="col">auc</th></tr>\n</thead>\n<tbody>\n'
        '<tr><td>a</td><td style="text-align: right">0.123457</td></tr>\n'
        f"<tr><td>&lt;b&gt;</td>{_missing(frame)}</tr>\n</tbody>\n</table>"
    )
    assert data["text/plain"] == "Cases & folds\ncase  auc\na     0.123457\n<b>   –"
    assert data[CAPTION_MIME] == {"kind": "table", "caption": "Cases & folds", "note": "", "rows": 2}


def _missing(frame: Any) -> str:
    return '<td style="text-align: right">–</td>' if isinstance(frame, pd.DataFrame) else "<td>–</td>"


def test_an_index_names_its_rows(shown: list[Any]) -> None:
    """The labels of a pandas index are row headings; a series is a table of one column."""
    table(pd.Series([1, 2], index=pd.Index(["x", "y"], name="fold"), name="auc"))
    assert '<th scope="col">fold</th><th scope="col">auc</th>' in shown[0][0]["text/html"]
    assert '<tr><th scope="row">x</th><td style="text-align: right">1</td></tr>' in shown[0][0]["text/html"]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_long_and_wide_frame_is_cut_with_a_note(shown: list[Any], kind: Any) -> None:
    """A hundred rows of fifty columns are enough for a report; the note says how many there are."""
    table(kind({f"c{number}": list(range(1000)) for number in range(60)}), "Big")
    data, _ = shown[0]
    assert data["text/html"].count("<tr>") == 101
    assert data["text/html"].count('<th scope="col">') == 50
    assert "<caption>Big (the first 100 of 1,000 rows, the first 50 of 60 columns)</caption>" in data["text/html"]


def test_what_is_no_frame_is_refused() -> None:
    """A list is not silently shown as something else."""
    with pytest.raises(ConfigurationError, match="table: expected a pandas, Polars or Arrow frame, got list"):
        table([1, 2])
    with pytest.raises(ConfigurationError, match="figure: expected a matplotlib figure, got str"):
        figure("a.png")


def test_a_figure_is_a_described_png_and_closed(shown: list[Any]) -> None:
    """The picture comes with caption and description as text, and matplotlib forgets the figure."""
    drawn, axes = plt.subplots()
    axes.plot([1, 2])
    figure(drawn, caption="AUC <by> fold", description='It "rises"')
    data, metadata = shown[0]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata == {"image/png": {"alt": 'It "rises"'}}
    assert 'alt="It &quot;rises&quot;"><figcaption>AUC &lt;by&gt; fold</figcaption>' in data["text/html"]
    assert data[CAPTION_MIME] == {"kind": "figure", "caption": "AUC <by> fold", "description": 'It "rises"'}
    assert not plt.fignum_exists(drawn.number)


def test_the_same_figure_is_the_same_bytes(shown: list[Any]) -> None:
    """Nothing of time or version is in the picture, so replays compare; an axis stands for its figure."""
    for _ in range(2):
        _, axes = plt.subplots()
        axes.plot([1, 2])
        figure(axes)
    assert shown[0][0]["image/png"] == shown[1][0]["image/png"]
    assert "text/html" not in shown[0][0]
