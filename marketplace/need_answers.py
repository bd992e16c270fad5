"""What somebody has answered so far of a need, kept in their session until it is sent; no account is needed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from accounts.models import Organisation
from marketplace.forms.needs import STEPS, category_of
from marketplace.models import Need

KEY = "need"
COPIED = ("title", "text", "place", "place_mode", "budget", "answer_days")


class Answers:
    """By step the values as they were typed; `ref` is of the draft that they came from."""

    def __init__(self, request: HttpRequest):
        self.session = request.session
        self.data: dict[str, Any] = self.session.get(KEY) or {}

    @property
    def ref(self) -> str:
        return self.data.get("ref", "")

    def begin(self, values: dict[str, Any]) -> None:
        self.session[KEY] = {"first": values}

    def load(self, need: Need) -> None:
        values = {name: str(getattr(need, name)) for name in COPIED} | {
            "category": need.category_id, "country": need.country.code, "languages": need.languages,
            "starts_on": need.starts_on and need.starts_on.isoformat(),
            "ends_on": need.ends_on and need.ends_on.isoformat(),
        }  # fmt: skip
        steps = {step: {name: values[name] for name in form.base_fields} for step, form in STEPS.items()}
        self.session[KEY] = {"ref": need.ref, **steps}

    def keep(self, step: str, form: forms.Form, posted: QueryDict) -> None:
        """Only of a form that is valid; a guessed category is kept as if it were chosen."""
        lists = {"languages"}
        values = {name: posted.getlist(name) if name in lists else posted.get(name, "") for name in form.fields}
        if "category" in form.cleaned_data:
            values["category"] = form.cleaned_data["category"]
        self.session[KEY] = self.data | {step: values}

    def forget(self) -> None:
        self.session.pop(KEY, None)

    def form(self, step: str, posted: QueryDict | None = None) -> forms.Form:
        if posted is not None:
            return STEPS[step](posted)
        return STEPS[step](initial={**self.data.get("first", {}), **self.data.get(step, {})})

    def checked(self) -> dict[str, forms.Form]:
        """The forms of all steps, each validated."""
        forms_of = {step: form(self.data.get(step)) for step, form in STEPS.items()}
        for form in forms_of.values():
            form.is_valid()
        return forms_of

    @property
    def next_step(self) -> str:
        """The first that is not answered; "" when all are."""
        return next((step for step, form in self.checked().items() if not form.is_valid()), "")

    def fields(self, organisation: Organisation) -> dict[str, Any]:
        """As `Need.draft` takes them; the region is the organisation's where the work is in its country."""
        cleaned: dict[str, Any] = {}
        for form in self.checked().values():
            cleaned |= form.cleaned_data
        region = organisation.region if organisation.country.code == cleaned["country"] else None
        return cleaned | {"category": category_of(cleaned["category"]), "region": region}
