"""Languages: pages speak the reader's, of those that there is a catalog of in `locale/`.

English is what templates and scripts are written in; of each other language there is a file
`<language>.po`, which is read at the start. Scripts get what they say as JSON. The cookie
`language` says which is wanted, or else what the browser prefers.
"""

import io
from json import dumps
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from pyramid.config import Configurator
from pyramid.i18n import Localizer, Translations, TranslationStringFactory
from pyramid.interfaces import ILocalizer

FOLDER = Path(__file__).parent.parent / "locale"
DOMAIN = "mserve"
SOURCE = "en"
COOKIE = "language"
NAMES = {"en": "English", "de": "Deutsch"}
"""The languages as they call themselves."""
_ = TranslationStringFactory(DOMAIN)
"""Marks a text for translation, in Python."""


def read(language: str) -> Catalog:
    """The catalog of that language; raises OSError where there is none."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def localizer(language: str, catalog: Catalog) -> Localizer:
    """What Pyramid and Jinja ask."""
    with io.BytesIO() as compiled:
        write_mo(compiled, catalog)
        compiled.seek(0)
        found = Translations(compiled, domain=DOMAIN)
    domains = Translations()
    domains._catalog = {}  # as Pyramid has it: what no catalog knows is said as it is
    domains.add(found)
    return Localizer(language, domains)


def scripted(catalog: Catalog) -> bytes:
    """What scripts say, as JSON: by the English text the other, or one and many of it."""
    said = (each for each in catalog if any(p.endswith(".js") for p, _ in each.locations))
    texts = {each.id[0] if each.pluralizable else each.id: each.string for each in said}
    return dumps(texts, ensure_ascii=False).encode()


def wanted(request: Any) -> str:
    """The reader's language, of those that there are."""
    chosen = request.cookies.get(COOKIE)
    if chosen in NAMES:
        return str(chosen)
    found: str = request.accept_language.lookup(list(NAMES), default=SOURCE)
    return found


def includeme(config: Configurator) -> None:
    config.set_locale_negotiator(wanted)
    for language in NAMES.keys() - {SOURCE}:
        catalog = read(language)
        config.registry.registerUtility(localizer(language, catalog), ILocalizer, name=language)
        config.registry.static_files.add(f"{language}.json", scripted(catalog))
