"""Page 1 says what the sources cannot support, before what the checks found."""

from __future__ import annotations

from dataclasses import replace

from builders import ORIGIN, platform, question

import audit
from audit.report.front import does_not_show


def test_the_limits_of_the_sources_come_first_and_once() -> None:
    says = "These posts were chosen by one newspaper."
    origins = (replace(ORIGIN, limits=(says,)), replace(ORIGIN, name="again", limits=(says,)))
    cases = replace(platform(), origins=origins)
    evidence = audit.appraise(audit.compare(audit.enroll(cases, question())))
    said = does_not_show(evidence, ("Frozen after a look.", says)).points
    assert said[:2] == (says, "Frozen after a look.")
    assert said.count(says) == 1
