"""Every command as a person meets it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from builders import platform

from audit.arguments import parser
from audit.cli import main
from audit.commands import COMMANDS
from audit.design import Design

OK, FAULT, OWN_FAULT = 0, 2, 3
GOOD = {
    "source": {"name": "table", "path": "cases.csv"},
    "frame": "reported",
    "focal": "leader",
    "reference": "ordinary",
    "outcome": {"at_least": "remove"},
    "strata": ["rule"],
    "margin": 0.05,
}


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """Return a working folder with a good table in it."""
    monkeypatch.chdir(tmp_path)
    platform(posts=6).to_frame().to_csv("cases.csv", index=False)
    return tmp_path


def toml(**changes) -> str:
    """Write a design, with changes (None leaves a key out), and return its path."""
    import tomli_w

    given = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
    Path("asked.toml").write_text(tomli_w.dumps(given), encoding="utf-8")
    return "asked.toml"


def run(capsys, *argv: str) -> tuple[int, str, str]:
    """Run one command and return its exit code, stdout and stderr."""
    try:
        code = main(argv)
    except SystemExit as stop:  # argparse's own refusals
        code = stop.code
    said = capsys.readouterr()
    return code, said.out, said.err


def refused(capsys, *argv: str) -> str:
    """Run a command that must refuse in words, and return what it said."""
    code, out, err = run(capsys, *argv)
    assert code == FAULT
    assert out == ""
    assert err.startswith("audit: ")
    assert "Traceback" not in err
    return err


# --- help --------------------------------------------------------------------------------------


def test_no_command_prints_the_help(capsys) -> None:
    code, out, err = run(capsys)
    assert (code, err) == (OK, "")
    for name in COMMANDS:
        assert f"\n    {name} " in out
    said = " ".join(out.split())
    assert "exit codes: 0 done; 1 verify found faults; 2 the input" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example_that_parses(name: str, capsys) -> None:
    code, out, _ = run(capsys, name, "--help")
    assert code == OK
    example = " ".join(out.split()).split("example: audit ")[1]
    assert parser().parse_args(example.split()).command == name


def test_every_command_is_both_parsed_and_run() -> None:
    choices = next(a.choices for a in parser()._actions if a.dest == "command")
    assert set(choices) == set(COMMANDS)


def test_an_unknown_command_is_refused_with_the_known_ones(capsys) -> None:
    code, _, err = run(capsys, "reprot")
    assert code == FAULT
    assert "invalid choice: 'reprot'" in err
    assert "report" in err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("check", "cases.csv", "--colums", "a=b"), "did you mean --columns?"),
        (("check", "cases.csv", "--quiet"), "not known here: --quiet; see --help"),
        (("check", "cases.csv", "more.csv"), "not known here: more.csv"),
        (("check", "cases.csv", "--columns"), "--columns: expected at least one argument"),
        (("--quiet",), "not known here: --quiet"),
    ],
)
def test_an_unknown_option_is_refused_by_its_command(argv, says: str, capsys) -> None:
    code, out, err = run(capsys, *argv)
    assert (code, out) == (FAULT, "")
    assert says in err
    assert f"usage: audit {argv[0] if argv[0] == 'check' else '[-h]'}" in err


def test_the_version_is_the_package_s(capsys) -> None:
    import audit

    assert run(capsys, "--version")[:2] == (OK, f"audit {audit.__version__}\n")


# --- check -------------------------------------------------------------------------------------


def test_check_says_what_a_good_table_holds(here, capsys) -> None:
    code, out, err = run(capsys, "check", "cases.csv")
    assert (code, err) == (OK, "")
    assert "432 cases by 72 accounts" in out
    assert "leader: 72 cases by 12 accounts" in out
    assert "origin: cases.csv; producer not stated; licence not stated" in out


def test_check_prints_every_fault_at_once(here, capsys) -> None:
    frame = platform(posts=2).to_frame()
    frame["posted_at"] = "2020-05-01T10:00:00Z"
    frame.loc[2, ["action", "acted_at"]] = ["remove", "2020-04-01T10:00:00Z"]
    frame.loc[4, "posted_at"] = "2020-05-01 10:00"
    frame.loc[5, "case_id"] = frame.loc[6, "case_id"]
    frame.loc[7, "action"] = "vanish"
    frame.to_csv("bad.csv", index=False)
    err = refused(capsys, "check", "bad.csv")
    assert "'bad.csv': 4 faults found" in err
    for number, words in enumerate(["case_id", "action", "posted_at", "acted_at"], 1):
        assert f"\n  {number}. " in err
        assert words in err
    assert "vanish" in err
    assert "none < label < restrict < remove" in err
    assert "zone" in err


def test_check_renames_columns_and_actions(here, capsys) -> None:
    frame = platform(posts=2).to_frame().rename(columns={"account_id": "user"})
    frame["action"] = frame["action"].replace({"none": "left up", "remove": "taken down"})
    frame.to_csv("mine.csv", index=False)
    refused(capsys, "check", "mine.csv")
    code, out, _ = run(
        capsys,
        *("check", "mine.csv", "--columns", "user=account_id"),
        *("--actions", "left up=none", "taken down=remove"),
    )
    assert code == OK
    assert "by 72 accounts" in out


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["user"], "'user' is not YOURS=OURS"),
        (["=account_id", "a=b=c"], "'=account_id' is not YOURS=OURS; 'a=b=c' is not"),
        (["a=rule", "a=language"], "'a' is given twice"),
    ],
)
def test_check_refuses_pairs_it_cannot_read(here, capsys, given, says) -> None:
    err = refused(capsys, "check", "cases.csv", "--columns", *given)
    assert says in err


def test_check_says_how_to_try_it_from_the_shell(here, capsys) -> None:
    frame = platform(posts=2).to_frame().rename(columns={"account_id": "wer"})
    frame.to_csv("my table.csv", index=False)
    err = refused(capsys, "check", "my table.csv")
    assert "From the shell: --columns YOURS=OURS." in err
    command = err.split("From the shell: ")[1].split(". ", 1)[1].split(" guesses")[0]
    assert command == "audit check 'my table.csv' --draft"
    Path("empty.csv").touch()
    assert "From the shell" not in refused(capsys, "check", "empty.csv")


def test_a_folder_where_a_file_is_needed_is_said(here, capsys) -> None:
    code, out, err = run(capsys, "compare", ".")
    assert (code, out) == (FAULT, "")
    assert "is a folder; name a file in it" in err


def test_check_joins_a_roster(here, capsys) -> None:
    frame = platform(posts=3).to_frame().drop(columns="account_class")
    frame.assign(posted_at="2020-05-01T10:00:00Z").to_csv("plain.csv", index=False)
    ids = sorted(i for i in set(frame["account_id"]) if i.startswith("leader"))
    roster = pd.DataFrame({"account_id": ids, "account_class": "leader"})
    roster.assign(start="2019-01-01", end="2021-01-01", source="made").to_csv(
        "who.csv", index=False
    )
    code, out, _ = run(
        capsys, "check", "plain.csv", "--roster", "who.csv", "--unlisted", "ordinary"
    )
    assert code == OK
    assert "leader: 36 cases by 12 accounts" in out
    assert "ordinary: 180 cases by 60 accounts" in out


def test_check_drafts_a_design_that_loads_once_filled_in(here, capsys) -> None:
    frame = platform(posts=2).to_frame().rename(columns={"account_id": "User", "action": "outcome"})
    frame["outcome"] = frame["outcome"].replace({"none": "left up", "remove": "taken down"})
    frame.to_csv("mine.csv", index=False)
    code, out, err = run(capsys, "check", "mine.csv", "--draft", "new/mine.toml")
    assert (code, err) == (OK, "")
    assert "'User' → account_id (confidence 0.85): a usual name of account_id" in out
    assert "wrote new/mine.toml; confirm it and fill it in, then: audit report" in out
    text = Path("new/mine.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["source"] == {
        "name": "table",
        "path": "mine.csv",
        "columns": {"User": "account_id", "outcome": "action"},
        "actions": {"left up": "none", "taken down": "remove"},
    }
    assert "is there already" in refused(capsys, "check", "mine.csv", "--draft", "new/mine.toml")
    code, out, _ = run(capsys, "check", "mine.csv", "--draft")
    assert (code, out) == (OK, text)


def test_check_reads_a_sheet_of_a_workbook_and_a_folder(here, capsys) -> None:
    frame = platform(posts=6).to_frame()
    with pd.ExcelWriter("book.xlsx") as writer:
        frame.to_excel(writer, sheet_name="cases", index=False)
        frame.head(1).to_excel(writer, sheet_name="notes", index=False)
    assert "has 2 sheets: 'cases', 'notes'" in refused(capsys, "check", "book.xlsx")
    code, out, _ = run(capsys, "check", "book.xlsx", "--sheet", "cases")
    assert code == OK
    assert "432 cases by 72 accounts" in out
    Path("parts").mkdir()
    frame.iloc[:100].to_csv("parts/1.csv", index=False)
    frame.iloc[100:].to_csv("parts/2.csv", index=False)
    assert "432 cases by 72 accounts" in run(capsys, "check", "parts")[1]


def test_check_names_a_file_that_is_not_there(here, capsys) -> None:
    assert "'nowhere.csv'" in refused(capsys, "check", "nowhere.csv")


def test_an_error_cannot_command_the_terminal(here, capsys) -> None:
    frame = platform(posts=2).to_frame()
    frame.loc[0, "action"] = "\x1b]0;owned\x07\u202eevil"
    frame.to_csv("bad.csv", index=False)
    err = refused(capsys, "check", "bad.csv")
    assert "\x1b" not in err
    assert "\u202e" not in err
    assert "owned" in err


# --- compare -----------------------------------------------------------------------------------


def test_compare_prints_question_estimates_and_verdict(here, capsys) -> None:
    code, out, err = run(capsys, "compare", toml())
    assert (code, err) == (OK, "")
    assert "how often were leader posts" in out
    assert "mantel_haenszel" in out
    assert "verdict: treated more leniently" in out


@pytest.mark.parametrize("frame", ["reported", "enforced_only"])
def test_compare_json_is_strict_json(here, capsys, frame: str) -> None:
    code, out, _ = run(capsys, "compare", toml(frame=frame), "--json")
    assert code == OK

    def never(constant: str) -> None:
        raise AssertionError(constant)

    found = json.loads(out, parse_constant=never)
    assert found["design"]["margin"] == 0.05
    assert found["design_hash"] == Design.read("asked.toml").hash
    if frame == "enforced_only":
        assert (found["verdict"], found["rung"], found["estimates"]) == ("inadmissible", 0, [])
    else:
        assert found["verdict"] == "treated more leniently"
        gap = next(c for c in found["claims"] if c["id"] == "gap")
        row = next(e for e in found["estimates"] if e["estimator"] == "standardised")
        assert gap["value"] == pytest.approx(100 * row["estimate"], abs=1e-9)


def test_compare_json_says_dates_of_a_design(here, capsys) -> None:
    frame = platform(posts=6).to_frame().assign(posted_at="2020-05-01T10:00:00Z")
    frame.to_csv("cases.csv", index=False)
    text = Path(toml()).read_text(encoding="utf-8")
    text = "population = { posted_at = { min = 2020-01-01, max = 2020-12-31T00:00:00Z } }\n" + text
    Path("asked.toml").write_text(text, encoding="utf-8")
    code, out, err = run(capsys, "compare", "asked.toml", "--json")
    assert (code, err) == (OK, "")
    assert json.loads(out)["design"]["population"]["posted_at"]["min"] == "2020-01-01"


# --- designs at fault --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "named", "allowed"),
    [
        ({"strat": ["rule"]}, "'strat'", "strata"),
        ({"focal": "prince"}, "'prince'", "['leader', 'ordinary']"),
        ({"reference": "nobody"}, "'nobody'", "['leader', 'ordinary']"),
        ({"reference": "leader"}, "'leader'", "must differ"),
        ({"strata": ["topic"]}, "'topic'", "'rule'"),
        ({"margin": 0}, "margin is 0", "(0, 1)"),
        ({"margin": -0.1}, "margin is -0.1", "(0, 1)"),
        ({"margin": "five"}, "margin is 'five'", "(0, 1)"),
        ({"margin": None}, "'margin'", "Allowed: focal"),
        ({"frame": "some"}, "'some'", "reported, reviewed, random_sample"),
        ({"primary": "magic"}, "'magic'", "raw, standardised"),
        ({"outcome": {"at_least": "vanish"}}, "'vanish'", "label, restrict, remove"),
        ({"outcome": {"atleast": "remove"}}, "atleast", "at_least"),
        ({"population": {"rule": ["arson"]}}, "'arson'", "abuse, spam"),
        ({"population": {"rule": "abuse"}}, "'abuse'", "list of allowed values"),
        ({"population": {"rule": {"min": 3}}}, "min 3", "text"),
        ({"population": {"rule": {"above": 3}}}, "'above'", "min, max or both"),
        ({"population": {"topic": ["abuse"]}}, "'topic'", "'rule'"),
        ({"source": None}, "no source", "table, registry"),
        ({"source": "cases.csv"}, "'cases.csv'", 'source = { name = "table"'),
        ({"source": {"path": "cases.csv"}}, "no source", "table, registry"),
        ({"source": {"name": "tabel"}}, "'tabel'", "Did you mean 'table'?"),
        ({"source": {"name": ["table"]}}, "['table']", 'name = "table"'),
        ({"source": {"name": "table"}}, "needs the parameter 'path'", "columns, actions"),
        (
            {"source": {"name": "table", "path": "cases.csv", "page": 1}},
            "no parameter 'page'",
            "path, roster",
        ),
        ({"source": {"name": "table", "path": "gone.csv"}}, "'gone.csv'", ""),
        ({"source": {"name": "simulated", "leaders": -1}}, "leaders is -1", "1 or more"),
        ({"source": {"name": "simulated", "icc": "high"}}, "'high'", ""),
    ],
    ids=str,
)
def test_a_design_at_fault_names_the_value_and_what_is_allowed(
    here, capsys, changes, named, allowed
) -> None:
    err = refused(capsys, "compare", toml(**changes))
    assert named in err
    assert allowed in err


def test_all_faults_of_a_design_are_said_at_once(here, capsys) -> None:
    err = refused(
        capsys, "compare", toml(margin=2, confidence=0.2, frame="x", focal="ordinary", seed=-1)
    )
    for fault in ("margin is 2", "confidence is 0.2", "frame is 'x'", "both 'ordinary'", "seed"):
        assert fault in err
    err = refused(capsys, "compare", toml(focal="prince", strata=["topic"]))
    assert "'prince'" in err
    assert "'topic'" in err


def test_a_file_that_is_no_design_is_said(here, capsys) -> None:
    Path("x.toml").write_text("margin = = 3", encoding="utf-8")
    assert "x.toml is not a TOML file" in refused(capsys, "compare", "x.toml")
    assert "'gone.toml'" in refused(capsys, "freeze", "gone.toml")
    code, out, err = run(capsys, "report", "gone.toml")
    assert (code, out) == (FAULT, "")
    assert err.startswith("gone.toml\naudit: There is no 'gone.toml'")


def test_debug_shows_the_traceback_and_the_same_exit_code(here, capsys) -> None:
    for argv in (("--debug", "compare", toml(margin=0)), ("compare", toml(margin=0), "--debug")):
        code, out, err = run(capsys, *argv)
        assert (code, out) == (FAULT, "")
        assert "Traceback (most recent call last)" in err
        assert "audit: the design has 1 fault" in err


def test_a_fault_of_the_program_is_owned_up_to(here, capsys, monkeypatch) -> None:
    def broken(args) -> int:
        raise KeyError("lost")

    monkeypatch.setattr("audit.commands.COMMANDS", {**COMMANDS, "codebook": broken})
    code, out, err = run(capsys, "codebook")
    assert (code, out) == (OWN_FAULT, "")
    assert "a fault of audit itself: KeyError: 'lost'" in err
    assert "Traceback" not in err


def test_an_interrupt_says_what_is_whole(here, capsys, monkeypatch) -> None:
    def stopped(args) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("audit.commands.COMMANDS", {**COMMANDS, "codebook": stopped})
    code, _, err = run(capsys, "codebook")
    assert code == 130
    assert "whole" in err


# --- freeze, new, plan, request ----------------------------------------------------------------


def test_freeze_writes_once_and_refuses_a_change(here, capsys) -> None:
    code, out, _ = run(capsys, "freeze", toml())
    assert code == OK
    assert out.startswith("frozen in ")
    assert out.endswith("frozen.toml\n")
    entry = tomllib.loads(Path("frozen.toml").read_text(encoding="utf-8"))["asked"]
    assert entry["hash"] == Design.read("asked.toml").hash
    before = Path("frozen.toml").read_bytes()
    assert run(capsys, "freeze", "asked.toml")[0] == OK
    err = refused(capsys, "freeze", toml(margin=0.1))
    assert "margin 0.05 → 0.1" in err
    assert Path("frozen.toml").read_bytes() == before


def test_new_writes_a_draft_that_is_a_design_and_never_overwrites(here, capsys) -> None:
    code, out, _ = run(capsys, "new", "designs/mine.toml")
    assert code == OK
    assert "audit report designs/mine.toml" in out
    drafted = Design.read("designs/mine.toml")
    assert (drafted.focal, drafted.reference) == ("world_leader", "ordinary")
    Path("designs/mine.toml").write_text("mine", encoding="utf-8")
    assert "is there already" in refused(capsys, "new", "designs/mine.toml")
    assert Path("designs/mine.toml").read_text(encoding="utf-8") == "mine"
    Path("file").write_text("x", encoding="utf-8")
    assert "file" in refused(capsys, "new", "file/mine.toml")


PLAN = ("--focal-accounts", "20", "--posts", "20", "--rate", "0.3", "--reference-accounts", "60")


def test_plan_says_what_could_be_seen(here, capsys) -> None:
    code, out, _ = run(capsys, "plan", toml(), *PLAN)
    assert code == OK
    assert "Smallest gap below the ordinary rate seen four times in five:" in out
    assert "Verdicts within reach: treated more leniently" in out


def test_plan_refuses_bad_values_all_at_once(here, capsys) -> None:
    bad = ("--focal-accounts", "0", "--posts", "nan", "--rate", "2", "--icc=-1")
    err = refused(capsys, "plan", toml(), *bad, "--reference-accounts", "1")
    for fault in (
        "focal accounts is 0; a whole number from 1",
        "posts per focal account is nan",
        "reference accounts is 1; a whole number from 2",
        "rate is 2; it must lie in (0, 1)",
        "icc is -1; it must lie in [0, 1)",
    ):
        assert fault in err
    code, _, err = run(capsys, "plan", "asked.toml", "--focal-accounts", "many")
    assert code == FAULT
    assert "many" in err


def test_request_names_the_columns_and_both_classes(here, capsys) -> None:
    code, out, _ = run(
        capsys, "request", toml(strata=["rule", "mood"], population={"language": ["en"]})
    )
    assert code == OK
    for column in ("case_id", "account_id", "action", "rule", "language", "posted_at"):
        assert f"  - {column}: " in out
    assert "  - mood: as in your own records" in out
    assert "leader accounts and ordinary accounts" in out
    assert "left up are as necessary" in out


# --- list, codebook ----------------------------------------------------------------------------


def test_list_says_what_can_be_fetched_and_what_cannot(capsys) -> None:
    code, out, _ = run(capsys, "list", "fetches")
    assert code == OK
    assert "wikipedia_blocks  Block log of English Wikipedia" in out
    assert "oversight_board   Decisions of the Oversight Board (not fetched: " in out


@pytest.mark.parametrize("what", ["sources", "estimators", "checks", "charts"])
def test_list_says_every_entry_and_what_it_is(what: str, capsys) -> None:
    import audit

    table = getattr(audit, what.upper())
    code, out, _ = run(capsys, "list", what)
    lines = out.splitlines()
    assert code == OK
    assert [line.split()[0] for line in lines] == list(table)
    assert all(len(line.split()) > 2 for line in lines), "an entry says nothing of itself"


def test_list_refuses_what_is_no_table(capsys) -> None:
    code, _, err = run(capsys, "list", "verdicts")
    assert code == FAULT
    assert "sources" in err


def test_codebook_says_every_column(capsys) -> None:
    from audit.schema import CASE_COLUMNS

    code, out, _ = run(capsys, "codebook")
    assert code == OK
    assert [line.split(" ")[0] for line in out.splitlines()] == [c.name for c in CASE_COLUMNS]


# --- report, in a process of its own -------------------------------------------------------------


def process(*argv: str, **given) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "audit", *argv],
        capture_output=True,
        text=True,
        timeout=120,
        encoding="utf-8",
        **given,
    )


def test_a_process_exits_2_with_words_on_stderr(here) -> None:
    done = process("compare", toml(focal="prince"))
    assert (done.returncode, done.stdout) == (FAULT, "")
    assert "no case has account_class 'prince'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_without_unicode_is_no_reason_to_stop(here) -> None:
    done = process("request", toml(), env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == OK
    assert "Request for enforcement records" in done.stdout


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_error(closed: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m audit codebook {closed}'],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (OK, "")


def on_a_terminal(*argv: str, columns: int) -> str:
    """Return what a command prints on a terminal so wide."""
    import pty

    front, back = pty.openpty()
    command = [sys.executable, "-m", "audit", *argv]
    environment = {**os.environ, "COLUMNS": str(columns)}
    with subprocess.Popen(command, stdout=back, stderr=back, env=environment):
        os.close(back)
        said = b""
        while True:
            try:
                part = os.read(front, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            said += part
    os.close(front)
    return said.decode().replace("\r\n", "\n")


def test_a_terminal_gets_no_word_cut_and_a_pipe_its_lines(here) -> None:
    asked = toml()
    piped = process("compare", asked).stdout
    assert max(map(len, piped.splitlines())) > 100
    shown = on_a_terminal("compare", asked, columns=80)
    lines = [line.rsplit("\r", 1)[-1] for line in shown.splitlines()]
    assert max(map(len, lines)) <= 80
    assert " ".join(shown.split()).count("verdict: treated more leniently") == 1
    wide = on_a_terminal("compare", asked, columns=400)
    assert max(map(len, wide.splitlines())) > 100


def test_a_draft_for_a_file_keeps_its_lines_on_a_terminal(here) -> None:
    draft = process("check", "cases.csv", "--draft").stdout
    assert on_a_terminal("check", "cases.csv", "--draft", columns=80) == draft


def test_a_closed_pipe_is_no_error(here) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m audit codebook | true'],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
