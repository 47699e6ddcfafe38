"""Which tests begin, and what they tell at the end: the cells of the fault matrices, and what a soak measured."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first: the workers share what is left."""
    items.sort(key=lambda item: "long" not in item.keywords)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded under ``cell``, whichever worker ran them."""
    reports = [report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, [])]
    cells = [
        str(value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "cell"
    ]
    if cells:
        terminalreporter.section("faults and soaks")
        for cell in sorted(cells):
            terminalreporter.line(cell)
