"""What `syndicator.toml` may say, and how it is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from syndicator.errors import InvalidInputError, Problem
from syndicator.settings import SECRET_VARIABLE, load_settings

GOOD = """
[workspace]
id = "maker"
name = "Maker"
locales = ["en", "de"]
fallback = { "de-AT" = ["de"] }
"""


def refused(root: Path, text: str | bytes) -> list[Problem]:
    """Write the file and return what is wrong with it."""
    data = text if isinstance(text, bytes) else text.encode()
    (root / "syndicator.toml").write_bytes(data)
    with pytest.raises(InvalidInputError) as error:
        load_settings(root, {})
    return list(error.value.problems)


def test_settings_are_read_with_their_defaults(tmp_path: Path) -> None:
    """Without sources, content/ is read; without a target, it is the local one."""
    (tmp_path / "syndicator.toml").write_text(GOOD)
    settings = load_settings(tmp_path, {})
    assert settings.locales == ("en", "de")
    assert settings.fallback == {"de-AT": ("de",)}
    assert [(source.format, source.path) for source in settings.sources] == [("yaml", "content")]
    assert settings.target == "local"


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """The second run reads the first run's secret; nobody else may read the file."""
    (tmp_path / "syndicator.toml").write_text(GOOD)
    first = load_settings(tmp_path, {}).secret
    assert load_settings(tmp_path, {}).secret == first
    assert stat.S_IMODE((tmp_path / ".syndicator/secret").stat().st_mode) == 0o600


def test_the_secret_of_the_environment_wins(tmp_path: Path) -> None:
    """A machine without the file gets it by variable, and nothing is written."""
    (tmp_path / "syndicator.toml").write_text(GOOD)
    assert load_settings(tmp_path, {SECRET_VARIABLE: "ab" * 32}).secret == b"\xab" * 32
    assert not (tmp_path / ".syndicator").exists()


def test_the_secret_is_never_shown(tmp_path: Path) -> None:
    """Printing settings, as a traceback might, does not print it."""
    (tmp_path / "syndicator.toml").write_text(GOOD)
    settings = load_settings(tmp_path, {SECRET_VARIABLE: "ab" * 32})
    assert "ab" * 8 not in repr(settings)
    assert "\\xab" not in repr(settings)


BAD = {
    "not TOML": ("[workspace\n", "bad-toml", 1),
    "unknown table": (GOOD + "[colour]\n", "unknown-key", 7),
    "unknown key": (GOOD + 'colour = "red"\n', "unknown-key", 7),
    "bad id": (GOOD.replace('"maker"', '"My Maker"'), "bad-setting", 3),
    "unknown locale": (GOOD.replace('"de"]\nf', '"xx-QQQQ-1"]\nf'), "bad-setting", 5),
    "no locales": (GOOD.replace('["en", "de"]', "[]"), "bad-setting", 5),
    "no such source": (GOOD + '[merge]\ntitle = ["pim"]\n', "bad-setting", 8),
    "no such field": (GOOD + '[merge]\ntitel = ["content"]\n', "bad-setting", 8),
    "unknown format": (GOOD + '[[sources]]\nformat = "xls"\npath = "a"\n', "bad-setting", 8),
    "no word for a format": (
        GOOD + '[[sources]]\nformat = [["csv"]]\npath = "a"\n',
        "bad-setting",
        8,
    ),
    "invalid UTF-8": (b"\xff", "invalid-utf8", None),
}


@pytest.mark.parametrize(("text", "code", "line"), BAD.values(), ids=BAD)
def test_bad_settings_are_named_with_their_line(
    tmp_path: Path, text: str | bytes, code: str, line: int | None
) -> None:
    """Each mistake is one problem in the right line."""
    [problem] = refused(tmp_path, text)
    assert (problem.code, problem.origin.line) == (code, line)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    """Three mistakes give three problems."""
    problems = refused(tmp_path, '[workspace]\nid = 1\nlocales = ["q"]\n')
    assert [problem.path for problem in problems] == [
        "workspace.id",
        "workspace.name",
        "workspace.locales",
    ]


def test_a_folder_without_settings_is_told_how_to_get_some(tmp_path: Path) -> None:
    """The message names the file and the command that makes one."""
    with pytest.raises(InvalidInputError, match="syndicator init"):
        load_settings(tmp_path, {})


def test_a_bad_secret_is_refused(tmp_path: Path) -> None:
    """A secret that is too short is not silently used."""
    (tmp_path / "syndicator.toml").write_text(GOOD)
    with pytest.raises(InvalidInputError, match="hexadecimal"):
        load_settings(tmp_path, {SECRET_VARIABLE: "abc"})
