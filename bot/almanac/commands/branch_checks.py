"""The checks of `almanac doctor` of a repository's rules for branches: rulesets, push rules and classic protection.

Almanac itself writes to branches named `almanac/**` only; to the base, it is people who merge.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from almanac.commands.checks import Finding, Status, ok, unknown
from almanac.forge.github.client import Probe, Reply

_OURS = "almanac/issue-1"
# What a rule for Almanac's own branches would block, and what it blocks only in some cases.
_BLOCKING = {
    "creation": "nobody may create such a branch",
    "update": "nobody may change such a branch",
    "non_fast_forward": "such a branch may not be rewritten, which happens when an issue is edited",
    "deletion": "such a branch may not be deleted when it is no longer needed",
    "pull_request": "such a branch may only be changed by pull requests",
    "merge_queue": "such a branch may only be changed by its merge queue",
    "branch_name_pattern": "branches need another name",
    "commit_message_pattern": "commit messages need another form",
    "commit_author_email_pattern": "commits need another author",
    "committer_email_pattern": "commits need another committer",
    "required_status_checks": "commits need checks before they are pushed",
    "required_deployments": "commits need to be deployed first",
    "code_scanning": "commits need to be scanned before they are pushed",
    "workflows": "workflows have to pass first",
}
_PERHAPS = {
    "required_signatures": "commits have to be signed: GitHub signs those of an App and of Actions, not a person's",
    "required_linear_history": "a proposal that somebody has committed to cannot be merged with a base that moved",
    "file_path_restriction": "some files may not be changed",
    "file_extension_restriction": "files of some kinds may not be changed",
    "max_file_path_length": "paths may not be long",
    "max_file_size": "files may not be large",
}
# The same in classic protection, where `allow_...` has to be on, and the others off.
_CLASSIC = {
    "lock_branch": "it is locked",
    "allow_force_pushes": _BLOCKING["non_fast_forward"],
    "allow_deletions": _BLOCKING["deletion"],
    "required_pull_request_reviews": _BLOCKING["pull_request"],
    "required_status_checks": _BLOCKING["required_status_checks"],
    "restrictions": "only some people may push",
    "required_signatures": _PERHAPS["required_signatures"],
    "required_linear_history": _PERHAPS["required_linear_history"],
}
_BYPASS = {"always", "exempt"}
_METHODS = {"merge": "allow_merge_commit", "squash": "allow_squash_merge", "rebase": "allow_rebase_merge"}


def check_rules(probe: Probe, repository: Reply) -> Iterator[Finding]:
    """Check what rules there are for Almanac's branches and for the base."""
    yield from _rulesets(probe)
    yield from _push_rules(probe)
    yield from _classic(probe)
    yield from _merging(probe, repository)


def _rules_of(probe: Probe, branch: str) -> Reply:
    return probe.ask(f"rules/branches/{quote(branch, safe='')}?per_page=100")


def _dicts(data: Any) -> list[dict[str, Any]]:
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def _is_told(reply: Reply) -> bool:
    """Whether GitHub lists the rules; where an account's plan has none, there are none."""
    return isinstance(reply.data, list) or _says(reply, "upgrade to github")


def _says(reply: Reply, pattern: str) -> bool:
    return bool(reply.refused and reply.refused.matches(403, 404, pattern=pattern))


def _rulesets(probe: Probe) -> Iterator[Finding]:
    reply, address = _rules_of(probe, _OURS), f"{probe.web}/settings/rules"
    if not _is_told(reply):
        remedy = f"If a rule covers all branches, exclude `almanac/**`: {address}"
        yield unknown("rules", "whether a ruleset is in the way", reply.status, remedy)
        return
    kinds: dict[Any, list[str]] = {}
    for rule in _dicts(reply.data):
        kinds.setdefault(rule.get("ruleset_id"), []).append(str(rule.get("type")))
    findings = [
        each
        for ruleset, found in kinds.items()
        for each in _of_ruleset(probe.ask(f"rulesets/{ruleset}"), address, found)
    ]
    yield from findings or [ok("rules", "No ruleset is in the way of Almanac's branches.")]


def _of_ruleset(reply: Reply, address: str, kinds: Sequence[str]) -> Iterator[Finding]:
    """Say what the rules of one ruleset block, unless Almanac may bypass it; `reply` is the ruleset."""
    blocking, perhaps = _named(kinds, _BLOCKING), _named(kinds, _PERHAPS)
    if not blocking and not perhaps:
        return
    name = reply.value("name") or "A ruleset"
    actors = _dicts(reply.value("bypass_actors"))
    if any(one.get("actor_type") == "Integration" and one.get("bypass_mode") in _BYPASS for one in actors):
        yield ok("rules", f"{name} covers Almanac's branches, and an App may bypass it.")
    elif reply.value("current_user_can_bypass") in _BYPASS:
        message = f"{name} covers Almanac's branches, and the owner of this token may bypass it."
        if actors:  # who may is known, and no App is among them
            remedy = f"If an App or a workflow runs Almanac, it has to be on the bypass list too: {address}"
            yield Finding("rules", "warning", message, remedy)
        else:
            yield ok("rules", message)
    else:
        remedy = f"Exclude `almanac/**` from it, or put Almanac on its bypass list: {address}"
        if blocking:
            yield Finding("rules", "error", f"{name} covers Almanac's branches: {'; '.join(blocking)}.", remedy)
        if perhaps:
            yield Finding("rules", "warning", f"{name} can be in the way: {'; '.join(perhaps)}.", remedy)


