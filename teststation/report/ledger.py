"""Page three: what was asked of the belt, what was sent, confirmed and measured; every note, check sum and result."""

from collections.abc import Sequence

from teststation.report.flow import Block, row, section, written
from teststation.report.known import told_of
from teststation.report.layout import INK, INNER, QUIET
from teststation.report.model import Report, Version
from teststation.run.record import LinkStats

_SIZE = 7.0
_COLUMNS = (("time", 50.0), ("requested", 98.0), ("sent", 98.0), ("confirmed", 98.0), ("measured", 98.0))
Loads = tuple[float | None, float | None]


def blocks(report: Report) -> list[Block]:
    """The page's sections."""
    say = report.say
    everything = [f"{report.clock(one.t_s)}  {one.words}" for one in told_of(report, everything=True)]
    results = [_version(report, one) for one in report.extras.versions]
    return [
        *section(say("report.ledger.heading"), INNER, _belt(report)),
        *section(say("report.ledger.everything"), INNER, _lines(everything)),
        *section(say("report.ledger.results"), INNER, _lines(results)),
        *section(say("report.ledger.hashes"), INNER, _lines(_hashes(report))),
    ]


def _lines(texts: Sequence[str]) -> list[Block]:
    return [line for text in texts for line in written(text, _SIZE, INNER)]


def _belt(report: Report) -> list[Block]:
    say, link = report.say, report.run.link
    found = report.run.orders
    if not found:
        return written(say("report.ledger.none"), _SIZE, INNER)
    widths = [width for _, width in _COLUMNS]
    last = INNER - sum(widths)
    head = [*(say(f"report.ledger.{name}") for name, _ in _COLUMNS), say("report.ledger.after")]
    rows = [row(list(zip(head, [*widths, last], strict=True)), _SIZE, bold=True, color=QUIET)]
    for one in found:
        after = say("report.ledger.not_reached")
        if one.reached_after_s is not None:
            after = say("report.ledger.seconds", s=report.number(one.reached_after_s, 0))
        requested = say("report.ledger.stop")
        if one.speed_kmh is not None:
            requested = _load(report, (one.speed_kmh, one.incline_pct))
        became = (
            (one.sent_speed_kmh, one.sent_incline_pct),
            (one.confirmed_speed_kmh, one.confirmed_incline_pct),
            (one.measured_speed_kmh, one.measured_incline_pct),
        )
        cells = [report.clock(one.t_s), requested, *(_load(report, load) for load in became)]
        rows.append(row(list(zip([*cells, after], [*widths, last], strict=True)), _SIZE, color=INK))
    if link == LinkStats():  # a treadmill that the station does not command
        return rows
    told = say(
        "report.ledger.link",
        commands=link.commands,
        retries=link.retries,
        gap=report.number(link.worst_gap_ms, 0),
    )
    return [*rows, *written(told, _SIZE, INNER)]


def _load(report: Report, load: Loads) -> str:
    speed, incline = load
    if speed is None and incline is None:
        return "–"
    return report.say("report.ledger.load", speed=report.number(speed), incline=report.number(incline))


def _version(report: Report, one: Version) -> str:
    say, n = report.say, report.number
    found = one.assessment
    estimate = found.estimates[found.headline]
    if estimate.vo2max_ml_kg_min is None:
        value = say("report.ledger.result_withheld", why="–" if estimate.why is None else say.say(estimate.why))
    else:
        value = say(
            "report.ledger.result_value",
            value=n(estimate.vo2max_ml_kg_min),
            low=n(estimate.low, 0),
            high=n(estimate.high, 0),
            method=say(f"report.estimate.{found.headline}"),
        )
    values = {"n": one.number, "day": report.local_day(one.made_at), "software": one.software, "value": value}
    words = say("report.ledger.result", algorithm=found.algorithm_version, **values)
    return f"{words} {say('report.ledger.counts')}" if one.counts else words


def _hashes(report: Report) -> list[str]:
    say = report.say
    lines = [say("report.ledger.hash_protocol", sha=report.run.plan.sha256)]
    if report.data_sha256:
        lines.append(say("report.ledger.hash_data", sha=report.data_sha256))
    if report.log_row:
        lines.append(say("report.ledger.hash_log", row=report.log_row))
    return lines
