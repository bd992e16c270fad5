"""Who is signed in, read for every page in one statement with what every page shows of them."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from accounts.models import Membership, Organisation, User
from vet2b.lib.joined import object_of

MOST_UNREAD = 100  # the bell says 99+
SIGNED_IN = """
SELECT json_build_object(
  'user', u,
  'memberships', (
    SELECT json_agg(json_build_object('membership', m, 'organisation', o) ORDER BY m.id)
    FROM accounts_membership m JOIN accounts_organisation o ON o.id = m.organisation_id WHERE m.user_id = u.id
  ),
  'unread', (
    SELECT count(*) FROM (
      SELECT FROM accounts_notification n WHERE n.recipient_id = u.id AND n.read_at IS NULL AND (
        n.organisation_id IS NULL
        OR EXISTS (SELECT FROM accounts_membership WHERE user_id = u.id AND organisation_id = n.organisation_id)
      ) LIMIT %(most)s
    ) shown
  )
)::text
FROM accounts_user u WHERE u.id = %(pk)s AND u.is_active
"""


class Backend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(SIGNED_IN, {"pk": user_id, "most": MOST_UNREAD})
            row = cursor.fetchone()
        if row is None:
            return None
        found = json.loads(row[0], parse_float=str)
        user = object_of(User, found["user"])
        user.unread_count = found["unread"]
        user.own_memberships = [membership_of(user, rows) for rows in found["memberships"] or ()]
        return user


def membership_of(user: User, rows: dict[str, Any]) -> Membership:
    membership = object_of(Membership, rows["membership"])
    membership.user, membership.organisation = user, object_of(Organisation, rows["organisation"])
    return membership
