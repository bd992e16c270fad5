from django.contrib.contenttypes.models import ContentType
from django.db import models


class RecordHead(models.Model):
    """How many activities a subject has, and the digest of the last: what tells that the last one is gone."""

    pk = models.CompositePrimaryKey("subject_type_id", "subject_id")
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    rows = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.subject_type_id}-{self.subject_id}"