def _named(kinds: Iterable[str], known: dict[str, str]) -> list[str]:
    return [f"{kind} ({why})" for kind, why in known.items() if kind in kinds]


def _push_rules(probe: Probe) -> Iterator[Finding]:
    address, reply = f"{probe.web}/settings/rules", probe.ask("rulesets?targets=push&per_page=100")
    rulesets = [
        probe.ask(f"rulesets/{one.get('id')}")
        for one in _dicts(reply.data)
        if one.get("target") == "push" and one.get("enforcement") == "active"
    ]
    for ruleset in rulesets:
        yield from _of_ruleset(ruleset, address, [str(rule.get("type")) for rule in _dicts(ruleset.value("rules"))])
    missing = [one for one in (reply, *rulesets) if not one.ok and not _is_told(one)]
    if missing:
        yield unknown("rules", "whether a push rule is in the way", missing[0].status, f"Look for them: {address}")


# ---------------------------------------------------------------- classic protection


def _classic(probe: Probe) -> Iterator[Finding]:
    """Ask one of Almanac's branches for its classic protection: GitHub shows it for branches that exist only."""
    address = f"{probe.web}/settings/branches"
    remedy = f"Give the rule a pattern that leaves `{_OURS}` out, as `*` does and `**/*` does not: {address}"
    refs = probe.ask("git/matching-refs/heads/almanac/issue-")
    names = [str(ref.get("ref")).removeprefix("refs/heads/") for ref in _dicts(refs.data)]
    if not names:
        message = "We cannot tell yet whether classic branch protection covers `almanac/**`: GitHub shows it only for "
        yield Finding("protection", "unknown", f"{message}branches that exist.", remedy)
        return
    reply = _protection(probe, names[0])
    if _is_unprotected(reply):
        yield ok("protection", "Classic branch protection does not cover Almanac's branches.")
    elif not reply.ok:
        what = "whether classic branch protection covers Almanac's branches"
        yield unknown("protection", what, reply.status, remedy)
    elif blocking := [kind for kind in _CLASSIC if _holds(reply, kind) != kind.startswith("allow_")]:
        status: Status = "error" if set(blocking) - _PERHAPS.keys() else "warning"
        message = (
            f"Classic branch protection covers Almanac's branches: {'; '.join(_CLASSIC[kind] for kind in blocking)}."
        )
        yield Finding("protection", status, message, remedy)
    else:
        yield ok("protection", "Classic branch protection lets Almanac's branches be.")


def _protection(probe: Probe, branch: str) -> Reply:
    return probe.ask(f"branches/{quote(branch, safe='')}/protection")


def _is_unprotected(reply: Reply) -> bool:
    return _says(reply, "branch not protected|upgrade to github")


def _holds(protection: Reply, kind: str) -> bool:
    """Whether something is switched on, for Almanac too: an App can be let off reviews, and be let push."""
    found = protection.value(kind)
    if not isinstance(found, dict):
        return bool(found)
    apps = found.get("apps") or protection.value(kind, "bypass_pull_request_allowances", "apps")
    return bool(found.get("enabled", True)) and not apps


# ---------------------------------------------------------------- the base


def _merging(probe: Probe, repository: Reply) -> Iterator[Finding]:
    """Check that there is a way to merge a proposal: what the repository and each rule allow, taken together."""
    base = str(repository.value("default_branch") or "main")
    reply, protection = _rules_of(probe, base), _protection(probe, base)
    if not _is_told(reply):
        yield unknown("merging", f"what rules {base} has", reply.status, f"Look at {probe.web}/settings/rules.")
        return
    rules = {str(rule.get("type")): rule for rule in _dicts(reply.data)}
    methods = {method for method, setting in _METHODS.items() if repository.value(setting) is not False}
    if "pull_request" in rules:
        parameters = rules["pull_request"].get("parameters")
        allowed = parameters.get("allowed_merge_methods") if isinstance(parameters, dict) else None
        methods &= set(allowed or _METHODS)
    if "required_linear_history" in rules or _holds(protection, "required_linear_history"):
        methods.discard("merge")
    if "required_signatures" in rules or _holds(protection, "required_signatures"):
        methods.discard("rebase")  # GitHub cannot sign what it rebases
    if not methods or _holds(protection, "lock_branch"):
        message = f"Nobody can merge into {base}: its rules and the repository's settings leave no way to do it."
        remedy = f"Allow squash merging, and unlock the branch: {probe.web}/settings, {probe.web}/settings/branches"
        yield Finding("merging", "error", message, remedy)
    else:
        yield ok(
            "merging", f"Proposals can be merged into {base} by: {', '.join(m for m in _METHODS if m in methods)}."
        )
    if not protection.ok and not _is_unprotected(protection):
        what = f"what classic branch protection {base} has"
        yield unknown("protection", what, protection.status, f"Look at {probe.web}/settings/branches.")
