from accounts.models.activity import Activity, Notification, Tracked
from accounts.models.addresses import AddressChange, RefusedAddress
from accounts.models.invitations import Invitation
from accounts.models.lifecycle import InvalidTransition, Lifecycle, Move, Refusal
from accounts.models.memberships import Membership
from accounts.models.organisations import Organisation
from accounts.models.outbox import Mailed, MailedQuerySet, OutgoingMail
from accounts.models.places import Region
from accounts.models.preferences import ALWAYS_MAILED, Delivery, Kind, NotificationPreference
from accounts.models.records import RecordHead
from accounts.models.reports import Report
from accounts.models.timers import Timed, Timer, ring_due_timers
from accounts.models.users import User, display_name

__all__ = [
    "ALWAYS_MAILED", "Activity", "AddressChange", "Delivery", "InvalidTransition", "Invitation", "Kind", "Lifecycle",
    "Mailed", "MailedQuerySet", "Membership", "Move", "Notification", "NotificationPreference", "Organisation",
    "OutgoingMail", "RecordHead", "Refusal", "RefusedAddress", "Region", "Report", "Timed", "Timer", "Tracked", "User",
    "display_name", "ring_due_timers",
]  # fmt: skip
