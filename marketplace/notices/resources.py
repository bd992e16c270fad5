"""The words of what happens to resources, calendars and feeds."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, choice_of, day_of, days_of, fields_of, register

DAYS = {
    "kind": "organisation",
    "codes": {"kind": choice_of("marketplace.CalendarEntry", "kind"), "starts_on": day_of, "ends_on": day_of},
}
FEED = {"kind": "organisation", "codes": {"feed": choice_of("marketplace.Feed", "kind")}}
RESOURCE = {"kind": "organisation", "url_name": "marketplace:resource_detail", "button": _("Open it")}
SPECIAL = {"codes": {"days": days_of}}

register(
    {
        "organisation.add_days": Notice(
            title=_("The calendar of %(title)s changed"),
            told=_("%(kind)s was added to the calendar: %(starts_on)s to %(ends_on)s. %(name)s"), **DAYS,
        ),
        "organisation.change_days": Notice(
            title=_("The calendar of %(title)s changed"),
            told=_("%(kind)s was changed in the calendar: %(starts_on)s to %(ends_on)s. %(name)s"), **DAYS,
        ),
        "organisation.remove_days": Notice(
            title=_("The calendar of %(title)s changed"),
            told=_("%(kind)s was removed from the calendar: %(starts_on)s to %(ends_on)s. %(name)s"), **DAYS,
        ),
        "organisation.make_feed": Notice(
            title=_("A calendar address was made for %(title)s"),
            told=_("%(person)s made a calendar address: %(feed)s %(calendar)s"), **FEED,
        ),
        "organisation.stop_feed": Notice(
            title=_("A calendar address of %(title)s was stopped"),
            told=_("%(person)s stopped a calendar address: %(feed)s %(calendar)s"), **FEED,
        ),
        "resource.add": Notice(title=_("Added: %(title)s"), told=_("%(by)s added it"), **RESOURCE),
        "resource.change": Notice(
            title=_("Changed: %(title)s"), told=_("%(by)s changed: %(fields)s"),
            codes={"fields": fields_of("marketplace.Resource")}, **RESOURCE,
        ),
        "resource.set_hours": Notice(
            title=_("New hours: %(title)s"), told=_("%(by)s changed the hours of the week"), **RESOURCE
        ),
        "resource.add_special_hours": Notice(
            title=_("Special hours: %(title)s"), told=_("%(by)s added special hours: %(days)s"),
            **SPECIAL, **RESOURCE,
        ),
        "resource.remove_special_hours": Notice(
            title=_("Special hours removed: %(title)s"), told=_("%(by)s removed special hours: %(days)s"),
            **SPECIAL, **RESOURCE,
        ),
        "resource.retire": Notice(
            title=_("No longer used: %(title)s"), told=_("%(by)s retired it"), **RESOURCE
        ),
    }
)  # fmt: skip
