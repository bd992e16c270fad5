from __future__ import annotations

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.forms.reports import ReportForm
from accounts.models import Refusal, Report, User
from accounts.reporting import find

SENT = "reports"


@login_not_required
def report_new(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    subject = find(request, kind, ref)
    reporter = request.user if request.user.is_authenticated else None
    if request.method == "POST":
        form = ReportForm(request.POST, is_stranger=reporter is None)
        if form.is_valid():
            report = send(request, form, subject, reporter)
            if report:
                request.session[SENT] = [*request.session.get(SENT, []), report.ref][-20:]
                return redirect("accounts:report_receipt", report.ref)
    else:
        form = ReportForm(is_stranger=reporter is None)
    context = {"form": form, "subject": subject, "back": subject.get_absolute_url()}
    return render(request, "accounts/report_new.html", context)


def send(request: HttpRequest, form: ReportForm, subject, reporter: User | None) -> Report | None:
    """The report, or None with what was refused in the form."""
    email = form.cleaned_data.get("reporter_email", "")
    if not ratelimit.consume(request, action="report", key=(reporter.email if reporter else email).lower()):
        form.add_error(None, _("You have sent several reports in a short time. Please go on in an hour."))
        return None
    try:
        return Report.send(
            subject, by=reporter, email=email, ground=form.cleaned_data["ground"], text=form.cleaned_data["text"]
        )
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return None


@login_not_required
def report_receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """For who sent it: the signed-in reporter, or the browser that it came from."""
    report = get_object_or_404(Report, ref=ref)
    is_theirs = request.user.is_authenticated and report.reporter_id == request.user.pk
    if not is_theirs and ref not in request.session.get(SENT, []):
        raise Http404
    return render(request, "accounts/report_receipt.html", {"report": report})
