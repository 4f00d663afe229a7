"""The fixed choices of the registry: classes, rungs, methods, and the columns that ship."""

from __future__ import annotations

CASE_CLASS = {
    "head_of_state": "world_leader",
    "head_of_government": "world_leader",
    "legislator": "public_official",
    "minister": "public_official",
    "official": "public_official",
    "military": "public_official",
    "regional_leader": "public_official",
    "head_of_party": "public_official",
    "gov_institution": "public_official",
    "state_linked_account": "public_official",
    "candidate": "candidate",
    "campaign_account": "candidate",
    "former_head_of_state": "public_figure",
    "former_head_of_government": "public_figure",
    "non_office_political": "public_figure",
    "party_official": "public_figure",
    "ordinary_account": "ordinary",
}

MASKED = {
    "ordinary_account": "ordinary person",
    "non_office_political": "politician without office",
    "party_official": "party spokesperson without office",
}
"""Classes whose holders have no public office; what stands in place of the name."""

RUNG = {
    "none": "none",
    "label": "label",
    "interstitial": "restrict",  # kept up behind a notice: reach is cut, the post is not removed
    "deamplify": "restrict",
    "remove": "remove",
    "lock": "lock",
    "suspend": "suspend",
    "ban": "ban",
    "reinstated": "",  # takes a sanction back; no rung
}

METHODS = {
    "twitter_until_2020_08": "OLD method",
    "twitter_from_2020_08": "NEW method",
    "x_2024": "X Global Transparency Report",
}
"""Methods of counting, and how the note that names each begins; figures of two never chain."""

CITED = ("source_publisher", "source_title", "source_date", "source_url", "source_tier")

SHIPPED = {
    "decisions": (
        "case_id", "unit", "platform", "account", "account_id", "person", "office", "office_class",
        "account_class", "country", "office_start", "office_end", "office_dates_verification",
        "office_dates_checked_against", "in_office_at_action", "content_date", "action_date",
        "date_precision", "action_earliest", "action_latest", "topic", "rule_cited",
        "violation_acknowledged", "action", "rung", "action_detail", "exemption_claimed",
        "days_to_action", "days_basis", "sanction_start", "sanction_days", "outcome_or_reversal",
        "pair_id", "verification", "confidence", *CITED, "notes",
    ),
    "rules": (
        "policy_id", "date", "date_precision", "date_earliest", "date_latest", "platform",
        "event_type", "title", "what_changed", "applies_to", "regime_effect", "verification",
        "confidence", *CITED, "notes",
    ),
    "platform_totals": (
        "rate_id", "platform", "period", "period_start", "period_end", "metric", "subject", "value",
        "unit", "value_precision", "scope", "method", "method_note", "verification", "confidence",
        *CITED, "notes",
    ),
    "gaps": (
        "rate_id", "platform", "period", "period_start", "period_end", "metric", "unit", "scope",
        "method_note", "verification", "notes",
    ),
    "roster": (
        "account_id", "account_class", "start", "end", "person", "office", "office_class",
        "platform", "account", "start_given", "end_given", "end_basis",
        "office_dates_verification", "checked_against", "source",
    ),
    "exemptions": (
        "policy_id", "platform", "rule", "account_class", "ceiling", "rules_out", "start", "end",
        "end_basis", "ceiling_basis", "publication", "applies_to", "summary", "wording",
        "source_url", "source_tier",
    ),
}  # fmt: skip
