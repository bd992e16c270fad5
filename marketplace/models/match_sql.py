# ruff: noqa: S608 - only constants of this module go into these statements
"""The statements of matching: what keeps its rows, and what finds the schools worth a closer look."""

# Lambert azimuthal equal-area around 52° N 10° E in km: near enough to sort by, which an index of angles could not.
BEND = "sqrt(2 / (1 + sin(radians(52)) * sin(radians({lat})) + {east}))"
EAST = "cos(radians(52)) * cos(radians({lat})) * cos(radians({lon} - 10))"


def flat(lat: str, lon: str) -> str:
    """x and y of a place, as two expressions."""
    bend = BEND.format(lat=lat, east=EAST.format(lat=lat, lon=lon))
    north = (
        f"cos(radians(52)) * sin(radians({lat})) - sin(radians(52)) * cos(radians({lat})) * cos(radians({lon} - 10))"
    )
    return f"6371 * {bend} * cos(radians({lat})) * sin(radians({lon} - 10)), 6371 * {bend} * ({north})"


# `least` passes over NULL, so a place that is not known has to be left out by name
KM = """
CASE WHEN r.latitude + h.lat IS NOT NULL THEN round((12742 * asin(least(1, sqrt(
  power(sin(radians(r.latitude - h.lat) / 2), 2)
  + cos(radians(h.lat)) * cos(radians(r.latitude)) * power(sin(radians(r.longitude - h.lon) / 2), 2)
))))::numeric)::int END
"""

# One row a school and key; the order of the rows keeps two transactions from waiting for each other.
SAVE_MATCH_ROWS = f"""
WITH live AS (
  SELECT o.*, l.language, m.mode FROM marketplace_offersearch o
  CROSS JOIN LATERAL unnest(o.languages) AS l(language)
  CROSS JOIN LATERAL unnest(o.modes) AS m(mode)
  WHERE o.is_live AND o.school_id = ANY(%(schools)s)
), keyed AS (
  SELECT school_id, concat_ws(':', category_id, language, mode) AS key, min(country) AS country,
    (array_agg(offer_id ORDER BY completeness DESC, offer_id))[1] AS offer_id
  FROM live GROUP BY 1, 2
), standing AS (
  SELECT s.id AS school_id, g.latitude::float AS latitude, g.longitude::float AS longitude, a.*, d.*, w.*
  FROM accounts_organisation s
  LEFT JOIN accounts_region g ON g.code = s.region_id
  CROSS JOIN LATERAL (
    SELECT sum(review_count) AS review_count, min(published_at)::date AS since,
      CASE WHEN sum(review_count) >= 3
        THEN round(sum(rating * review_count) / nullif(sum(review_count) FILTER (WHERE rating IS NOT NULL), 0), 2)
      END AS rating
    FROM marketplace_offersearch WHERE school_id = s.id AND is_live
  ) a
  CROSS JOIN LATERAL (
    SELECT count(*) AS done FROM marketplace_order WHERE seller_id = s.id AND status IN ('completed', 'closed')
  ) d
  CROSS JOIN LATERAL (
    SELECT CASE WHEN count(*) >= 3 THEN ceil(percentile_cont(0.5) WITHIN GROUP (
        ORDER BY extract(epoch FROM q.created_at - o.requested_at) / 3600))::int END AS answer_hours
    FROM marketplace_order o JOIN marketplace_quote q ON q.order_id = o.id AND q.version = 1
    WHERE o.seller_id = s.id AND o.need_id IS NULL AND o.requested_at > %(now)s - interval '180 days'
  ) w
  WHERE s.id = ANY(%(schools)s)
), saved AS (
  INSERT INTO marketplace_matchrow AS m (
    school_id, key, offer_id, country, latitude, longitude, x, y, since, rating, review_count, done, answer_hours
  )
  SELECT k.school_id, k.key, k.offer_id, k.country, s.latitude, s.longitude, {flat("s.latitude", "s.longitude")},
    s.since, s.rating, s.review_count, s.done, s.answer_hours
  FROM keyed k JOIN standing s USING (school_id)
  ORDER BY k.school_id, k.key
  ON CONFLICT (school_id, key) DO UPDATE SET
    offer_id = excluded.offer_id, country = excluded.country, latitude = excluded.latitude,
    longitude = excluded.longitude, x = excluded.x, y = excluded.y, since = excluded.since,
    rating = excluded.rating, review_count = excluded.review_count, done = excluded.done,
    answer_hours = excluded.answer_hours
  WHERE (m.offer_id, m.country, m.x, m.y, m.since, m.rating, m.review_count, m.done, m.answer_hours)
    IS DISTINCT FROM (excluded.offer_id, excluded.country, excluded.x, excluded.y, excluded.since, excluded.rating,
    excluded.review_count, excluded.done, excluded.answer_hours)
)
DELETE FROM marketplace_matchrow m WHERE school_id = ANY(%(schools)s)
  AND NOT EXISTS (SELECT FROM keyed k WHERE k.school_id = m.school_id AND k.key = m.key)
"""

