"""Runs commands in processes forked from this one, which has read the service's files: reading them takes seconds.

Takes a line of JSON for each on standard input (words, folder, environment), and answers with its exit code.
"""

import json
import os
import sys
import warnings

from training.__main__ import main


def serve() -> None:
    """Runs one command after the other, until nobody asks for more."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(**json.loads(line))
            main()
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(words: list[str], folder: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    for stream, name in enumerate(("/dev/null", "stdout", "stderr")):
        os.dup2(os.open(name, os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.environ.clear()
    os.environ.update(environment)
    warnings.simplefilter("ignore")
    sys.argv = ["training", *words]


if __name__ == "__main__":
    serve()
