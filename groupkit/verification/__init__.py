"""Proofs of the laws of a declared group, exact and for all translations at once."""

from groupkit.verification.law import Law
from groupkit.verification.report import Report

__all__ = ["Law", "Report"]
