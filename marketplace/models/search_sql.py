# ruff: noqa: S608 - only constants of this module go into these statements
"""The statements that keep the search rows. SQL, since 100,000 offers as objects would take minutes."""

OFFER_WORDS = """
SELECT o.id, o.category_id, t.texts, coalesce(k.labels, '{}'), s.name, concat_ws(' ', s.town, r.name), s.country
FROM marketplace_offer o
JOIN accounts_organisation s ON s.id = o.school_id
LEFT JOIN accounts_region r ON r.code = s.region_id
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_array(
    language, title, summary, concat_ws(' ', body, array_to_string(included, ' '), practises)
  ) ORDER BY language), '[]') AS texts FROM marketplace_offertext WHERE offer_id = o.id
) t
CROSS JOIN LATERAL (
  SELECT array_agg(label) AS labels FROM marketplace_skill
  WHERE id IN (SELECT skill_id FROM marketplace_offer_skills WHERE offer_id = o.id)
) k
WHERE o.id = ANY(%s) AND o.published_at IS NOT NULL AND o.revision_of_id IS NULL
"""

# Lists sort by a mean that 5 further reviews of 3.5 draw towards the middle, and show one from three reviews on.
RATING = """
  SELECT n AS review_count, CASE WHEN n >= 3 THEN round(mean, 2) END AS rating,
    CASE WHEN n >= 3 THEN round((n * mean + 5 * 3.5) / (n + 5), 3) ELSE 3.5 END AS rated
  FROM (
    SELECT count(*) AS n, avg((first + second + third) / 3.0) AS mean FROM marketplace_review
    WHERE offer_id = {offer} AND status = 'published' AND side = 'buyer'
  ) a
"""
SAVE_RATING = f"""
UPDATE marketplace_offersearch SET review_count = r.review_count, rating = r.rating, rated = r.rated
FROM ({RATING.format(offer="%(offer)s")}) r WHERE offer_id = %(offer)s
"""

# a published offer has all that is required; completeness adds 10 for each of five things that are not
SAVE_ROWS = f"""
INSERT INTO marketplace_offersearch (
  offer_id, school_id, category_id, country, region, languages, price_group, price_eur, modes, lead_time,
  facets, next_start, published_at, completeness, is_live, indexed_at, vector, review_count, rating, rated
)
SELECT
  o.id, o.school_id, o.category_id, s.country, coalesce(s.region_id, ''), o.languages,
  %(groups)s::jsonb ->> o.price_model,
  CASE
    WHEN o.price_model IN ('FREE', 'MAT') THEN 0
    WHEN o.price_model IN ('PP', 'HR', 'DAY', 'UNIT', 'SUB') THEN round(o.price * o.min_quantity / rate, 2)
    ELSE round(o.price / rate, 2)
  END,
  o.delivery_modes, o.lead_time_days,
  concat_ws('|', o.category_id, s.country, array_to_string(o.languages, ','), %(groups)s::jsonb ->> o.price_model,
    array_to_string(o.delivery_modes, ','), CASE WHEN o.lead_time_days <= 7 THEN '7' WHEN o.lead_time_days <= 14
    THEN '14' WHEN o.lead_time_days <= 30 THEN '30' ELSE '' END),
  w.next_start, o.published_at,
  50 + 10 * (t.extras + (w.next_start IS NOT NULL)::int + p.has_image::int),
  o.status = 'published' AND s.status = 'verified', %(now)s, v.vector::tsvector, q.review_count, q.rating, q.rated
FROM json_to_recordset(%(vectors)s) AS v(offer_id bigint, vector text)
JOIN marketplace_offer o ON o.id = v.offer_id
JOIN accounts_organisation s ON s.id = o.school_id
CROSS JOIN LATERAL (SELECT (%(rates)s::jsonb ->> o.currency)::numeric AS rate) x
CROSS JOIN LATERAL (
  SELECT CASE WHEN EXISTS (SELECT FROM marketplace_plan WHERE offer_id = o.id)
    THEN (SELECT next_start FROM marketplace_offersearch WHERE offer_id = o.id)
    ELSE (
      SELECT min(starts_on) FROM marketplace_window
      WHERE offer_id = o.id AND NOT is_closed AND taken < capacity AND starts_on > %(today)s
    )
  END AS next_start
) w
CROSS JOIN LATERAL (
  SELECT coalesce(max((language = 'en')::int) + max((language = o.source_language AND stages <> '[]')::int)
    + max((language = o.source_language AND excluded <> '{{}}')::int), 0) AS extras
  FROM marketplace_offertext WHERE offer_id = o.id
) t
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM marketplace_offerimage WHERE offer_id = o.id) AS has_image) p
CROSS JOIN LATERAL ({RATING.format(offer="o.id")}) q
ON CONFLICT (offer_id) DO UPDATE SET
  school_id = excluded.school_id, category_id = excluded.category_id, country = excluded.country,
  region = excluded.region, languages = excluded.languages, price_group = excluded.price_group,
  price_eur = excluded.price_eur, modes = excluded.modes, lead_time = excluded.lead_time, facets = excluded.facets,
  next_start = excluded.next_start, published_at = excluded.published_at, completeness = excluded.completeness,
  is_live = excluded.is_live, indexed_at = excluded.indexed_at, vector = excluded.vector
"""

# Known words are left alone, so that two publications do not wait for each other.
SAVE_WORDS = """
INSERT INTO marketplace_searchword AS w (word, shown, stems, categories)
SELECT v.* FROM json_to_recordset(%s) AS v(word text, shown text, stems text[], categories text[])
LEFT JOIN marketplace_searchword e ON e.word = v.word
WHERE e.word IS NULL OR NOT (e.stems::text[] @> v.stems AND e.categories::text[] @> v.categories)
ORDER BY v.word
ON CONFLICT (word) DO UPDATE SET
  stems = ARRAY(SELECT DISTINCT unnest(w.stems || excluded.stems) ORDER BY 1),
  categories = ARRAY(SELECT DISTINCT unnest(w.categories || excluded.categories) ORDER BY 1)
"""

SAVE_WINDOWS = """
UPDATE marketplace_offersearch o SET next_start = n.next_start
FROM marketplace_offersearch s LEFT JOIN (
  SELECT offer_id, min(starts_on) AS next_start FROM marketplace_window
  WHERE NOT is_closed AND taken < capacity AND starts_on > %(today)s GROUP BY offer_id
) n USING (offer_id)
WHERE o.offer_id = s.offer_id AND s.next_start IS DISTINCT FROM n.next_start
  AND NOT EXISTS (SELECT FROM marketplace_plan WHERE offer_id = s.offer_id)
"""

STALE = """
SELECT r.offer_id FROM marketplace_offersearch r
JOIN marketplace_offer o ON o.id = r.offer_id
JOIN accounts_organisation s ON s.id = r.school_id
WHERE o.updated_at > r.indexed_at OR s.updated_at > r.indexed_at OR r.indexed_at < %(now)s - interval '1 day'
ORDER BY greatest(o.updated_at, s.updated_at) > r.indexed_at DESC, r.indexed_at
LIMIT %(limit)s
"""

SCHOOLS = "SELECT DISTINCT school_id FROM marketplace_offersearch WHERE offer_id = ANY(%s)"
