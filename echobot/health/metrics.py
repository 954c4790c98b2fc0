"""A condition as figures, in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from echobot.core.message import AccountName
from echobot.health.condition import Condition


def as_metrics(condition: Condition) -> bytes:
    """The bot's own figures, then those of its process: memory, processor time, open files."""
    registry = CollectorRegistry()
    registry.register(_Figures(condition))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, condition: Condition) -> None:
        self._condition = condition

    def collect(self) -> Iterable[Metric]:
        now = self._condition
        info = {"version": now.program, "knowledge": now.knowledge.version}
        yield InfoMetricFamily("echobot", "Which program answers, and from which state of the knowledge", info)
        yield GaugeMetricFamily("echobot_ready", "1 when nothing is wrong", now.is_well)
        yield GaugeMetricFamily("echobot_leads", "1 when it serves, 0 when it stands by", now.leads)
        yield GaugeMetricFamily("echobot_troubles", "What is wrong until somebody mends it", len(now.troubles))
        yield GaugeMetricFamily("echobot_knowledge_entries", "What can be answered", now.knowledge.entries)
        yield from self._of_accounts()
        if now.coming:
            at = now.coming.at.timestamp()
            yield GaugeMetricFamily("echobot_next_announcement_timestamp_seconds", "When something is announced", at)

    def _of_accounts(self) -> Iterator[Metric]:
        now = self._condition
        waiting = [now.waiting(contact.account) for contact in now.contacts]
        heard = {each.account: each.last_at.timestamp() for each in now.contacts if each.last_at}
        yield _by_account("last_contact_timestamp_seconds", "When the account's server was last heard of", heard)
        deaf = {each.account: each in now.deaf for each in now.contacts}
        yield _by_account("deaf", "1 when an account should have heard from its server", deaf)
        yield _by_account("questions_waiting", "To be answered", {each.account: each.questions for each in waiting})
        sealed = {each.account: each.unreadable for each in now.contacts}
        yield _by_account("undecryptable_messages", "Messages that wait for their keys", sealed)
        yield _by_account("replies_waiting", "To be sent", {each.account: each.replies for each in waiting})


def _by_account(name: str, meaning: str, values: Mapping[AccountName, float]) -> Metric:
    family = GaugeMetricFamily(f"echobot_{name}", meaning, labels=["account"])
    for account, value in values.items():
        family.add_metric([account], value)
    return family
