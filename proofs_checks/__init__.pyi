from .check import Check, Instances, Measurement, Sizes, check, checks
from .engine import verify
from .evaluate import replay
from .faults import Fault, edited
from .results import CheckResult, FaultResult, Point, Verdict
from .runner import Run, run_checks

__all__ = [
    "Check",
    "CheckResult",
    "Fault",
    "FaultResult",
    "Instances",
    "Measurement",
    "Point",
    "Run",
    "Sizes",
    "Verdict",
    "check",
    "checks",
    "edited",
    "replay",
    "run_checks",
    "verify",
]
