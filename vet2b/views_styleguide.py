from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from vet2b.lib import art


class SampleForm(forms.Form):
    """One field of each kind that the site uses."""

    name = forms.CharField(label="Title", help_text="At most 70 characters.", max_length=70)
    description = forms.CharField(label="What you get", widget=forms.Textarea)
    country = forms.ChoiceField(label="Country", choices=[("LV", "Latvia"), ("PT", "Portugal")])
    price = forms.DecimalField(label="Price without VAT", required=False)
    starts = forms.DateField(label="Start", widget=forms.DateInput(attrs={"type": "date"}))
    delivery = forms.ChoiceField(
        label="How is it delivered", widget=forms.RadioSelect, choices=[("site", "At your place"), ("online", "Online")]
    )
    languages = forms.MultipleChoiceField(
        label="Works in", widget=forms.CheckboxSelectMultiple, choices=[("en", "English"), ("lv", "Latvian")]
    )
    attachment = forms.FileField(label="Attachment", required=False, help_text="PDF or picture, at most 10 MB.")
    agrees = forms.BooleanField(label="I act for a business")


CARDS = [
    {
        "title": "Website for a small business, ready in three weeks", "school_name": "Daugava Technical School",
        "place": "Rīga, Latvia", "lead_time": "15 days", "languages": "LV, EN", "price": "€180",
        "price_note": "fixed price", "tag": "", "is_saved": True, "code": "WEB", "lang": "",
    },
    {
        "title": "Lunch zestawy z dostawą do biura", "school_name": "Szkoła Gastronomiczna Nad Odrą",
        "place": "Szczecin, Poland", "lead_time": "2 days", "languages": "PL", "price": "PLN24",
        "price_note": "per guest", "tag": "New", "is_saved": False, "code": "CAT", "lang": "pl",
    },
    {
        "title": "Welded steel shelving to your drawing", "school_name": "Latgale Crafts School",
        "place": "Daugavpils, Latvia", "lead_time": "20 days", "languages": "LV", "price": "from €120",
        "price_note": "", "tag": "", "is_saved": False, "code": "MEC", "lang": "",
    },
]  # fmt: skip


def sample_card(sample: dict) -> dict:
    name = sample["school_name"]
    return {
        **sample,
        "url": "#cards",
        "save_url": "#",
        "art_url": art.panel_url(sample["code"], sample["title"]),
        "initials": art.initials(name),
        "crest_tone": art.crest_tone(name),
    }


@login_not_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every part in its states, for those who build pages: development and staff only."""
    if not (settings.DEBUG or request.user.is_staff):
        raise Http404
    words = ["draft", "in_review", "published", "accepted", "in_progress", "delivered", "disputed", "expired"]
    context = {
        "form": SampleForm(),
        "failed": SampleForm({"country": "XX"}, prefix="failed"),
        "cards": [sample_card(sample) for sample in CARDS],
        "codes": art.CATEGORIES,
        "statuses": [
            SimpleNamespace(status=word, get_status_display=word.replace("_", " ").capitalize) for word in words
        ],
        "chips": [
            {"label": "Up to €400", "url": "#chips", "is_on": True},
            {"label": "Works online", "url": "#chips", "is_on": False},
        ],
        "tabs": [
            {"label": "Open", "url": "#tabs", "is_current": True, "count": 4},
            {"label": "Closed", "url": "#tabs", "is_current": False, "count": 12},
        ],
        "facts": [("Ready in", "15 working days"), ("Rounds of changes", "2 included"), ("Where", "Online or in Rīga")],
        "crumbs": [("Services", "#crumbs"), ("Web & IT", "#crumbs")],
        "steps": ["What you need", "When and where", "Budget", "Files", "Check"],
        "files": [{"name": "brief.pdf", "url": "#thread", "size": 48_000}],
        "now": timezone.now(),
    }
    return render(request, "styleguide.html", context)
