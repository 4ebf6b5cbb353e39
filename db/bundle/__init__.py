"""A story or some reports in, one ZIP file out that proves what it holds: offline, and without this project."""

from db.bundle.gathering import MOST_REPORTS, Case, Fact, Report, gather
from db.bundle.packing import Packed, pack

__all__ = ["MOST_REPORTS", "Case", "Fact", "Packed", "Report", "gather", "pack"]
