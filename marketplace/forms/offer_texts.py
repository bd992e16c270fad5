"""The words of an offer in one language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.forms.offers import NO_TITLE, LineField, PartForm
from marketplace.models import Offer, OfferText
from marketplace.models.offer_texts import TEXT_FIELDS
from vet2b.lib.richtext import one_line

MAX_LINES = 12
MAX_STAGES = 8


class LinesField(forms.CharField):
    """A list, one entry a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = [one_line(line) for line in (super().to_python(value) or "").splitlines()]
        return [line for line in lines if line]

    def clean(self, value: Any) -> list[str]:
        lines = self.to_python(value)
        if len(lines) > MAX_LINES:
            raise ValidationError(_t("At most %(count)s lines.") % {"count": MAX_LINES})
        if any(len(line) > 160 for line in lines):
            raise ValidationError(_t("Each line has at most 160 characters."))
        if any("\0" in line for line in lines):
            raise ValidationError(_t("Null characters are not allowed."))
        return lines


class StageForm(forms.Form):
    title = LineField(label=_("Step"), max_length=80, required=False)
    day = forms.IntegerField(label=_("Day"), min_value=0, max_value=365, required=False)
    text = LineField(label=_("What happens"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("text") or cleaned.get("day") is not None) and not cleaned.get("title"):
            self.add_error("title", _t("Give the step a title."))
        return cleaned


class BaseStages(forms.BaseFormSet):
    def stages(self) -> list[dict[str, Any]]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("title")]
        kept = [{name: row.get(name) for name in ("title", "day", "text")} for row in rows]
        return sorted(kept, key=lambda row: (row["day"] is None, row["day"] or 0))


StageRows = forms.formset_factory(StageForm, BaseStages, extra=2, max_num=MAX_STAGES, absolute_max=MAX_STAGES)


class PackageWordsForm(forms.Form):
    """A package's words in another language than the offer's own."""

    name = LineField(label=_("Name"), max_length=60, required=False)
    description = LineField(label=_("What it holds"), max_length=200, required=False)

    def __init__(self, *args: Any, code: str, **kwargs: Any):
        super().__init__(*args, prefix=f"package-{code}", **kwargs)
        self.code = code


class TextForm(PartForm):
    part = "texts"
    needed = frozenset({"summary", "body", "included", "practises", "safety"})
    reference: OfferText | None = None
    title = LineField(label=_("Title"), max_length=70, help_text=_("At most 70 characters."), error_messages=NO_TITLE)
    summary = LineField(
        label=_("Summary"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One or two sentences, at most 200 characters. They stand below the title."),
    )  # fmt: skip
    included = LinesField(label=_("What the client gets"), required=False, help_text=_("One point a line, at most 12."))
    excluded = LinesField(
        label=_("Not included"), required=False, help_text=_("One point a line. Clear limits save questions."),
    )  # fmt: skip

    class Meta:
        model = OfferText
        fields = ["title", "summary", "body", "included", "excluded", "practises", "safety"]
        help_texts = {
            "body": _(
                "Leave an empty line between paragraphs. **Two stars** make words bold, "
                "a line that starts with - becomes a list point, [words](https://…) a link."
            ),
            "practises": _("In plain words for companies: what the students learn by doing this job."),
            "safety": _("Who watches over the work, which rules apply, what the client must know."),
        }  # fmt: skip

    def __init__(self, *args: Any, offer: Offer, language: str, **kwargs: Any):
        self.language = language
        if language != offer.source_language:
            self.needed = frozenset()
        super().__init__(*args, offer=offer, **kwargs)
        stages = self.now.get("stages", [])
        bound = self.data if self.is_bound else None
        self.stages = StageRows(bound, prefix="stages", initial=stages)
        self.package_forms = [
            PackageWordsForm(bound, code=code, initial=words) for code, words in self.now.get("packages", {}).items()
        ]
        for field in self.fields.values():
            field.widget.attrs["lang"] = language

    def edited(self) -> OfferText:
        text = next((text for text in self.offer.texts.all() if text.language == self.language), None)
        return text or OfferText(offer=self.offer, language=self.language)

    def content(self) -> dict[str, Any]:
        return self.offer.content("texts", self.language)

    def which(self) -> dict[str, str]:
        return {"language": self.language}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not all(form.is_valid() for form in (self.stages, *self.package_forms)):
            self.add_error(None, _t("Look at the steps and packages again."))
        return cleaned

    def with_reference(self) -> list[tuple[forms.BoundField, Any]]:
        """Each field with the words of another version, to translate from."""
        return [(field, getattr(self.reference, field.name, "")) for field in self]

    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in TEXT_FIELDS if name in self.cleaned_data}
        values["stages"] = self.stages.stages()
        if self.package_forms:
            named = [form for form in self.package_forms if form.cleaned_data["name"]]
            values["packages"] = self.now["packages"] | {form.code: form.cleaned_data for form in named}
        return values
