from django.http import HttpRequest

from accounts.models import Membership, Organisation, User


class AuthedRequest(HttpRequest):
    """A request of a signed-in person; `membership` is None until they belong to an organisation."""

    user: User
    membership: Membership | None
    organisation: Organisation | None
