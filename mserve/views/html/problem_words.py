"""What is wrong, in the reader's language: the details of problems that people meet on pages.

Programs are told `detail`, in English. A detail that none of these texts is stays English, and is
marked as such.
"""

import re
from functools import cache
from typing import Any

from mserve.views.html import names
from mserve.views.html.languages import DOMAIN, SOURCE, _

HEADER = "Mserve-Language"
"""The request header by which scripts of pages ask for `said` beside `detail`."""
LONGEST = 1000  # characters of a detail that is looked at
PLACE = re.compile(r"%\((\w+)\)s")
TEXTS = (
    _("there is nothing here that this request may see; check the address and the key"),
    _("there is already something called %(name)s here"),
    _("the role %(role)s of this key does not allow this"),
    _("the role %(role)s of this key does not allow this, or a caveat of it leaves out the"
      " permission"),
    _("this key may not %(permission)s there"),
    _("this key may not %(permission)s here"),
    _("this key allows other methods alone: %(methods)s"),
    _("this key works from other networks alone, not from the address of this client"),
    _("this key does not work before %(time)s"),
    _("this key has ended at %(time)s"),
    _("this key may not rename the place that it was made for"),
    _("this key may not take the node away from where it is"),
    _("there is no folder %(path)s that this key may add to"),
    _("the folder %(path)s is gone; %(advice)s"),
    _("make it again first"),
    _("the service has not begun yet"),
    _("the service has ended"),
    _("a name should be a text of at least one character"),
    _("%(name)s is taken by the system; choose another name"),
    _("a name cannot hold '/' or the NUL character"),
    _("the name has %(length)s bytes in UTF-8; at most %(limit)s are allowed"),
    _("the path %(path)s cannot be used: %(reason)s"),
    _("it has no name"),
    _("at most %(depth)s folders may lie in each other"),
    _("the form has no field %(name)s"),
    _("the form's fields should be UTF-8"),
    _("this was sent by a page of another site; nothing was done"),
    _("this form is too old, or cookies are off; open the page again"),
    _("changes by who has logged in need the token of their session: the field csrf of the form,"
      " or the header X-CSRF-Token; open the page again"),
    _("too many wrong keys or passwords came from here; try again in %(seconds)s s"),
    _("too many attempts; try again in %(seconds)s s"),
    _("the form holds no file: a part with a filename is one"),
    _("%(announced)s bytes were announced, %(received)s came; nothing was stored"),
    _("the body broke off before its end"),
    _("one upload may have at most %(most)s bytes"),
    _("the folder was removed while the files came in; nothing was stored"),
    _("%(name)s is not empty; add ?recursive=true to remove it with all"),
    _("a folder cannot be put into itself"),
    _("what was removed can be restored in its own service alone"),
    _("the file has got other content meanwhile, which was left as it is"),
    _("the file has other content now; run the job again"),
    _("the job has ended already: it is %(state)s"),
    _("the job has not ended; what fails in it is tried again by itself"),
    _("all tasks of the job have ended well; it can be run again"),
    _("the %(what)s of the job is not there any more"),
    _("the workflow %(name)s has no tasks"),
    _("the workflow %(name)s has no tasks by now"),
    _("the profile %(profile)s has no workflow %(name)s; it has: %(known)s"),
    _("a workflow runs on a file"),
    _("the round has ended already: it is %(state)s"),
    _("no task of this job has begun at run=%(place)s"),
    _("limit=%(number)s should be a whole number from 1 to %(most)s"),
    _("cursor=%(cursor)s was not given by a page of this listing"),
    _("%(text)s is no time; right is for example 2026-11-23T18:00:00Z (RFC 3339)"),
    _("since=%(text)s: %(reason)s"),
    _("until=%(text)s: %(reason)s"),
    _("state=%(text)s: should be one of: %(known)s"),
    _("should be one of: %(known)s"),
    _("should be a queue; there are: %(known)s"),
    _("a \"queue\" is paused, a \"node\" drained, and either one resumed"),
    _("the database keeps no history, so that nothing can be undone; see the trash"),
    _("the transaction %(id)s is none of the last %(most)s of this node"),
    _("later changes stand on it: %(what)s"),
    _("where it was has been removed"),
    _("more has been added to what it made"),
    _("%(name)s has been changed"),
    _("%(name)s has got other content"),
    _("its job has not ended yet; wait for it, or cancel it"),
    _("it made or changed a key; keys are revoked, and never come back"),
    _("it ended keys, which never come back"),
    _("it is a step of mserve's own work, which is not undone"),
    _("it changed nothing that can be undone"),
    _("it also changed what this key does not administer"),
    _("what was before has been packed away, so that it cannot be undone"),
    _("what it changed has been packed away since"),
    _("what is at its place in the tree has changed since"),
    _("a login name should have 1 to 64 letters, digits and . _ - @ +, and begin with a letter or"
      " digit"),
    _("should be an address of mail, as anna@example.com"),
    _("should be one line of at most %(most)s characters"),
    _("this user has no address of mail; set one first"),
    _("you cannot disable yourself; another administrator can"),
    _("the name or the password is wrong"),
    _("the code is wrong, was used already, or is too old"),
    _("this is not the code that the authenticator shows now"),
    _("this came too late; begin anew"),
    _("a password should have %(least)s to %(most)s characters"),
    _("a password should not have in it what is called so here: %(word)s"),
    _("this link was used, or is too old; ask for a new one"),
    _("this account is disabled; ask the administrator"),
    _("a link works for so many days: %(days)s"),
    _("%(text)s should be a whole number"),
    _("%(text)s: a limit is a whole number, or empty"),
    _("the service is busy; please try again in a moment"),
    _("mserve failed; the fault was logged"),
    _("no object is stored under the number %(number)s"),
    _("there is neither a node nor a job of the id %(id)s"),
    _("the budget %(caveat)s of this key is %(limit)s; %(left)s are left, %(wanted)s would be"
      " needed"),
    _("the %(of)s may %(what)s, which are used up%(rest)s"),
    _("the %(of)s may %(what)s, which leaves no room for %(more)s more%(rest)s"),
    _("there is no version %(number)s of this file"),
    _("%(method)s is not a method of this place; it has: %(allowed)s"),
    _("%(name)s is taken by the system at the root; choose another name"),
    _("there is no %(name)s of this file (yet); its jobs tell more"),
    _("there is nothing at %(path)s that this key may see"),
    _("at most %(most)s operations fit into one batch"),
    _("a %(type)s cannot be copied"),
    _("a %(type)s cannot be put into a %(parent)s"),
    _("files go into a service or a folder in one, not into a %(type)s"),
    _("folders go into a service or another folder, not into a %(type)s"),
    _("%(name)s is a name for what programs keep, which is not taken here"),
    _("a part of it has gone meanwhile"),
    _("nothing can be put there"),
    _("a name should be valid Unicode (UTF-8 on the wire)"),
    _("the path has %(number)s names; at most %(most)s are allowed"),
    _("the path of the URL is not valid UTF-8"),
    _("there is no %(name)s in %(folder)s to be packed"),
    _("%(what)s is locked until %(time)s; %(how)s"),
    _("a folder above it"),
    _("the folder that it is in"),
    _("who has made the lock gives its token in the header If, as If: (<urn:uuid:…>)"),
    _("the lock's token was given, but not by whom has made the lock"),
    _("there is no room for these bytes; nothing was stored"),
    _("this upload has expired, or was ended"),
    _("the folder is gone"),
    _("the file is stored already"),
    _("another request of this upload is under way"),
    _("another request has taken this upload over"),
    _("another request has said another Upload-Length"),
    _("another request has announced a digest; HEAD ends the upload"),
    _("the upload is at %(here)s, not at %(asked)s"),
    _("the upload is at %(here)s, not at %(asked)s; HEAD tells where"),
    _("the upload has %(length)s bytes, and this piece goes on to %(end)s"),
    _("%(field)s announced %(algorithm)s %(announced)s, but that of the bytes that came is"
      " %(found)s; nothing was stored"),
    _("the multipart body is broken or ended too soon: %(reason)s"),
    _("the budget of this key cannot be counted just now; please try again in a moment"),
    _("this key has a password, which did not come with the request, or was another; right is HTTP"
      " Basic beside a key in the path, or the header Mserve-Password"),
    _("%(condition)s does not hold: the entity tag is %(tag)s"),
    _("%(condition)s does not hold: something is there"),
    _("%(condition)s does not hold: nothing is there"),
    _("it was changed after the time in If-Unmodified-Since"),
    _("the content is in the archive; the task retrieve brings it back, as a GET of it does"),
    _("keep %(most)s bytes"),
    _("keep %(most)s files"),
    _("take in %(most)s bytes a month"),
    _("be read of %(most)s bytes a month"),
    _("have jobs run %(most)s seconds a month"),
    _("; nothing was stored"),
    _("; from %(time)s on it may again"),
    _("; from %(time)s on it may again; nothing was stored"),
)  # fmt: skip
"""Details as they are raised, with places for what differs."""

