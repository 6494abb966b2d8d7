"""Words for people: sizes in binary units (IEC 80000-13), times, durations, kinds of files."""

from datetime import UTC, datetime, timedelta
from json import dumps
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from pyramid.i18n import Localizer

from mserve.views.html import names
from mserve.views.html.languages import DOMAIN, _

UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
LONG_AGO = timedelta(days=30)


class Words:
    """Says things in the language of a localizer."""

    def __init__(self, localizer: Localizer) -> None:
        self.language: str = localizer.locale_name
        self._localizer = localizer

    def ngettext(self, one: str, many: str, number: int) -> str:
        """As in English, with `%(num)s` for the number."""
        said: str = self._localizer.pluralize(one, many, number, DOMAIN)
        return said % {"num": number}

    def state(self, name: str) -> str:
        """What a state of a file, job, task, queue or person is called."""
        return self._said(names.STATES.get(name, name))

    def type(self, name: str) -> str:
        """What a type of nodes is called."""
        return self._said(names.TYPES.get(name, name))

    def kind(self, name: str) -> str:
        """What a kind of files is called, several of it."""
        return self._said(names.KINDS.get(name, name))

    def trigger(self, name: str) -> str:
        """What has begun a job."""
        return self._said(names.TRIGGERS.get(name, name))

    def role(self, name: str) -> str:
        """What somebody with a key of that role may do."""
        return self._said(names.ROLES.get(name, name))

    def quota(self, metric: str) -> str:
        """What a quota is on."""
        return self._said(names.QUOTAS[metric])

    def filled(self, text: str, values: Any) -> str:
        """A text with values put into it."""
        return str(self._said(text) % values)

    def _said(self, text: str) -> str:
        return str(self._localizer.translate(text, DOMAIN))

    def decimal(self, number: float, digits: int = 0) -> str:
        """1,234.5 as people write it."""
        whole = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(number, whole, self.language))

    def size(self, number: int) -> str:
        """`number` bytes: 512 B, 1.5 KiB, 23 MiB."""
        amount, unit = float(number), UNITS[0]
        for unit in UNITS:
            if amount < 999.5 or unit == UNITS[-1]:
                break
            amount /= 1024
        return f"{self.decimal(amount, 0 if unit == 'B' or amount >= 9.95 else 1)} {unit}"

    def ago(self, text: str, now: datetime | None = None) -> str:
        """How long ago the moment `text` (RFC 3339) was: 5 minutes ago; a date if it is long."""
        moment = datetime.fromisoformat(text)
        passed = (now or datetime.now(UTC)) - moment
        if abs(passed) > LONG_AGO:
            return str(format_date(moment, "d MMM y", self.language))
        past, seconds = passed > timedelta(0), abs(passed).total_seconds()
        for length, say in ((86_400, self._days), (3600, self._hours), (60, self._minutes)):
            if seconds >= length:
                return say(int(seconds // length) if past else round(seconds / length), past)
        return self._said(_("just now"))

    def _days(self, number: int, past: bool) -> str:
        if past:
            return self.ngettext("%(num)s day ago", "%(num)s days ago", number)
        return self.ngettext("in %(num)s day", "in %(num)s days", number)

    def _hours(self, number: int, past: bool) -> str:
        if past:
            return self.ngettext("%(num)s hour ago", "%(num)s hours ago", number)
        return self.ngettext("in %(num)s hour", "in %(num)s hours", number)

    def _minutes(self, number: int, past: bool) -> str:
        if past:
            return self.ngettext("%(num)s minute ago", "%(num)s minutes ago", number)
        return self.ngettext("in %(num)s minute", "in %(num)s minutes", number)

    def on_clock(self, text: str, zone: str) -> str:
        """The moment `text` (RFC 3339) as the clocks of the time zone show it."""
        here = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
        return str(format_datetime(here, "EEE d MMM y, HH:mm", locale=self.language))

    def exact(self, text: str) -> str:
        """The moment `text` (RFC 3339) to the second, in UTC."""
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"

    def value(self, thing: Any) -> str:
        """A value of metadata or of a result: texts and lists of texts as they are, else JSON."""
        if isinstance(thing, list) and all(isinstance(each, str) for each in thing):
            return ", ".join(thing)
        return thing if isinstance(thing, str) else dumps(thing, ensure_ascii=False)

    def duration(self, seconds: float) -> str:
        """25 ms, 1.24 s, 14 s, 3 min 5 s, 2 h 40 min."""
        if seconds < 0.0995:
            return f"{seconds * 1000:.0f} ms"
        if seconds < 10:
            return f"{self.decimal(seconds, 2)} s"
        whole = round(seconds)
        if whole < 60:
            return f"{whole} s"
        if whole < 3600:
            return f"{whole // 60} min {whole % 60} s"
        return f"{whole // 3600} h {whole % 3600 // 60} min"

    def between(self, begin: str | None, end: str | None) -> str:
        """The duration from one moment (RFC 3339) to another; empty where one is missing."""
        if not begin or not end:
            return ""
        passed = datetime.fromisoformat(end) - datetime.fromisoformat(begin)
        return self.duration(max(passed.total_seconds(), 0))


KINDS = ("image", "video", "audio", "text")
ARCHIVES = ("zip", "tar", "gzip", "x-7z", "x-bzip", "x-xz", "x-rar", "zstd", "vnd.rar")
CODE = ("json", "xml", "html", "javascript", "x-python", "x-sh", "css", "yaml", "sql")
PAPERS = ("msword", "officedocument", "opendocument", "rtf", "epub", "postscript")


def kind(mimetype: str) -> str:
    """The icon that stands for a media type: image video audio text code pdf paper archive file."""
    major, _, minor = mimetype.partition("/")
    for name, hints in (("code", CODE), ("archive", ARCHIVES), ("paper", PAPERS)):
        if major in ("application", "text") and any(hint in minor for hint in hints):
            return name
    return major if major in KINDS else "pdf" if minor == "pdf" else "file"
