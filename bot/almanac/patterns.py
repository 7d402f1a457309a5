"""Regular expressions that are compiled when they are first used: a command uses a few dozen of several hundred."""

import re
from functools import cached_property
from typing import Any, AnyStr, cast


def regex(pattern: AnyStr, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[AnyStr]:
    """Return a regular expression for a variable of a module; those made within a function are used at once."""
    return cast("re.Pattern[AnyStr]", Regex(pattern, flags))


class Regex:
    """A regular expression that compiles itself as soon as more is asked of it than how it is written."""

    def __init__(self, pattern: str | bytes, flags: re.RegexFlag) -> None:
        self.pattern, self._flags = pattern, flags

    @cached_property
    def compiled(self) -> re.Pattern[Any]:
        return re.compile(self.pattern, self._flags)

    def __getattr__(self, name: str) -> Any:
        """Take a method from the compiled one, and keep it, so that it is asked for only once."""
        method = getattr(self.compiled, name)
        setattr(self, name, method)
        return method
