"""The words of mails to people."""

from typing import NamedTuple


class Letter(NamedTuple):
    subject: str
    text: str

    def filled(self, **values: str) -> "Letter":
        return Letter(self.subject.format(**values), self.text.format(**values))


SIGNED = "\n\nIf this was not you, tell the administrator of {site}.\n"
INVITATION = Letter(
    "Your account at {site}",
    "Hello {called},\n\nan account was made for you at {site}. Your login name is {name}.\n"
    "Choose a password here, within three days:\n\n{link}\n",
)
RESET = Letter(
    "A new password for {site}",
    "Hello {called},\n\nsomebody, hopefully you, has asked for a new password for {site}.\n"
    "Your login name is {name}. Choose a password here, within an hour:\n\n{link}\n\n"
    "If you have not asked, there is nothing to do: your password is as it was.\n",
)
PASSWORD_CHANGED = Letter(
    "Your password was changed",
    "Hello {called},\n\nthe password of your account {name} at {site} was changed just now, "
    "and whoever was logged in is so no more." + SIGNED,
)
FACTOR_ADDED = Letter(
    "A second factor was added",
    "Hello {called},\n\nthe account {name} at {site} asks for a code beside the password from "
    "now on." + SIGNED,
)
FACTOR_REMOVED = Letter(
    "The second factor was removed",
    "Hello {called},\n\nthe account {name} at {site} asks for no code beside the password any "
    "more." + SIGNED,
)
RECOVERY_USED = Letter(
    "A recovery code was used",
    "Hello {called},\n\nsomebody logged in to {name} at {site} with a recovery code. {left} are "
    "left." + SIGNED,
)
EMAIL_CHANGED = Letter(
    "Your address was changed",
    "Hello {called},\n\nmails for the account {name} at {site} go to another address from now "
    "on; this one was removed." + SIGNED,
)
LINKED = Letter(
    "A login was linked",
    "Hello {called},\n\nthe account {name} at {site} can be logged in to as {identity} from now "
    "on." + SIGNED,
)
UNLINKED = Letter(
    "A login was unlinked",
    "Hello {called},\n\nthe account {name} at {site} can be logged in to as {identity} no more."
    + SIGNED,
)
REQUEST_MADE = Letter(
    "{who} asks for the service {service}",
    "Hello {called},\n\n{who} asks for the service {service} in {container} at {site}:\n\n"
    "{reason}\n\nYou answer at {site}/{container}/-/requests\n",
)
REQUEST_ACCEPTED = Letter(
    "The service {service} is yours",
    "Hello {called},\n\nthe service {service} that you asked for in {container} at {site} has been "
    "made. You find it in your account: {site}/-/account\n",
)
REQUEST_REJECTED = Letter(
    "The service {service} was not made",
    "Hello {called},\n\nthe service {service} that you asked for in {container} at {site} has not "
    "been made. The answer was:\n\n{word}\n",
)
TOKEN_MADE = Letter(
    "An API token was made",
    "Hello {called},\n\nthe token “{label}” was made just now. Whoever holds it may do in your "
    "name at {site} what it allows." + SIGNED,
)
QUOTA = Letter(
    "The quota of {what} is nearly used up",
    "Hello {called},\n\n{what} at {site} has used more than {soft} {unit} {metric}{month}, of "
    "which you were to be warned.{most}\n",
)
