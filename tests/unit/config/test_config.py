"""Settings: which layer wins, what is refused, and that the engine's own defaults are the documented ones."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from elanus.config import Configuration, Value, configure, declared
from elanus.engine.settings import EngineSettings
from elanus.errors import ParameterInvalid


@pytest.fixture(autouse=True)
def empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configured(
    flags: dict[str, Value | None] | None = None,
    environment: dict[str, str] | None = None,
    file: Path | None = None,
) -> Configuration:
    return configure(flags or {}, environment or {}, file)


def test_nothing_given_is_all_defaults() -> None:
    configuration = configured()
    assert configuration.settings.port == 19530
    assert set(configuration.sources.values()) == {"default"}


def test_flag_wins_over_environment_over_file_over_default(empty_directory: Path) -> None:
    (empty_directory / "elanus.toml").write_text('port = 1\nmetrics_port = 2\nlog_level = "debug"\n')
    configuration = configured({"port": 3}, {"ELANUS_PORT": "4", "ELANUS_METRICS_PORT": "5"})
    settings = configuration.settings
    assert (settings.port, settings.metrics_port, settings.log_level, settings.host) == (3, 5, "debug", "127.0.0.1")
    assert [configuration.sources[name] for name in ("port", "metrics_port", "log_level", "host")] == [
        "--port",
        "ELANUS_METRICS_PORT",
        "elanus.toml",
        "default",
    ]


def test_flag_that_was_not_given_does_not_hide_the_environment() -> None:
    assert configured({"port": None}, {"ELANUS_PORT": "4"}).settings.port == 4


def test_file_is_chosen_by_argument_before_variable(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("port = 1")
    (tmp_path / "b.toml").write_text("port = 2")
    variable = {"ELANUS_CONFIG": str(tmp_path / "a.toml")}
    assert configured(environment=variable).settings.port == 1
    assert configured(environment=variable, file=tmp_path / "b.toml").settings.port == 2


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"ELANUS_PORT": "70000"}, "ELANUS_PORT: port is '70000'; allowed: a whole number, 0 to 65,535"),
        (
            {"ELANUS_PORT": "tcp://10.0.0.1:19530"},
            "ELANUS_PORT: port is 'tcp://10.0.0.1:19530'; allowed: a whole number, 0 to 65,535",
        ),
        (
            {"ELANUS_LOG_LEVEL": "loud"},
            "ELANUS_LOG_LEVEL: log_level is 'loud'; allowed: one of debug, info, warning, error",
        ),
        ({"ELANUS_DRAIN_SECONDS": "-1"}, "ELANUS_DRAIN_SECONDS: drain_seconds is '-1'; allowed: a number, 0 or more"),
        ({"ELANUS_DRAIN_SECONDS": "nan"}, "ELANUS_DRAIN_SECONDS: drain_seconds is 'nan'; allowed: a number, 0 or more"),
    ],
)
def test_wrong_value_names_source_value_and_what_is_allowed(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ParameterInvalid) as refused:
        configured(environment=environment)
    assert str(refused.value) == message


@pytest.mark.parametrize("line", ["port = 1.5", 'port = "x"', "port = true", "log_level = 3", "data = []"])
def test_file_value_of_the_wrong_kind_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "e.toml").write_text(line)
    with pytest.raises(ParameterInvalid, match=r"e\.toml: "):
        configured(file=tmp_path / "e.toml")


def test_unknown_key_of_a_file_suggests_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "e.toml").write_text("metric_port = 1")
    with pytest.raises(ParameterInvalid, match="did you mean 'metrics_port'"):
        configured(file=tmp_path / "e.toml")


def test_file_that_is_not_toml_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "e.toml").write_text("port: 1")
    with pytest.raises(ParameterInvalid, match="not valid TOML"):
        configured(file=tmp_path / "e.toml")
    with pytest.raises(ParameterInvalid, match="no configuration file"):
        configured(file=tmp_path / "none.toml")


def test_every_engine_setting_can_be_set_and_has_the_engine_default() -> None:
    documented = {one.name: one.default for one in declared()}
    assert {one.name: documented.get(one.name) for one in fields(EngineSettings)} == {
        one.name: one.default for one in fields(EngineSettings)
    }
