"""Dollars as whole ten-thousandths: what a database compares exactly, SQLite included, which knows no decimals."""

from decimal import ROUND_HALF_UP, Decimal

IN_A_DOLLAR = 10_000


def units(usd: Decimal) -> int:
    """Ten-thousandths of a US dollar, as prices are kept."""
    return int((usd * IN_A_DOLLAR).to_integral_value(rounding=ROUND_HALF_UP))


def dollars(count: int) -> Decimal:
    """The inverse of ``units``."""
    return Decimal(count).scaleb(-4)
