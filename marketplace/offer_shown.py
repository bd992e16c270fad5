"""An offer with all that its page shows, in one statement: after the results, this is the busiest page.

Plain SQL, since the ORM takes longer to write this statement than the database to answer it.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Organisation, Region, User
from marketplace.models import Category, Offer, Plan
from vet2b.lib.joined import object_of, put_objects

# A new version has the windows and the appointments of its original.
SHOWN = """
SELECT json_build_object(
  'offer', o, 'school', s, 'region', r, 'category', c,
  'trainer', (SELECT json_build_object('id', id, 'name', name) FROM accounts_user WHERE id = o.trainer_id),
  'substitute', (SELECT json_build_object('id', id, 'name', name) FROM accounts_user WHERE id = o.substitute_id),
  'trainer_title', (
    SELECT title FROM accounts_membership
    WHERE organisation_id = o.school_id AND user_id = o.trainer_id AND role = ANY(%(working)s)
  ),
  'is_favourite', EXISTS (SELECT FROM marketplace_favourite WHERE offer_id = o.id AND user_id = %(user)s),
  'labels', (SELECT json_agg(l) FROM marketplace_categorylabel l WHERE category_id = o.category_id),
  'texts', (SELECT json_agg(t ORDER BY t.id) FROM marketplace_offertext t WHERE offer_id = o.id),
  'packages', (SELECT json_agg(p ORDER BY position, p.id) FROM marketplace_package p WHERE offer_id = o.id),
  'images', (SELECT json_agg(i ORDER BY position, i.id) FROM marketplace_offerimage i WHERE offer_id = o.id),
  'documents', (SELECT json_agg(d ORDER BY d.id) FROM marketplace_offerdocument d WHERE offer_id = o.id),
  'skills', (
    SELECT json_agg(k ORDER BY label) FROM marketplace_skill k
    JOIN marketplace_offer_skills has ON has.skill_id = k.id WHERE has.offer_id = o.id
  ),
  'windows', (
    SELECT json_agg(w ORDER BY starts_on, w.id) FROM marketplace_window w
    WHERE offer_id = coalesce(o.revision_of_id, o.id) AND starts_on > %(today)s AND NOT is_closed
  ),
  'reviews', (
    SELECT json_agg(v ORDER BY published_at DESC, id DESC) FROM (
      SELECT r.*, b.kind AS client_kind, count(*) OVER () AS total,
        avg(first) OVER () AS mean_first, avg(second) OVER () AS mean_second, avg(third) OVER () AS mean_third
      FROM marketplace_review r JOIN marketplace_order d ON d.id = r.order_id
      JOIN accounts_organisation b ON b.id = d.buyer_id
      WHERE r.offer_id = coalesce(o.revision_of_id, o.id) AND r.status = 'published' AND r.side = 'buyer'
      ORDER BY published_at DESC, r.id DESC LIMIT %(reviews)s
    ) v
  ),
  'plan', (SELECT p FROM marketplace_plan p WHERE offer_id = coalesce(o.revision_of_id, o.id))
)::text
FROM marketplace_offer o
JOIN accounts_organisation s ON s.id = o.school_id
JOIN marketplace_category c ON c.code = o.category_id
LEFT JOIN accounts_region r ON r.code = s.region_id
"""
LIVE = "WHERE o.slug = %(slug)s AND o.status = 'published' AND s.status = 'verified' AND o.revision_of_id IS NULL"
REVIEWS = 10
ANNOTATED = ("client_kind", "total", "mean_first", "mean_second", "mean_third")
PARTS = ("texts", "packages", "images", "documents", "skills", "windows")


def live_offer(slug: str, user: User | None) -> Offer:
    """One of `Offer.objects.published()`. Raises Offer.DoesNotExist."""
    return read(LIVE, slug=slug, user=user.pk if user else None)


def offer_shown(pk: int) -> Offer:
    """In any state, for those who prepare it."""
    return read("WHERE o.id = %(pk)s", pk=pk, user=None)


def read(condition: str, **params: Any) -> Offer:
    params |= {"today": timezone.localdate(), "working": sorted(Membership.WORKING), "reviews": REVIEWS}
    with connection.cursor() as cursor:
        cursor.execute(SHOWN + condition, params)
        row = cursor.fetchone()
    if row is None:
        raise Offer.DoesNotExist
    return offer_of(json.loads(row[0], parse_float=str))  # decimals stay exact


def offer_of(rows: dict[str, Any]) -> Offer:
    offer = object_of(Offer, rows["offer"])
    offer.school = object_of(Organisation, rows["school"])
    offer.school.region = object_of(Region, rows["region"])
    offer.category = object_of(Category, rows["category"])
    offer.trainer, offer.substitute = (object_of(User, rows[name]) for name in ("trainer", "substitute"))
    offer.trainer_title, offer.is_favourite = rows["trainer_title"] or "", rows["is_favourite"]
    plan = object_of(Plan, rows["plan"])
    if plan is None:
        offer._state.fields_cache["plan"] = None  # known to have none
    else:
        offer.plan = plan
    put_objects(offer.category, "labels", rows["labels"])
    for name in PARTS:
        put_objects(offer, name, rows[name])
    put_objects(offer, "reviews", rows["reviews"])
    for review, row in zip(offer.reviews.all(), rows["reviews"] or (), strict=True):
        vars(review).update({name: row[name] for name in ANNOTATED})
    return offer
