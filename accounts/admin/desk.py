"""A moderator's desk for a model with a lifecycle: a queue, one page an object, and forms that call its verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.admin.base import ReadOnly
from accounts.admin.facts import Text
from accounts.admin.forms import DecisionForm
from accounts.models import Activity, InvalidTransition, Refusal, Report, Timer
from accounts.restrictions import end_of

PER_PAGE = 50
HISTORY = 30


@dataclass(frozen=True)
class Decision:
    """One verb of the model as a form; `tone` is go, ask or stop."""

    verb: str
    label: Text
    done: Text
    form: type[DecisionForm]
    tone: str = "go"


class Desk(ReadOnly):
    decisions: tuple[Decision, ...] = ()
    review_template = "admin/desk/review.html"
    queue_title: Text = ""
    queue_icon = "inbox"
    queue_empty: Text = ""

    def queue(self) -> QuerySet[Any]:
        """What waits for a decision, the first to be looked at first."""
        raise NotImplementedError

    def waiting_since(self, obj: Any) -> datetime:
        raise NotImplementedError

    def queue_words(self, obj: Any) -> dict[str, Any]:
        """What a line of the queue shows: `about` under the title, and `urgent` when it cannot wait."""
        raise NotImplementedError

    def review_words(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What the page of one object shows besides history and decisions."""
        raise NotImplementedError

    def alike(self, obj: Any) -> QuerySet[Any]:
        """The organisation's other objects that a decision about all of them reaches."""
        return self.model._default_manager.none()

    def history(self, obj: Any) -> QuerySet[Activity]:
        return obj.activities

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("queue/", wrap(self.queue_view), name=self.url_name("queue")),
            path("<int:pk>/decide/<slug:verb>/", wrap(self.decide_view), name=self.url_name("decide")),
            *super().get_urls(),
        ]

    def url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.url_name(page)}", args=args)

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = Paginator(self.queue(), PER_PAGE).get_page(request.GET.get("page"))
        rows = [
            {"obj": obj, "url": self.url("change", obj.pk), "since": self.waiting_since(obj), **self.queue_words(obj)}
            for obj in page
        ]
        context = self.context(request, title=self.queue_title, rows=rows, page=page, empty=self.queue_empty)
        return TemplateResponse(request, "admin/desk/queue.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None:
            return HttpResponseNotFound()
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        return self.review(request, obj)

    def review(
        self, request: HttpRequest, obj: Any, failed: DecisionForm | None = None, verb: str = ""
    ) -> HttpResponse:
        activities = self.history(obj).select_related("actor", "organisation").order_by("-created_at", "-pk")[:HISTORY]
        context = self.context(
            request,
            title=str(obj),
            obj=obj,
            original=obj,
            activities=activities,
            decisions=self.open_decisions(request, obj, failed, verb),
            conflict=self.is_conflicted(request, obj),
            reports=open_reports(obj),
            queue_url=self.url("queue"),
            queue_title=self.queue_title,
            **self.review_words(request, obj),
        )
        return TemplateResponse(request, self.review_template, context)

    def open_decisions(
        self, request: HttpRequest, obj: Any, failed: DecisionForm | None, verb: str
    ) -> list[dict[str, Any]]:
        return [
            {
                "decision": decision,
                "url": self.url("decide", obj.pk, decision.verb),
                "form": failed if failed and decision.verb == verb else self.form_of(decision, obj),
                "is_open": failed is not None and decision.verb == verb,
            }
            for decision in self.decisions
            if obj.can(decision.verb, by=request.user)
        ]

    def form_of(self, decision: Decision, obj: Any, data: Any = None) -> DecisionForm:
        last = self.history(obj).order_by("-pk").first()
        return decision.form(data, auto_id=f"id_{decision.verb}_%s", initial={"seen": last.pk if last else 0})

    def is_conflicted(self, request: HttpRequest, obj: Any) -> bool:
        """A decision is due, but this moderator belongs to a side of it."""
        due = [d for d in self.decisions if obj.status in obj.TRANSITIONS[d.verb].sources]
        return bool(due) and request.user.is_moderator and not obj.allows("moderator", request.user)

    def decide_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        obj = get_object_or_404(self.get_queryset(request), pk=pk)
        decision = next((d for d in self.decisions if d.verb == verb), None)
        if decision is None or not self.has_view_permission(request, obj):
            return HttpResponseNotFound()
        if request.method != "POST":
            return redirect(self.url("change", pk))
        form = self.form_of(decision, obj, request.POST)
        if not form.is_valid():
            return self.review(request, obj, form, verb)
        was_waiting, seen = self.queue().filter(pk=pk).exists(), form.cleaned_data["seen"]
        if stale := self.stale(request, obj, seen):
            return self.refused(request, obj, form, decision, stale)
        try:
            self.carry_out(request, obj, verb, form)
        except Refusal as refusal:
            return self.refused(request, obj, form, decision, self.stale(request, obj, seen) or refusal)
        messages.success(request, decision.done % {"title": obj})
        return self.after(request, pk) if was_waiting else redirect(self.url("change", pk))

    def stale(self, request: HttpRequest, obj: Any, seen: int | None) -> Refusal | None:
        """Why a decision is refused when others did something since the page was drawn."""
        verbs = [f"{self.opts.model_name}.{decision.verb}" for decision in self.decisions]
        if seen is None:
            return None
        others = self.history(obj).filter(pk__gt=seen).exclude(actor=request.user)
        if decided := others.filter(verb__in=verbs).select_related("actor").order_by("-pk").first():
            words = {"person": decided.actor, "what": decided.line}
            return InvalidTransition(_("Already decided by %(person)s: %(what)s. Nothing was changed.") % words)
        if others.exists():
            return InvalidTransition(_("Something happened since you opened this page. Please look again."))
        return None

    @transaction.atomic
    def carry_out(self, request: HttpRequest, obj: Any, verb: str, form: DecisionForm) -> None:
        """Calls the verb on this object, or on all that are alike, and sets the day on which it ends."""
        statement = form.statement()
        for target in [obj, *(self.alike(obj) if statement.get("scope") == "all" else [])]:
            target.statement = statement
            getattr(target, verb)(by=request.user, **form.arguments())
            if "until" in statement:
                told = target.activities.filter(actor=request.user).order_by("-pk").first()
                Timer.objects.create(subject=told, verb="lift", due_at=end_of(form.cleaned_data["until"]))

    def refused(
        self, request: HttpRequest, obj: Any, form: DecisionForm, decision: Decision, refusal: Refusal
    ) -> HttpResponse:
        if refusal.field in form.fields:
            form.add_error(refusal.field, refusal.message)
            return self.review(request, obj, form, decision.verb)
        messages.warning(request, refusal.message)
        return redirect(self.url("change", obj.pk))

    def after(self, request: HttpRequest, pk: int) -> HttpResponse:
        """On to the next one that waits."""
        following = self.queue().exclude(pk=pk).first()
        if following:
            messages.info(request, _("Next in the queue: %(title)s") % {"title": following})
            return redirect(self.url("change", following.pk))
        return redirect(self.url("queue"))

    def context(self, request: HttpRequest, **words: Any) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return {**self.admin_site.each_context(request), "opts": self.opts, "desk": self, **words}


def open_reports(obj: Model) -> QuerySet[Report]:
    return Report.objects.open().filter(subject_type=ContentType.objects.get_for_model(obj), subject_id=obj.pk)


def queue_cards(site: AdminSite, request: HttpRequest) -> list[dict[str, Any]]:
    """Every queue that this person may see, with how many wait and since when."""
    cards = []
    for desk in site._registry.values():
        if isinstance(desk, Desk) and desk.has_view_permission(request):
            oldest = desk.queue().first()
            cards.append(
                {
                    "title": desk.queue_title,
                    "icon": desk.queue_icon,
                    "url": desk.url("queue"),
                    "count": desk.queue().count(),
                    "since": desk.waiting_since(oldest) if oldest else None,
                }
            )
    return cards
