from django.db import models
from django.utils.translation import gettext_lazy as _


class Sector(models.TextChoices):
    """The sections of NACE Rev. 2.1 (Commission Delegated Regulation (EU) 2023/137)."""

    A = "A", _("Agriculture, forestry and fishing")
    B = "B", _("Mining and quarrying")
    C = "C", _("Manufacturing")
    D = "D", _("Electricity, gas, steam and air conditioning supply")
    E = "E", _("Water supply; sewerage, waste management and remediation")
    F = "F", _("Construction")
    G = "G", _("Wholesale and retail trade")
    H = "H", _("Transportation and storage")
    I = "I", _("Accommodation and food service")  # noqa: E741 - the section's own letter
    J = "J", _("Publishing, broadcasting, and content production and distribution")
    K = (
        "K",
        _(
            "Telecommunication, computer programming, consulting, computing infrastructure "
            "and other information service"
        ),
    )
    L = "L", _("Financial and insurance activities")
    M = "M", _("Real estate activities")
    N = "N", _("Professional, scientific and technical activities")
    O = "O", _("Administrative and support service activities")  # noqa: E741
    P = "P", _("Public administration and defence; compulsory social security")
    Q = "Q", _("Education")
    R = "R", _("Human health and social work")
    S = "S", _("Arts, sports and recreation")
    T = "T", _("Other service activities")
    U = "U", _("Activities of households as employers and for own use")
    V = "V", _("Activities of extraterritorial organisations and bodies")
