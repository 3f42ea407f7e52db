"""Folds names of `people` that were kept before they were searched for without accents."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from training.database.name_search import fold_names


async def fold(_, editor):
    await fold_names(editor.client, "people_person")


class Migration(migrations.Migration):
    dependencies = [('people', '0007_saved_filters')]

    initial = False

    operations = [
        ops.RunPython(fold),
    ]
