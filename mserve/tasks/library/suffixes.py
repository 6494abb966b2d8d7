"""Suffixes: what the name of a file says where its bytes say little.

libmagic knows containers (a zip) and guesses at texts (CSS is plain text or assembler to it). A
suffix decides between the types of the same kind, and never makes one kind of another: bytes
called cat.jpg are no image if they do not begin like one.
"""

from pathlib import PurePosixPath

EMPTY = "inode/x-empty"
UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"


def _table(text: str) -> dict[str, str]:
    """Lines of `type suffix…` as a mapping of suffix to type."""
    rows = (line.split() for line in text.strip().splitlines())
    return {suffix: mimetype for mimetype, *suffixes in rows for suffix in suffixes}


TEXT = _table("""
    application/json       json map
    application/x-ndjson   jsonl ndjson
    application/sql        sql
    application/toml       toml
    application/x-subrip   srt
    application/yaml       yaml yml
    text/calendar          ics
    text/css               css
    text/csv               csv
    text/html              html htm
    text/javascript        js mjs cjs
    text/markdown          md markdown
    text/plain             txt log
    text/tab-separated-values tsv
    text/vcard             vcf
    text/vtt               vtt
    text/x-c               c h
    text/x-c++             cc cpp cxx hpp
    text/x-diff            diff patch
    text/x-go              go
    text/x-ini             ini cfg conf
    text/x-java            java
    text/x-lua             lua
    text/x-perl            pl pm
    text/x-php             php
    text/x-python          py
    text/x-rst             rst
    text/x-ruby            rb
    text/x-rust            rs
    text/x-scss            scss
    text/x-shellscript     sh bash
    text/x-tex             tex sty
    text/x-typescript      ts tsx
""")
JSON = _table("""
    application/geo+json      geojson
    application/ld+json       jsonld
    application/manifest+json webmanifest
    application/x-ipynb+json  ipynb
    application/x-ndjson      jsonl ndjson
    model/gltf+json           gltf
""")
XML = _table("""
    application/atom+xml                 atom
    application/dash+xml                 mpd
    application/gpx+xml                  gpx
    application/mathml+xml               mml
    application/rss+xml                  rss
    application/vnd.google-earth.kml+xml kml
    application/xhtml+xml                xhtml
    application/xslt+xml                 xsl xslt
    text/xml                             xml
    image/svg+xml                        svg
""")
ZIP = _table("""
    application/epub+zip                            epub
    application/java-archive                        jar war
    application/vnd.android.package-archive         apk
    application/vnd.comicbook+zip                   cbz
    application/vnd.google-earth.kmz                kmz
    application/vnd.oasis.opendocument.graphics     odg
    application/vnd.oasis.opendocument.presentation odp
    application/vnd.oasis.opendocument.spreadsheet  ods
    application/vnd.oasis.opendocument.text         odt
    application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet         xlsx
    application/vnd.openxmlformats-officedocument.wordprocessingml.document   docx
    application/x-xpinstall                         xpi
    model/3mf                                       3mf
    model/vnd.usdz+zip                              usdz
""")
OLE = _table("""
    application/msword            doc dot
    application/vnd.ms-excel      xls xlt
    application/vnd.ms-outlook    msg
    application/vnd.ms-powerpoint ppt pps
    application/vnd.visio         vsd
    application/x-msi             msi
    application/x-mspublisher     pub
""")
MEDIA = {  # the containers that hold sound or pictures, whichever it was
    "mp4": _table("audio/mp4 m4a m4b\n video/mp4 mp4 m4v\n video/quicktime mov qt"),
    "ogg": _table("audio/ogg oga opus\n video/ogg ogv"),
    "asf": _table("audio/x-ms-wma wma\n video/x-ms-wmv wmv"),
    "mkv": _table("audio/x-matroska mka\n video/webm webm"),
}
FONT = _table("font/ttf ttf\n font/otf otf\n font/collection ttc")
RAW = _table("image/x-adobe-dng dng\n image/x-nikon-nef nef\n image/x-sony-arw arw")
BINARY = {  # what libmagic does not know, or not always; never what it is sure to recognise
    **FONT,
    **RAW,
    **_table("""
    application/dicom                 dcm
    application/mxf                   mxf
    application/vnd.apache.parquet    parquet
    application/wasm                  wasm
    application/x-iso9660-image       iso
    audio/aac                         aac
    audio/mpeg                        mp3
    font/woff                         woff
    font/woff2                        woff2
    image/heic                        heic
    image/heif                        heif
    image/jxl                         jxl
    image/x-canon-cr3                 cr3
    image/x-fuji-raf                  raf
    image/x-olympus-orf               orf
    image/x-panasonic-rw2             rw2
    model/gltf-binary                 glb
    model/stl                         stl
    video/mp2t                        m2ts mts
    video/quicktime                   mov
    """),
}
KINDS = {  # libmagic's general answers, and what the same bytes can be called
    EMPTY: TEXT,
    UNKNOWN: BINARY,
    "application/CDFV2": OLE,
    "application/java-archive": ZIP,
    "application/json": JSON,
    "application/ogg": MEDIA["ogg"],
    "application/vnd.ms-asf": MEDIA["asf"],
    "application/vnd.ms-office": OLE,
    "application/vnd.openxmlformats-officedocument": ZIP,
    "application/x-ole-storage": OLE,
    "application/xml": XML,
    "application/zip": ZIP,
    "audio/mp4": MEDIA["mp4"],
    "audio/x-m4a": MEDIA["mp4"],
    "font/sfnt": FONT,
    "image/tiff": RAW,
    "text/plain": {**TEXT, **JSON, **XML},
    "text/xml": XML,
    "video/mp4": MEDIA["mp4"],
    "video/x-m4v": MEDIA["mp4"],
    "video/x-matroska": MEDIA["mkv"],
    "video/x-ms-asf": MEDIA["asf"],
}


def refine(detected: str, name: str) -> str:
    """The media type of a file called `name` in which libmagic saw `detected`."""
    suffix = PurePosixPath(name).suffix.removeprefix(".").lower()
    kind = KINDS.get(detected, TEXT if detected.startswith("text/") else {})
    named = kind.get(suffix, "")
    if named == PLAIN and not detected.startswith(("text/x-", EMPTY)):
        named = ""  # a name is no reason to show HTML or a table as plain text
    return named or (UNKNOWN if detected == EMPTY else detected)
