from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django_countries import countries

from accounts.models import Organisation
from accounts.paging import page_of

BY_NAME = ("name", "pk")


@login_not_required
def school_list(request: HttpRequest) -> HttpResponse:
    schools = Organisation.objects.schools().verified()
    codes = sorted(set(schools.order_by().values_list("country", flat=True).distinct()), key=countries.name)
    chosen = request.GET.get("country", "")
    if chosen in codes:
        schools = schools.filter(country=chosen)
    page = page_of(schools.select_related("region"), BY_NAME, request.GET.get("after", ""))
    here = reverse("accounts:school_list")
    chips = [
        {
            "label": countries.name(code),
            "is_on": code == chosen,
            "url": here if code == chosen else reverse("accounts:school_list", query={"country": code}),
        }
        for code in codes
    ]
    return render(request, "accounts/school_list.html", {"page": page, "chips": chips, "chosen": chosen})
