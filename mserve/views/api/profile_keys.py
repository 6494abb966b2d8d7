"""REST of what a person's account holds: keys that were given to them, and API tokens."""

from typing import Any

from mserve.errors import BadInput
from mserve.people import OWN, accounts, letters
from mserve.resources import clock, terms, token
from mserve.resources.audit import Action
from mserve.resources.caveats import Caveats
from mserve.resources.key import Key, digest
from mserve.resources.people_places import KeptPlace, KeptPlaces, TokenPlace, TokensPlace
from mserve.views import people
from mserve.views.body import Fields, document, text
from mserve.views.config import created, no_content, rest
from mserve.views.urls import facet_url

MOST = 1000  # keys in a profile
TOKENS = 100


@rest(context=TokensPlace, method="GET", permission=OWN, gives="ApiTokens")
def list_tokens(context: TokensPlace, request: Any) -> Any:
    """The API tokens, without their secrets."""
    return {"items": [people.token(each) for each in people.me(request).tokens.values()]}


@rest(context=TokensPlace, method="POST", permission=OWN, takes="NewApiToken",
      gives={201: "MadeApiToken"})  # fmt: skip
def make_token(context: TokensPlace, request: Any) -> Any:
    """A token for a program: it may do what the keys of the profile allow, narrowed by caveats."""
    fields = Fields(document(request))
    label = fields.need("label", text)
    given = {name: fields.take(name, term.read) for name, term in terms.TERMS.items()}
    fields.end()
    made, secret = issue(request, label, Caveats(**given))
    where = facet_url(request, people.site_of(context), "account", "tokens", made.id)
    return created(request, people.token(made, secret), where)


def issue(request: Any, label: str, caveats: Caveats) -> tuple[token.Token, str]:
    """A new token of the one who asks; raises BadInput."""
    user = people.me(request)
    if caveats.end is None or caveats.end <= clock.now():
        raise BadInput("`end` should be a time in the future: each token ends")
    if len(user.tokens) >= TOKENS:
        raise BadInput(f"there are {TOKENS} tokens already; revoke one first")
    made = token.issue(user, label, caveats)
    accounts.note(user, Action.TOKEN_MAKE, token=made[0].id, label=label)
    accounts.tell(request, user, letters.TOKEN_MADE, label=label)
    return made


@rest(context=TokenPlace, method="DELETE", permission=OWN, gives={204: None})
def revoke_token(context: TokenPlace, request: Any) -> Any:
    """The token works no more."""
    end_token(request, context.__name__)
    return no_content()


def end_token(request: Any, id: str) -> None:
    """Raises Missing where the one who asks has none of that id."""
    user = people.me(request)
    people.found(token.revoke(user, id))
    accounts.note(user, Action.TOKEN_REVOKE, token=id)


@rest(context=KeptPlaces, method="GET", permission=OWN, gives="KeptKeys")
def list_keys(context: KeptPlaces, request: Any) -> Any:
    """The keys that were given to one, with what one calls them."""
    user = people.me(request)
    return {"items": [people.kept(request, user, key) for key in user.kept()]}


@rest(context=KeptPlaces, method="POST", permission=OWN, takes="KeyToKeep", gives={201: "KeptKey"})
def keep(context: KeptPlaces, request: Any) -> Any:
    """Keeps a key that one was given: a key, or the address that has one."""
    fields = Fields(document(request))
    given = fields.need("key", text)
    label = fields.take("label", text, "")
    fields.end()
    key = keep_key(request, given, label)
    where = facet_url(request, people.site_of(context), "account", "keys", key.id)
    return created(request, people.kept(request, people.me(request), key), where)


def keep_key(request: Any, given: str, label: str) -> Key:
    """Puts the key into the profile of who asks; raises BadInput."""
    presented = digest(people.secret_of(given))
    key: Key | None = request.site.key_index.get(presented)
    if key is None or not key.knows(presented, clock.now()) or not key.works(clock.now()):
        raise BadInput(
            "this is no key that works here. One that was narrowed offline can't be kept: "
            "ask who gave it to you for a key of its own"
        )
    user = people.me(request)
    if len(user.keyring) >= MOST:
        raise BadInput(f"there are {MOST} keys in the profile already; drop one first")
    user.keep(key, label)
    accounts.note(user, Action.KEY_KEEP, key=key.id)
    return key


@rest(context=KeptPlace, method="PATCH", permission=OWN, takes="KeptKeyChange", gives="KeptKey")
def label_key(context: KeptPlace, request: Any) -> Any:
    """Sets what one calls the key."""
    user = people.me(request)
    fields = Fields(document(request))
    label = fields.need("label", text)
    fields.end()
    key = call_key(request, context.__name__, label)
    return people.kept(request, user, key)


@rest(context=KeptPlace, method="DELETE", permission=OWN, gives={204: None})
def drop_key(context: KeptPlace, request: Any) -> Any:
    """Takes the key out of the profile; it works on for others."""
    let_go(request, context.__name__)
    return no_content()


def let_go(request: Any, id: str) -> None:
    """Raises Missing where the profile has no key of that id."""
    user = people.me(request)
    people.found(user.keyring.get(id))
    user.let_go(id)
    accounts.note(user, Action.KEY_DROP, key=id)


def call_key(request: Any, id: str, label: str) -> Key:
    """Sets what one calls the key; raises Missing."""
    user = people.me(request)
    key: Key = people.found(user.keyring.get(id))
    user.labels[key.id] = label
    accounts.note(user, Action.USER_CHANGE, key=key.id, label=label)
    return key
