"""Checks instruments."""
from certificates.pathways.findings import Findings
from certificates.pathways.yaml_lines import Table


def check_instrument(table: Table, found: Findings) -> None:
    """Note everything that is wrong in an instrument."""