CALLED = {
    "type": names.TYPES, "parent": names.TYPES, "of": names.TYPES, "state": names.STATES,
    "permission": names.RIGHTS, "caveat": names.BUDGETS,
}  # fmt: skip
"""What stands at places of these names is called otherwise by people."""


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The longest first, as their places take in anything."""
    ordered = sorted(map(str, TEXTS), key=lambda text: -len(PLACE.sub("", text)))
    return tuple((_pattern(text), text) for text in ordered)


def _pattern(text: str) -> re.Pattern[str]:
    parts = PLACE.split(text)  # texts, and the names of places between them
    found = [_place(part) if n % 2 else re.escape(part) for n, part in enumerate(parts)]
    return re.compile("".join(found), re.DOTALL)


def _place(name: str) -> str:
    """Takes in something; a `rest` may be nothing."""
    return f"(?P<{name}>.{'*' if name == 'rest' else '+'}?)"


def translated(request: Any, detail: str) -> str | None:
    """The detail in the reader's language; None where that is not known."""
    if request.locale_name == SOURCE:
        return detail
    if len(detail) > LONGEST:
        return None
    for pattern, text in _patterns():
        if found := pattern.fullmatch(detail):
            said = request.localizer.translate(text, DOMAIN)
            return str(said % {n: _part(request, n, p) for n, p in found.groupdict().items()})
    return None


def _part(request: Any, place: str, part: str) -> str:
    """What stands at a place: the name of something, a detail in its turn, or a value as it is."""
    if name := CALLED.get(place, {}).get(part):
        return str(request.localizer.translate(name, DOMAIN))
    return translated(request, part) or part
