from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.forms.offers import PartForm
from marketplace.models import Offer, Skill
from marketplace.models.offer_edits import MAX_SKILLS
from vet2b.lib.richtext import one_line

SHOWN = 40


class SkillsForm(PartForm):
    """Ticked skills first, then those of the category, or those that match the search."""

    part = "skills"
    needed = frozenset({"skills"})
    skills = forms.ModelMultipleChoiceField(
        label=_("Skills that students practise"), queryset=Skill.objects.all(),
        widget=forms.CheckboxSelectMultiple, required=False,
    )  # fmt: skip

    class Meta:
        model = Offer
        fields: list[str] = []

    def __init__(self, *args: Any, query: str = "", ticked: list[str] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.query = one_line(query)[:60]
        pks = ticked if ticked is not None else self.now["skills"]
        if self.is_bound:
            pks = self.data.getlist("skills")
        self.ticked = [int(pk) for pk in map(str, pks) if pk.isascii() and pk.isdigit() and len(pk) < 10]
        self.initial["skills"] = self.ticked
        self.fields["skills"].choices = [(skill.pk, skill.label) for skill in self.shown()]

    def shown(self) -> list[Skill]:
        ticked = list(Skill.objects.filter(pk__in=self.ticked))
        found = list(self.found().exclude(pk__in=self.ticked)[:SHOWN])
        self.has_found = bool(found)
        return [*ticked, *found]

    def found(self) -> Any:
        if not self.query:
            return Skill.objects.filter(category=self.offer.category_id)
        words = Q()
        for word in self.query.split():
            words &= Q(label__icontains=word)
        return Skill.objects.filter(words).order_by("label")

    def clean_skills(self) -> list[int]:
        skills = sorted(skill.pk for skill in self.cleaned_data["skills"])
        if len(skills) > MAX_SKILLS:
            raise ValidationError(_t("Choose at most %(count)s skills.") % {"count": MAX_SKILLS})
        return skills
