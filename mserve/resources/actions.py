"""Actions: what can be done, as the audit log calls it."""

from enum import StrEnum


class Action(StrEnum):
    """What can be done, or be refused."""

    CREATE = "create"
    REPLACE = "replace"
    CHANGE = "change"
    LOCK = "lock"
    UNLOCK = "unlock"
    MOVE = "move"
    REMOVE = "remove"
    RESTORE = "restore"
    PURGE = "purge"
    UPLOAD_BEGIN = "upload-begin"
    UPLOAD_CHANGE = "upload-change"
    UPLOAD_END = "upload-end"
    KEY_MAKE = "key-make"
    KEY_CHANGE = "key-change"
    KEY_ROTATE = "key-rotate"
    KEY_REVOKE = "key-revoke"
    JOB_START = "job-start"
    JOB_CANCEL = "job-cancel"
    JOB_RETRY = "job-retry"
    JOB_ANSWER = "job-answer"
    ROUND_BEGIN = "round-begin"
    ROUND_CANCEL = "round-cancel"
    ROUND_REMOVE = "round-remove"
    PROFILE_CHANGE = "profile-change"
    PROFILE_REMOVE = "profile-remove"
    WORK_PAUSE = "work-pause"
    WORK_DRAIN = "work-drain"
    WORK_RESUME = "work-resume"
    USAGE_REPORT = "usage-report"
    QUOTA_CHANGE = "quota-change"
    QUOTA_WARN = "quota-warn"
    UNDO = "undo"
    LOGIN = "login"
    SESSIONS_END = "sessions-end"
    USER_MAKE = "user-make"
    USER_CHANGE = "user-change"
    RESET_SEND = "reset-send"
    PASSWORD_CHANGE = "password-change"
    FACTOR_ADD = "factor-add"
    FACTOR_REMOVE = "factor-remove"
    LOGIN_LINK = "login-link"
    LOGIN_UNLINK = "login-unlink"
    TOKEN_MAKE = "token-make"
    TOKEN_REVOKE = "token-revoke"
    KEY_KEEP = "key-keep"
    KEY_DROP = "key-drop"
    REQUEST_MAKE = "request-make"
    REQUEST_ANSWER = "request-answer"
    REFUSE = "refuse"


CHANGES = frozenset(
    {
        Action.CREATE,
        Action.REPLACE,
        Action.CHANGE,
        Action.MOVE,
        Action.REMOVE,
        Action.RESTORE,
        Action.UNDO,
    }
)
"""What makes a service's files and folders others, as clients see them that keep a copy."""