# As many as `near` of the nearest for each key, and where distance counts nothing those who wait longest; then
# what the rules read of each. Nothing here grows with the number of schools.
CANDIDATES = f"""
WITH here AS (
  SELECT lat, lon, point({flat("lat", "lon")}) AS place
  FROM (SELECT %(lat)s::float AS lat, %(lon)s::float AS lon) p
), found AS (
  SELECT n.id FROM here h CROSS JOIN unnest(%(keys)s) AS k(key) CROSS JOIN LATERAL (
    SELECT id FROM marketplace_matchrow WHERE marketplace_matchrow.key = k.key
    ORDER BY point(x, y) <-> h.place FETCH FIRST %(near)s ROWS WITH TIES
  ) n
  UNION
  SELECT n.id FROM unnest(%(keys)s) AS k(key) CROSS JOIN LATERAL (
    SELECT id FROM marketplace_matchrow WHERE marketplace_matchrow.key = k.key
    ORDER BY invited_at NULLS FIRST, id LIMIT %(waiting)s
  ) n
), schools AS (
  SELECT r.school_id, min(r.offer_id) AS offer_id, min(r.country) AS country, min({KM}) AS km,
    array_agg(split_part(r.key, ':', 2) ORDER BY r.key) AS languages, min(r.rating) AS rating,
    min(r.review_count) AS review_count, min(r.done) AS done, min(r.answer_hours) AS answer_hours,
    min(r.since) AS since, max(r.invited_at) AS invited_at
  FROM found f JOIN marketplace_matchrow r USING (id) CROSS JOIN here h
  GROUP BY r.school_id
)
SELECT c.school_id, c.offer_id, c.country, c.km, c.languages, c.rating, c.review_count, c.done, c.answer_hours,
  c.since, c.invited_at, w.free_from
FROM schools c
JOIN accounts_organisation s ON s.id = c.school_id AND s.status = 'verified'
JOIN marketplace_offer o ON o.id = c.offer_id AND o.status = 'published'
LEFT JOIN LATERAL (
  SELECT min(coalesce(w.starts_on, o.next_start)) AS free_from FROM marketplace_offersearch o
  LEFT JOIN marketplace_window w ON w.offer_id = o.offer_id AND NOT w.is_closed AND w.taken < w.capacity
    AND w.starts_on <= %(last)s AND w.ends_on >= %(first)s
  WHERE o.school_id = c.school_id AND o.category_id = %(category)s AND o.is_live AND %(first)s::date IS NOT NULL
    AND (w.id IS NOT NULL OR (o.next_start BETWEEN %(first)s AND %(last)s
      AND EXISTS (SELECT FROM marketplace_plan WHERE offer_id = o.offer_id)))
) w ON true
WHERE c.school_id <> %(organisation)s AND c.school_id <> ALL(%(without)s)
  AND (%(farthest)s::int IS NULL OR c.km IS NULL OR c.km <= %(farthest)s) AND %(country)s IN ('', c.country)
  AND (%(mode)s <> 'at_client' OR o.travel_radius_km IS NULL OR c.km IS NULL OR c.km <= o.travel_radius_km)
  AND (
    SELECT count(*) FROM marketplace_needinvitation i WHERE i.school_id = c.school_id
      AND i.status IN ('invited', 'viewed') AND i.created_at > %(now)s - interval '14 days'
  ) < %(unanswered)s
"""
