"""Where Almanac is started: finds the command to run, and makes what it raises an exit status."""

import gc
import sys

from almanac import PROJECT
from almanac.errors import AlmanacError

DONE, PROBLEMS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
_OBJECTS = 50_000
"""After how many new objects Python looks for garbage. Its own 700 take a twentieth of a short command's time."""
_REPORT = "This is a bug in Almanac, not your mistake. Please report it, with everything above, at"
_ISSUES = f"{PROJECT}/issues"


def main() -> None:
    """Run the command and exit with its status: 0 done, 1 problems, 2 wrong usage, 3 a bug, 130 interrupted."""
    sys.exit(run())


def run() -> int:
    """Run the command that the command line names, and return its exit status."""
    gc.set_threshold(_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot show must not crash the command.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        return _command()
    except (AlmanacError, OSError) as error:
        from almanac.output import no_bug, print_error

        known = no_bug(error)
        if known is None:
            return _bug()
        print_error(known)
        return PROBLEMS
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Run the same command again to continue.\n")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- the last resort: a wrong command line, or a bug
        show = getattr(error, "show", None)
        if show:  # it is one of Typer's, about the command line
            show()
            return USAGE
        return _bug()


def _bug() -> int:
    """Show the exception that is being handled, and ask for a report."""
    import traceback

    from almanac.output import print_message

    print_message(f"{traceback.format_exc()}\n{_REPORT}\n{_ISSUES}")  # harmless, although it may quote typed text
    return BUG


def _command() -> int:
    if sys.argv[1:] == ["action"]:
        # Most of what happens on GitHub is none of Almanac's: the Action answers that before Typer would be loaded.
        from almanac import action

        return action.run()
    from almanac import cli

    return cli.run()
