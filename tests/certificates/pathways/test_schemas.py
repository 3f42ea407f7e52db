"""The files that we ship have the shape of the published schemas, and our check agrees."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from certificates.pathways.check_files import check
from training.parsing.yaml import read_table

HERE = Path(__file__).parent
DEMO = HERE.parents[2] / "training" / "demo" / "material"
PATHWAYS = [*sorted((HERE / "examples").glob("*.yaml")), *sorted((DEMO / "pathways").glob("*.yaml"))]
TOOLS = [*sorted((HERE / "examples" / "instruments").glob("*.yaml")), *sorted((DEMO / "instruments").glob("*.yaml"))]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _schema(name: str) -> Any:
    return json.loads((HERE / "schema" / f"{name}.schema.json").read_text())


@pytest.mark.parametrize("path", PATHWAYS, ids=lambda path: path.stem)
def test_a_pathway_has_the_shape_of_its_schema(path: Path) -> None:
    jsonschema.validate(_plain(read_table(path.read_text(), str(path))), _schema("pathway"))
    assert check([path]) == []


@pytest.mark.parametrize("path", TOOLS, ids=lambda path: path.stem)
def test_an_instrument_has_the_shape_of_its_schema(path: Path) -> None:
    jsonschema.validate(_plain(read_table(path.read_text(), str(path))), _schema("instrument"))
    assert check([path]) == []
