"""A small knowledge base in two languages, for tests that are about how it is read."""

from datetime import date

from echobot.core.knowledge import Entry, EntryId, Intent, Knowledge, Language, LanguagePack, Need, Service, Talk, Tool

ENTRY = 'entries: [{id: fediverse, asked: {en: ["what is the fediverse", "the fediverse"]}, answer: {en: "ANSWER"}}]\n'
"""A file that is a whole knowledge base."""

EN, HR = Language("en"), Language("hr")

ENGLISH = LanguagePack(
    EN,
    "English",
    {
        "replace": "Instead of {service}:",
        "replace_for": "Instead of {service} ({need}):",
        "need": "{need}:",
        "tool": "- {name}: {sentence} {site}",
        "about_tool": "{name}: {sentence}\nSite: {site} (licence: {licence})",
        "hosted": "To use it without installing anything: {addresses}",
        "caution": "Please note: {caution}",
        "sources": "Source: {sources}",
        "sources_reviewed": "Source: {sources} (checked on {date})",
        "choices": "Is it one of these?",
        "choose": "Reply with its number.",
        "also_asked": "You also asked:",
        "title_service": "Replacing {service}",
        "title_tool": "What {tool} is",
        "unknown": "I don't know.",
        "unknown_ask": "I don't know. Ask {contact}.",
        "other_language": "Only in another language ({languages}):",
        "out_of_date": "This was true until {date}; it may have changed:",
        "too_many": "Too many questions; please wait a minute.",
        "why": "Because of: {words}.",
        "only_languages": "I only read {languages}.",
        "stopped": "I am silent now.",
        "resumed": "I am back.",
        "forgotten": "Who are you?",
        "hushed": "Quiet for {time}.",
        "heard_again": "Here again.",
        "passed_on": "A person knows.",
        "privacy": "I keep ids for {messages} and gaps for {gaps}.",
        "event": "When and where: {when}, {place}.",
        "event_over": "This is over: {when}, {place}.",
        "event_cancelled": "Cancelled: {when}, {place}.",
        "event_line": "- {name}: {when}, {place}",
        "coming": "To come:",
        "event_more": "To enrol: {contact}",
        "event_spoken": "Spoken there: {languages}",
        "announce_news": "New: {name}",
        "announce_reminder": "Coming up: {name}",
        "announce_thanks": "Thank you: {name}.",
        "announce_changed": "Changed: {name}",
        "announce_cancelled": "Cancelled: {name}",
        "announce_late": "(Meant for {when}.)",
        "announce_local": "Elsewhere: {when}.",
    },
    {
        Intent.REPLACE: ("instead of", "altern*", "leave", "replace*"),
        Intent.WHAT: ("what is",),
        Intent.TRY: ("try",),
        Intent.ELSEWHERE: ("price*", "password*", "is down", "who owns"),
    },
    frozenset("a an and can do for how i is me my of our please the there to us we what with".split()),  # noqa: SIM905
    frozenset(["free", "tool", "tools", "association"]),
    ("s",),
    Talk(
        ("yes", "ok"),
        ("why", "how do you know"),
        ("and for", "what about", "and"),
        (("first",), ("second",), ("third",)),
        ("last",),
        ("stop", "leave me alone"),
        ("start",),
        ("none of these", "no"),
        ("number", "option", "please"),
        ("forget me",),
        ("privacy",),
        ("both", "all of them"),
    ),
)
CROATIAN = LanguagePack(
    HR,
    "hrvatski",
    {
        **ENGLISH.phrases,
        "replace": "{service} – slobodne zamjene:",
        "replace_for": "{service} ({need}) – slobodne zamjene:",
    },
    {
        Intent.REPLACE: ("umjesto", "zamjen*"),
        Intent.WHAT: ("što je",),
        Intent.TRY: ("isprobati",),
        Intent.ELSEWHERE: ("cijena", "lozink*"),
    },
    frozenset(["a", "i", "je", "na", "za", "se", "su", "što", "u", "koja"]),
    frozenset(),
    ("a", "om", "u", "e"),
)


def knowledge() -> Knowledge:
    """Two services, two tools, a need and two entries."""
    nextcloud = Tool(
        EntryId("nextcloud"), "Nextcloud", (), "https://nextcloud.com", "AGPL-3.0-or-later",
        {EN: "Keeps and shares files on a server of your choice.", HR: "Čuva i dijeli datoteke."},
        sources=("https://nextcloud.com",), reviewed=date(2026, 11, 20),
    )  # fmt: skip
    signal = Tool(
        EntryId("signal"), "Signal", (), "https://signal.org", "AGPL-3.0-only", {EN: "Sends private messages."},
        caution={EN: "It asks for a telephone number."},
    )  # fmt: skip
    share = Need(
        EntryId("share-files"), {EN: "share files", HR: "dijeliti datoteke"},
        {EN: ("share files with others", "how can we share a folder", "keep our files online")}, (nextcloud.id,),
    )  # fmt: skip
    drive = Service(
        EntryId("google-drive"), "Google Drive", ("gdrive", "google disk"), (share.id,), (nextcloud.id,),
        sources=("Framablog",), reviewed=date(2026, 11, 20),
    )  # fmt: skip
    whatsapp = Service(EntryId("whatsapp"), "WhatsApp", (), (), (signal.id,))
    fediverse = Entry(
        EntryId("fediverse"),
        {EN: ("what is the fediverse", "explain the fediverse to me", "fediverse meaning"), HR: ("što je fediverse",)},
        {EN: "Many servers that talk with each other."},
        {EN: "The fediverse"}, ("https://fediverse.party",), date(2026, 11, 20),
    )  # fmt: skip
    visits = Entry(
        EntryId("visits"),
        {EN: ("when is the next study visit", "which study visits were there", "study visits")},
        {EN: "The visits of 2023 are over."},
    )
    return Knowledge(
        {entry.id: entry for entry in (fediverse, visits)},
        {tool.id: tool for tool in (nextcloud, signal)},
        {share.id: share},
        {service.id: service for service in (drive, whatsapp)},
        {EN: ENGLISH, HR: CROATIAN},
    )
