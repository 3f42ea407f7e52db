"""Every command of the service, one line each; what they do lies in `training/commands`."""

import sys

import typer
from tortoise.exceptions import DBConnectionError, OperationalError

from training.commands import doctor, material, people, pretend, register, serving, setup, systems, trail
from training.core.errors import AppError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("setup")(setup.setup)
app.command("serve")(serving.serve)
app.command("work")(serving.work)
app.command("migrate")(serving.migrate)
app.command("seed")(serving.seed)
app.command("load")(material.load)
app.command("register")(register.register)
app.command("doctor")(doctor.doctor)
app.command("backup")(trail.backup)
app.command("restore")(trail.restore)
demo = typer.Typer(invoke_without_command=True)
demo.callback()(serving.demo)
demo.command("lms")(pretend.lms)
app.add_typer(demo, name="demo")
app.add_typer(material.pathway, name="pathway", help="Check and evaluate pathway files; no database needed.")
app.add_typer(systems.lti, name="lti", help="Connect learning systems, and see what became of scores.")
app.add_typer(systems.keys, name="keys", help="The keys that certificates are signed with.")
app.add_typer(trail.trail, name="trail", help="Check and export the trail.")
app.add_typer(register.certificate, name="certificate", help="Show and verify certificates.")
app.add_typer(people.person, name="person", help="Access and erasure requests.")


def main() -> None:
    """Runs a command; a refusal is one line on standard error and exit code 1."""
    debug = "--debug" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--debug"]
    try:
        app()
    except (AppError, DBConnectionError, OperationalError) as trouble:
        if debug:
            raise
        typer.echo(_line(trouble), err=True)
        sys.exit(1)


def _line(trouble: Exception) -> str:
    if isinstance(trouble, AppError):
        end = "" if trouble.message.endswith((".", "!", "?", ":")) else "."
        return f"{trouble.message}{end} {trouble.remedy}".strip()
    reason = (str(trouble) or "it does not answer").splitlines()[0]
    return (
        f"The database: {reason}. Check TRAINING_DATABASE_URL. "
        "A new service begins with: training setup; after an update, run: training migrate"
    )


if __name__ == "__main__":
    main()
