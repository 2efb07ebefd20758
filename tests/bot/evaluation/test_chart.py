import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from bot.evaluation.chart import ChartError, draw_chart, require_charts
from bot.evaluation.figures import Figure, Group, Report


def report(name: str, *groups: str, value: float | None = 0.5, charted: bool = True) -> Report:
    keys = ("hits", "mrr", "quotes", "refused")
    figures = {key: Figure(key, key, "part", value, 0.4, 0.7, 9, charted=charted) for key in keys}
    return Report(name, "questions", (), tuple(Group(g, 9, figures) for g in groups), ())


def draw(path: Path, new: Report, old: Report | None = None) -> Image.Image:
    draw_chart(path, new, old)
    return Image.open(io.BytesIO(path.read_bytes()))


def test_a_chart_is_a_picture_that_grows_with_its_groups(tmp_path: Path) -> None:
    one = draw(tmp_path / "one.png", report("news", "all"))
    many = draw(tmp_path / "many.png", report("news", "all", "written", "casual"))

    assert one.format == many.format == "PNG"
    assert many.height > one.height
    assert many.width == one.width


def test_two_runs_stand_side_by_side_in_two_colours(tmp_path: Path) -> None:
    alone = draw(tmp_path / "one.png", report("news", "all"))
    both = draw(tmp_path / "two.png", report("news", "all"), report("news", "all", value=0.6))

    orange = (0xC9, 0x8A, 0x2B)
    assert orange not in {colour for _, colour in alone.convert("RGB").getcolors(1 << 20) or ()}
    assert orange in {colour for _, colour in both.convert("RGB").getcolors(1 << 20) or ()}


@pytest.mark.parametrize("name", ["$x^", "a\x1b[2J\nb", "零", "x" * 500, ""])
def test_no_name_breaks_the_picture(tmp_path: Path, name: str) -> None:

    draw_chart(tmp_path / "it.png", report(name, "all", name or "empty"))


def test_groups_and_figures_that_are_missing_leave_a_gap(tmp_path: Path) -> None:
    draw(tmp_path / "it.png", report("news", "all", "new"), report("news", "all", value=None))


def test_a_run_without_a_main_figure_has_no_chart(tmp_path: Path) -> None:

    with pytest.raises(ChartError, match="no figure"):
        draw_chart(tmp_path / "it.png", report("news", "all", charted=False))


def test_without_matplotlib_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)

    with pytest.raises(ChartError, match="pip install matplotlib"):
        draw_chart(tmp_path / "it.png", report("news", "all"))


def test_a_matplotlib_that_cannot_be_loaded_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "lib" / "matplotlib"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("")
    (broken / "figure.py").write_text("raise AttributeError('made for\\nanother NumPy')")
    monkeypatch.syspath_prepend(broken.parent)
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)

    with pytest.raises(ChartError, match=r"cannot be loaded .*another NumPy") as error:
        require_charts()

    assert "\n" not in str(error.value)
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)


def test_a_picture_that_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:

    with pytest.raises(ChartError, match="cannot be written"):
        draw_chart(tmp_path / "missing" / "it.png", report("news", "all"))
