"""A clinic's results as a table: one row a figure, what is hidden empty and said to be."""

from teststation.exchange.columns import Column
from teststation.exchange.tables import Row, Style, csv_of
from teststation.training.clinic_results import ClinicResults, Mean

COLUMNS = (
    Column("group", "all, sex or age band"),
    Column("figure", "what is told"),
    Column("value", "count, mean or median", "", 1),
    Column("low", "lower end of the mean's 95 % interval", "mL/kg/min", 1),
    Column("high", "upper end of it", "mL/kg/min", 1),
    Column("of", "of how many people"),
    Column("hidden", "yes: too few, or it would tell a number that is"),
    Column("day", "the day the figures are of, YYYY-MM-DD"),
)


def group_csv(results: ClinicResults, style: Style) -> bytes:
    """The table."""
    day = results.on.isoformat()

    def row(group: str, figure: str, value: float | None, of: int | None, mean: Mean | None = None) -> Row:
        return {
            "group": group, "figure": figure, "value": value, "low": None if mean is None else mean.low,
            "high": None if mean is None else mean.high, "of": of, "hidden": value is None, "day": day,
        }  # fmt: skip

    def mean_row(group: str, figure: str, mean: Mean | None) -> Row:
        if mean is None:
            return row(group, figure, None, None)
        return row(group, figure, mean.value, mean.people, mean)

    whole = results.people
    rows = [
        row("all", "people", whole, None),
        row("all", "tests", results.tests, None),
        row("all", "not_counted", results.not_counted, None),
        *(row("all", f"not_counted_{why}", n, results.not_counted) for why, n in results.not_counted_because.items()),
        row("all", "tested_twice", results.tested_twice, whole),
        mean_row("all", "mean_change_of_tested_twice", results.mean_of_tested),
        mean_row("all", "mean_change_of_everybody", results.mean_of_everybody),
        *(row("all", f"change_{name}", count, results.tested_twice) for name, count in results.wordings.items()),
        row("all", "median_change_in_years", results.median_years, results.years_from),
        row("all", "at_least_15_years_younger", results.much_younger, results.years_from),
        row("all", "years_at_an_end_of_the_table", results.at_caps, results.years_from),
        row("all", "dropped_out", results.dropped_out, whole),
        row("all", "median_whole_weeks_of_training", results.median_weeks, results.weeks_from),
        *(row("all", f"withheld_{code}", count, whole) for code, count in results.withheld.items()),
    ]
    for name, some in results.by.items():
        rows += [row(name, "people", some.people, whole), mean_row(name, "mean_change_of_tested_twice", some.mean)]
    return csv_of(rows, COLUMNS, style)
