"""The sources: one file or room per kind of data, and the table of those that a design can name.

A new one is a frozen dataclass (fields are parameters, `load()` returns cases) in a file, or a
package, of its name, and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping

from audit.sources.base import Source
from audit.sources.community_notes import CommunityNotes
from audit.sources.dsa import Dsa
from audit.sources.election_labels import ElectionLabels
from audit.sources.oversight_board import OversightBoard
from audit.sources.registry import Registry
from audit.sources.simulated import Simulated
from audit.sources.table import Table
from audit.sources.trump_archive import TrumpArchive
from audit.sources.wikipedia_blocks import WikipediaBlocks

SOURCES: Mapping[str, type[Source]] = {
    "table": Table,
    "registry": Registry,
    "election_labels": ElectionLabels,
    "dsa": Dsa,
    "community_notes": CommunityNotes,
    "simulated": Simulated,
    "trump_archive": TrumpArchive,
    "wikipedia_blocks": WikipediaBlocks,
    "oversight_board": OversightBoard,
}
