"""Labels of 2020: the president and the accounts that he amplified."""

from __future__ import annotations

from audit.sources.election_labels.coders import CODERS, coders, joined
from audit.sources.election_labels.counts import account_rows, agreement
from audit.sources.election_labels.disagreement import disagreement, label_error, pairwise_agreement
from audit.sources.election_labels.gaps import gap_by_coder, where_it_stops
from audit.sources.election_labels.source import Coder, ElectionLabels

__all__ = [
    "CODERS",
    "Coder",
    "ElectionLabels",
    "account_rows",
    "agreement",
    "coders",
    "disagreement",
    "gap_by_coder",
    "joined",
    "label_error",
    "pairwise_agreement",
    "where_it_stops",
]
