"""The words of the checks before a delivery; they are the school's alone."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register

SHEET = {"kind": "order", "url_name": "marketplace:order_quality", "button": _("See the checks")}

register(
    {
        "qualitysheet.sign": Notice(
            title=_("Checked: %(title)s"), told=_("The quality checks passed and were signed"), **SHEET
        ),
        "qualitysheet.rework": Notice(
            title=_("Rework: %(title)s"), told=_("The quality checks found work to be done again"),
            body=_("The checks before the delivery found something to be done again. The client was not told."), **SHEET,
        ),
    }
)  # fmt: skip
