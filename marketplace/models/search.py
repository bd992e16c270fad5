from collections.abc import Iterable


def index_offers(pks: Iterable[int]) -> None:
    """Brings the search rows of these offers up to date, within the caller's transaction."""
