"""Staff: accounts, the throttled way in, sessions, roles in studies."""

from delphi.services.staff.accounts import add_staff, disable_staff, renew_staff
from delphi.services.staff.login import (
    LoginAttempt,
    ThrottledError,
    authenticate,
    begin_login,
    finish_login,
    forget_failures,
)
from delphi.services.staff.roles import ROLES, grant_role, role_in
from delphi.services.staff.sessions import (
    SESSION_IDLE,
    SESSION_LONGEST,
    SessionLine,
    StaffMember,
    end_all_sessions,
    end_session,
    find_session,
    forget_sessions,
    sessions_of,
    start_session,
)

__all__ = [
    "ROLES",
    "SESSION_IDLE",
    "SESSION_LONGEST",
    "LoginAttempt",
    "SessionLine",
    "StaffMember",
    "ThrottledError",
    "add_staff",
    "authenticate",
    "begin_login",
    "disable_staff",
    "end_all_sessions",
    "end_session",
    "find_session",
    "finish_login",
    "forget_failures",
    "forget_sessions",
    "grant_role",
    "renew_staff",
    "role_in",
    "sessions_of",
    "start_session",
]
