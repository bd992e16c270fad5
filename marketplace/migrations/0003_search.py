import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
from decimal import Decimal
from django.contrib.postgres import operations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_cache_table"),
        ("marketplace", "0002_catalogue"),
    ]

    operations = [
        operations.UnaccentExtension(),
        operations.TrigramExtension(),
        operations.BtreeGinExtension(),
        operations.BtreeGistExtension(),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.CharField(help_text="Without accents.", max_length=40, primary_key=True, serialize=False),
                ),
                ("shown", models.CharField(help_text="As it was written.", max_length=40)),
                (
                    "stems",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4), default=list, size=None
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        django.contrib.postgres.indexes.OpClass("word", "gist_trgm_ops(siglen=64)"),
                        name="search_word_near",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["stems"], name="search_word_stems"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferSearch",
            fields=[
                (
                    "offer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="marketplace.offer",
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("region", models.CharField(blank=True, max_length=5)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), size=None),
                ),
                (
                    "price_group",
                    models.CharField(
                        choices=[
                            ("fixed", "Fixed price"),
                            ("each", "Per person, hour or piece"),
                            ("recurring", "Recurring"),
                            ("quote", "Quote on request"),
                            ("free", "Free for training"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "price_eur",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="The smallest order, net; other currencies at settings.REFERENCE_RATES.",
                        max_digits=10,
                        null=True,
                    ),
                ),
                (
                    "modes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), size=None),
                ),
                ("lead_time", models.PositiveSmallIntegerField(null=True)),
                (
                    "facets",
                    models.CharField(
                        max_length=200,
                        help_text="category|country|languages|price group|modes|lead time: grouping by arrays is slow.",
                    ),
                ),
                ("next_start", models.DateField(help_text="Of the next window that has a free place.", null=True)),
                ("published_at", models.DateTimeField()),
                ("completeness", models.PositiveSmallIntegerField()),
                ("is_live", models.BooleanField()),
                ("indexed_at", models.DateTimeField()),
                ("vector", django.contrib.postgres.search.SearchVectorField()),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marketplace.category",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("vector", "tsvector_ops"),
                        models.F("category"),
                        models.F("country"),
                        condition=models.Q(("is_live", True)),
                        name="search_words",
                    ),
                    models.Index(
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("offer"), descending=True),
                        condition=models.Q(("is_live", True)),
                        name="search_newest",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "next_start", models.Value("9999-12-31", models.DateField())
                        ),
                        models.F("offer"),
                        condition=models.Q(("is_live", True)),
                        name="search_soonest",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "price_eur", models.Value(Decimal("99999999.99"))
                        ),
                        models.F("offer"),
                        condition=models.Q(("is_live", True)),
                        name="search_cheapest",
                    ),
                ],
            },
        ),
    ]
