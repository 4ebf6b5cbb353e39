"""What a whole year of CC-NEWS would take on 1, 10 and 100 machines, reckoned from measured figures.

    python -m benchmarks.year [--files-a-month 450] [--cores 8] [--megabits 1000] [--price 0.30] [--write]

Without ``--ms-a-page``, what a worker takes is read from the table of ``benchmarks/driver.py`` in
``docs/performance.md``, and so is what one driver can settle. How many files and pages there are comes from what is
known of CC-NEWS; cores, network and price of a machine are assumptions, and yours to set.
"""

import argparse
import math
import re
from dataclasses import dataclass

from benchmarks.driver import PAGES
from benchmarks.driver import TITLE as MEASURED
from benchmarks.table import DOCUMENT, write_rows

TITLE = "A year of CC-NEWS, planned"
GIGABYTES = 1.0  # of a file
MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Assumptions and measured figures: seconds a file of one core, and CPU seconds a file of the driver."""

    files: int
    worker: float
    driver: float
    cores: int
    megabits: float
    price: float

    def hours(self, machines: int) -> tuple[float, str]:
        """How long so many machines take, and what holds them back."""
        bounds = {
            "cores": self.worker / (self.cores * machines),
            "network": GIGABYTES * 8000 / (self.megabits * machines),
            "driver": self.driver,
        }
        slowest = max(bounds, key=lambda name: bounds[name])
        return self.files * bounds[slowest] / 3600, slowest


def measured() -> tuple[float, float]:
    """Seconds a file of a worker and CPU seconds a file of the driver, as ``docs/performance.md`` has them."""
    text = DOCUMENT.read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(MEASURED)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    pace = re.search(r"at ([\d.]+) s a file", section[1]) if section else None
    if not section or not pace:
        raise SystemExit("docs/performance.md has no table of benchmarks.driver; run that first with --write")
    last = [line for line in section[1].splitlines() if line.startswith("| ")][-1]
    return float(pace[1]), float(last.split("|")[5])


def main() -> None:
    """Reckon it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ms-a-page", type=float, help="what one core takes, instead of the measured figure")
    parser.add_argument("--files-a-month", type=int, default=450, help="hundreds")
    parser.add_argument("--cores", type=int, default=8, help="of a machine")
    parser.add_argument(
        "--megabits", type=float, default=1000.0, help="a second that a machine really gets from the host"
    )
    parser.add_argument("--price", type=float, default=0.30, help="of a machine an hour, in your currency")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    worker, driver = measured()
    if options.ms_a_page:
        worker = options.ms_a_page * PAGES / 1000
    plan = Plan(
        files=options.files_a_month * MONTHS, worker=worker, driver=driver, cores=options.cores,
        megabits=options.megabits, price=options.price,
    )  # fmt: skip
    rows = []
    for machines in (1, 10, 100):
        hours, slowest = plan.hours(machines)
        cost = math.ceil(hours) * machines * plan.price
        sizes = [f"{plan.files:,}", f"{plan.files * GIGABYTES / 1000:,.1f}", f"{plan.files * PAGES / 1e6:,.0f}"]
        rows.append([f"{machines}", f"{machines * plan.cores}", *sizes, f"{hours:,.1f}", slowest, f"{cost:,.2f}"])
    for row in rows:
        print(*row, sep=" | ")
    if options.write:
        heads = [
            "machines", "workers", "files", "terabytes", "million pages", "hours", "bound by", "cost, whole hours paid",
        ]  # fmt: skip
        write_rows(TITLE, heads, rows, _command(plan))


def _command(plan: Plan) -> str:
    return (
        f"python -m benchmarks.year --files-a-month {plan.files // MONTHS} --cores {plan.cores} "
        f"--megabits {plan.megabits:g} --price {plan.price:g} --write"
    )


if __name__ == "__main__":
    main()
