"""The ids that a statement gives, as a condition: they never come to Python and back."""

from typing import Any

from pypika_tortoise.context import SqlContext
from tortoise.expressions import Q, Subquery
from tortoise.queryset import ValuesQuery

from training.database.connection import on_postgres


class _AnyOf(Subquery):
    """The ids as an array. Beside an OR, PostgreSQL finds rows of an array by index, and reads all for a subquery."""

    def get_sql(self, ctx: SqlContext) -> str:
        """Writes the array, to stand after an equals sign."""
        return f"ANY(ARRAY({super().get_sql(ctx)}))"


def one_of(column: str, ids: ValuesQuery[Any]) -> Q:
    """Filters rows to those of which a column is one of a few thousand ids at most, which a statement gives."""
    given: dict[str, Any] = {column: _AnyOf(ids)} if on_postgres() else {f"{column}__in": Subquery(ids)}
    return Q(**given)
