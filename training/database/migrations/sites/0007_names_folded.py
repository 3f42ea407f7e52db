"""Folds names of `sites` that were kept before they were searched for without accents."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from training.database.name_search import fold_names


async def fold(_, editor):
    await fold_names(editor.client, "sites_site")
    await fold_names(editor.client, "sites_former_value", "value")


class Migration(migrations.Migration):
    dependencies = [('sites', '0006_names_searched')]

    initial = False

    operations = [
        ops.RunPython(fold),
    ]
