"""The words of what happens to framework agreements."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, day_of, price_of, register

FRAMEWORK = {"kind": "order", "url_name": "marketplace:framework_detail", "button": _("Open the framework agreement")}
WHY = {"time": _("Its time is over."), "cap": _("All that it covers was ordered.")}

register(
    {
        "framework.draft": Notice(title=_("Draft: %(title)s"), told=_("%(by)s began a draft"), **FRAMEWORK),
        "framework.change": Notice(title=_("Changed: %(title)s"), told=_("%(by)s changed the draft"), **FRAMEWORK),
        "framework.discard": Notice(
            title=_("Discarded: %(title)s"), told=_("%(by)s discarded the draft"), **FRAMEWORK
        ),
        "framework.propose": Notice(
            title=_("%(by)s proposes a framework agreement: %(title)s"), told=_("%(by)s proposed it"),
            body=_("It holds once somebody who may sign for you accepts it."), **FRAMEWORK,
        ),
        "framework.take_back": Notice(
            title=_("%(by)s took the framework agreement back: %(title)s"), told=_("%(by)s took it back"), **FRAMEWORK
        ),
        "framework.refuse": Notice(
            title=_("%(by)s refused the framework agreement: %(title)s"), told=_("%(by)s refused it: %(reason)s"),
            body=_("%(reason)s"), **FRAMEWORK,
        ),
        "framework.accept": Notice(
            title=_("%(by)s accepted the framework agreement: %(title)s"), told=_("%(by)s accepted it"),
            body=_("From its first day on, orders of its services take its prices at once."), **FRAMEWORK,
        ),
        "framework.give_notice": Notice(
            title=_("%(by)s ends the framework agreement on %(day)s: %(title)s"),
            told=_("%(by)s gave notice for %(day)s: %(reason)s"),
            body=_("%(reason)s\n\nOrders that were made stay as they are."), codes={"day": day_of}, **FRAMEWORK,
        ),
        "framework.end": Notice(
            title=_("The framework agreement has ended: %(title)s"), told=_("It ended. %(why)s"),
            body=_("%(why)s Orders that were made stay as they are."), codes={"why": lambda code: WHY[code]},
            **FRAMEWORK,
        ),
        "order.quote_by_framework": Notice(
            title=_("Quote by the framework agreement: %(title)s"),
            told=_("Quote %(version)s by the framework agreement “%(framework)s”: %(price)s"),
            body=_("The price follows from the framework agreement “%(framework)s”."),
            kind="order", url_name="marketplace:order_detail", button=_("Look at the quote"),
            codes={"price": price_of},
        ),
    }
)  # fmt: skip
