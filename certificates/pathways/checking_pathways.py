"""Checks pathways."""
from certificates.pathways.findings import Findings
from certificates.pathways.yaml_lines import Table


def check_pathway(table: Table, found: Findings) -> None:
    """Note everything that is wrong in a pathway."""
