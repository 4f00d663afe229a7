"""The words that tables of decisions use, and what they most likely mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def plain_words(text: str) -> str:
    """Return a name or level as lower-case words: "accountType", "ACCOUNT-TYPE" → account type."""
    apart = CAMEL.sub(" ", text)
    return " ".join(re.sub(r"[\W_]+", " ", apart).casefold().split())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


NAMES: Mapping[str, tuple[str, ...]] = {
    "case_id": _listed(
        "id, id str, case, case number, post id, tweet id, status id, item id, content id, "
        "uuid, decision id, notice id, statement id, log id, logid, comment id, video id, "
        "post, tweet, key"
    ),
    "account_id": _listed(
        "account, user, user id, userid, author, author id, handle, user name, screen name, "
        "poster, poster id, profile, profile id, owner, account name, account handle, user "
        "handle, target"
    ),
    "account_class": _listed(
        "class, account type, user type, user class, account group, user group, author type, "
        "author class, account category, user category, role, account role, author role, tier"
    ),
    "action": _listed(
        "outcome, decision, measure, enforcement, enforcement action, moderation action, "
        "sanction, action taken, moderation, moderation decision, result, disposition, "
        "intervention, penalty"
    ),
    "posted_at": _listed(
        "created at, created, posted, posted on, post time, post date, date posted, published "
        "at, published, publication date, tweet date, content date, date created, creation "
        "date, date of post, time posted, timestamp, date, created time"
    ),
    "reported_at": _listed(
        "reported, reported on, report time, report date, date reported, flagged at, first "
        "report, first reported at, time reported"
    ),
    "acted_at": _listed(
        "actioned at, action time, action date, date of action, removed at, decided at, "
        "decided on, decision date, decision time, enforced at, moderated at, sanctioned at, "
        "time of action, application date, enforcement date, enforcement time"
    ),
    "observed_until": _listed(
        "observed to, last seen, last seen at, last checked, last checked at, last observed, "
        "checked at, censored at, end of observation, last look"
    ),
    "platform": _listed("platform name, site, service, network, social network, host platform"),
    "rule": _listed(
        "policy, policy area, rule violated, rule broken, violation type, policy violated, "
        "ground, category of violation, community standard, violated policy, offence"
    ),
    "regime": _listed("rule version, policy version, version of the rule"),
    "severity": _listed("gravity, severity level, harm level, severity score, seriousness"),
    "language": _listed("lang, post language, content language, locale, language code"),
    "country": _listed("country code, account country, user country, nation, geo, territory"),
    "reach": _listed(
        "followers, follower count, followers count, audience, audience size, subscribers, "
        "number of followers"
    ),
    "reports": _listed(
        "report count, number of reports, num reports, n reports, reports received, reports "
        "count, user reports, flags received"
    ),
    "violating": _listed(
        "violates, violation, is violating, is violation, broke the rule, coded violation, "
        "violates policy, rule breaking, violating content"
    ),
    "ended_by": _listed("ended how, how it ended, end reason, reason ended, end of life"),
    "appealed": _listed("appeal, was appealed, is appealed, appeal filed"),
    "reversed": _listed(
        "overturned, restored, reinstated, was reversed, was overturned, is reversed, reversal"
    ),
    "reversed_at": _listed(
        "overturned at, restored at, reinstated at, reversal date, reversal time, date "
        "reversed, restored on, date restored"
    ),
    "pair_id": _listed("pair, pair number, match id, matched pair, copy group, duplicate group"),
    "count": _listed("n, cases, number of cases, frequency, freq, n cases, rows"),
    "sampling_weight": _listed("weight, sample weight, survey weight, weights, design weight"),
    "event_id": _listed(
        "event, campaign, campaign id, event name, viral event, incident, incident id"
    ),
}
"""Role to the other names that its column goes by, as plain words."""

ACTION_WORDS: Mapping[str, tuple[str, ...]] = {
    "none": _listed(
        "none, no action, no action taken, left up, left, kept, kept up, allowed, allow, approve, "
        "approved, no violation, not violating, dismissed, ignored, no measure, nothing, upheld "
        "online, still up, stays up"
    ),
    "label": _listed(
        "label, labelled, labeled, warning label, warning, warned, fact check, fact checked, "
        "notice, noted, soft, context added, note added, interstitial, flagged"
    ),
    "restrict": _listed(
        "restrict, restricted, limited, limit, demoted, downranked, reduced, reduced visibility, "
        "visibility reduced, age restricted, geo blocked, withheld, hidden, hard, demonetised, "
        "demonetized, shadow banned, reach limited, sharing disabled"
    ),
    "remove": _listed(
        "remove, removed, removal, deleted, delete, taken down, takedown, take down, content "
        "removed, post removed, blocked content, erased"
    ),
    "lock": _listed("lock, locked, account locked, read only, timeout, timed out, muted, mute"),
    "suspend": _listed(
        "suspend, suspended, suspension, temporarily suspended, temporary suspension, temporary "
        "ban, account suspended, temporarily banned"
    ),
    "ban": _listed(
        "ban, banned, permanent ban, permanently banned, permanently suspended, permanent "
        "suspension, terminated, account terminated, deplatformed, account removed"
    ),
}
"""Rung of the standard ladder to the words that tables use for it."""

AUTHOR_MAY_HAVE = frozenset({"deleted", "delete", "erased"})
"""Words that also stand for what an author did to the own post, which is no measure."""

CLASS_WORDS = frozenset(
    _listed(
        "leader, leaders, president, minister, state, government, gov, official, officials, "
        "politician, politicians, congress, senator, senate, representative, parliament, "
        "party, candidate, candidates, figure, celebrity, celebrities, vip, elite, "
        "influencer, journalist, media, verified, unverified, ordinary, regular, normal, "
        "average, everyone, everybody, citizen, private, business, public, admin, "
        "administrator, administrators, moderator, registered, unregistered, anonymous, ip, "
        "newcomer, control, user, users, account, other, unknown, organisation, organization, "
        "exempt, protected"
    )
)
"""Words of which the names of account classes are made."""

PLATFORMS = frozenset(
    _listed(
        "twitter, x, facebook, instagram, tiktok, tik tok, youtube, you tube, reddit, threads, "
        "snapchat, pinterest, linkedin, linked in, wikipedia, telegram, mastodon, bluesky, "
        "truth social, parler, gab, twitch, vk, weibo, discord, whatsapp"
    )
)
LANGUAGES = frozenset(
    _listed(
        "en, de, fr, es, it, pt, nl, pl, sv, da, fi, no, cs, sk, hu, ro, bg, el, hr, sl, et, lv, "
        "lt, ga, mt, ru, uk, tr, ar, fa, he, hi, bn, ur, ta, te, zh, ja, ko, vi, th, id, ms, sw, "
        "und, english, german, french, spanish, italian, portuguese, dutch, arabic, hindi, russian"
    )
)


def rung_of(word: str) -> str:
    """Return the rung that a table's word for an action most likely means, "" for none known."""
    said = plain_words(word)
    return next((rung for rung, words in ACTION_WORDS.items() if said in words), "")
