"""What is larger than is read is named, with its size and what is accepted."""

import pytest
from almanac.caps import RECORDS, Cap, check_sizes
from almanac.errors import ConfigError

CAP = Cap("message", 2048, 5000, 3)


def test_what_fits() -> None:
    check_sizes(CAP, {})
    check_sizes(CAP, {"a": 2048, "b": 2048, "c": 904}, "d")


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        (
            {"a": 2049, "b": 1, "c": 10_000_000},
            [
                "a: This message has 2.001 KiB, and Almanac reads no more than 2 KiB.",
                "c: This message has 9.537 MiB, and Almanac reads no more than 2 KiB.",
            ],
        ),
        (
            {"a": 2000, "b": 2000, "c": 1001},
            ["d: There are 3 messages of 4.884 KiB together, and Almanac reads no more than 3 of 4.883 KiB together."],
        ),
        (
            dict.fromkeys("abcd", 5),
            ["d: There are 4 messages of 20 bytes together, and Almanac reads no more than 3 of 4.883 KiB together."],
        ),
    ],
)
def test_what_does_not(sizes: dict[str, int], said: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        check_sizes(CAP, sizes, "d")
    assert list(map(str, caught.value.problems)) == said


def test_without_a_folder_no_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^There are 2"):
        check_sizes(Cap("file", 1, 1, 1), {"a": 1, "b": 1})


def test_a_file_with_many_names_counts_for_each() -> None:
    with pytest.raises(ConfigError, match="There are 100 records of 25 MiB together"):
        check_sizes(RECORDS, {f"{number}.yml": 256 << 10 for number in range(100)}, "_data/events")
