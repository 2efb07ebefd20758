from __future__ import annotations

import threading

from prometheus_client.parser import text_string_to_metric_families

from bot.observing.catalog import CALL_SECONDS, IN_FLIGHT, METRICS, QUESTIONS, Kind
from bot.observing.figures import PrometheusFigures


def read(figures: PrometheusFigures) -> dict[tuple[str, tuple[str, ...]], float]:
    body, _ = figures.render()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_every_metric_of_the_catalogue_is_known_to_prometheus_by_its_name() -> None:
    body, content_type = PrometheusFigures().render()
    described = {
        line.split()[2] for line in body.decode().splitlines() if line.startswith("# HELP")
    }

    assert {metric.name for metric in METRICS} <= described
    assert content_type.startswith("text/plain")


def test_counting_observing_and_setting_are_shown() -> None:
    figures = PrometheusFigures()
    figures.add(QUESTIONS, "ask", "answered", "")
    figures.add(QUESTIONS, "ask", "answered", "", by=2)
    figures.observe(CALL_SECONDS, 0.02, "vectors", "no")
    figures.set(IN_FLIGHT, 7.0)

    found = read(figures)
    assert found["footnote_questions_total", ("ask", "answered", "")] == 3
    assert found["footnote_call_seconds_count", ("no", "vectors")] == 1
    assert found["footnote_questions_in_flight", ()] == 7


def test_what_alerts_are_on_is_there_as_zero_before_anything_happened() -> None:
    found = read(PrometheusFigures())

    assert found["footnote_questions_total", ("ask", "failed", "error")] == 0
    assert found["footnote_discord_requests_total", ("5xx",)] == 0
    assert found["footnote_call_seconds_count", ("yes", "embedder")] == 0


def test_the_process_is_measured_and_time_stamps_of_series_are_left_out() -> None:
    names = {name for name, _ in read(PrometheusFigures())}

    assert "process_resident_memory_bytes" in names
    assert "process_open_fds" in names
    assert not [name for name in names if name.endswith("_created")]


def test_two_bots_in_one_process_count_apart() -> None:
    first, second = PrometheusFigures(), PrometheusFigures()
    first.set(IN_FLIGHT, 5.0)

    assert read(second)["footnote_questions_in_flight", ()] == 0


def test_values_without_end_are_counted_as_other() -> None:
    figures = PrometheusFigures()
    for number in range(1_000):
        figures.add(QUESTIONS, "ask", "refused", f"reason {number}")

    found = read(figures)
    series = [labels for name, labels in found if name == "footnote_questions_total"]
    assert len(series) <= 202
    assert found["footnote_questions_total", ("other", "other", "other")] > 700


def test_a_wrong_number_of_labels_is_logged_and_stops_nothing() -> None:
    figures = PrometheusFigures()
    figures.add(QUESTIONS, "too few")

    assert read(figures)["footnote_questions_total", ("ask", "answered", "")] == 0


def test_figures_from_many_threads_are_all_counted() -> None:
    figures = PrometheusFigures()

    def count() -> None:
        for _ in range(500):
            figures.add(QUESTIONS, "ask", "answered", "")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert read(figures)["footnote_questions_total", ("ask", "answered", "")] == 4_000


def test_names_follow_what_prometheus_asks_for_and_no_label_can_name_anybody() -> None:
    for metric in METRICS:
        assert metric.name.startswith("footnote_")
        assert (metric.kind is Kind.COUNTER) == metric.name.endswith("_total"), metric.name
        assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM), metric.name
        assert metric.says.endswith("."), metric.name
        assert not {"guild", "server", "library", "user", "article", "title"} & set(metric.labels)
    assert len({metric.name for metric in METRICS}) == len(METRICS)
