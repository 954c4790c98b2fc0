import pytest

from echobot.core.answering import Answerer
from echobot.core.expectation import Expectation
from echobot.errors import EchobotError
from echobot.evaluation import judge, report
from echobot.reporting import below, printed, required
from tests.samples import EN, HR, knowledge

ASKED = [
    Expectation("what is the fediverse", ("fediverse",), EN),
    Expectation("an alternative to gdrive", ("nextcloud",), EN),
    Expectation("google drive", ("share-files", "nextcloud"), EN),
    Expectation("will it rain tomorrow", ("fediverse",), EN),
    Expectation("zamjena za whatsapp", (), HR),
    Expectation("whatsapp lozinka", (), HR),
]


@pytest.fixture(scope="module")
def result():
    return report(judge(Answerer(knowledge()), ASKED))


def test_each_question_is_counted_once(result):
    expected = {"right": 1, "wrong": 1, "offered": 1, "missed": 0, "unknown": 1, "false": 1, "declined": 1}
    assert result.counts == expected


def test_shares_follow_from_the_counts(result):
    assert result.precision == 1 / 3
    assert (result.coverage, result.helped, result.false_rate) == (0.25, 0.5, 0.5)


def test_the_worst_confusions_are_named(result):
    assert set(result.confusions) == {("nextcloud", "google-drive", 1), ("no answer", "whatsapp", 1)}


def test_each_language_is_counted_by_itself(result):
    assert {language: part.questions for language, part in result.languages.items()} == {"en": 4, "hr": 2}


def test_the_report_reads_as_a_table(result):
    assert "precision  33.3 % of the answers given were right" in printed(result)


def test_nothing_asked_is_no_failure():
    assert report([]).precision == 1.0


def test_demands_are_shares_by_name(result):
    assert below(result, required(["precision=0.3", "coverage=0.2"])) == []
    assert below(result, required(["helped=0.6"])) == ["helped is 0.500, below 0.600"]


@pytest.mark.parametrize("demand", ["precision", "precision=", "precision=2", "beauty=0.5", "=1", "precision=nan"])
def test_a_demand_that_is_none_is_told(demand):
    with pytest.raises(EchobotError, match="--at-least"):
        required([demand])
