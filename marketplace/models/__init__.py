from marketplace.models.agreement_records import broken_agreements
from marketplace.models.agreement_rules import AgreementLimit
from marketplace.models.agreement_signatures import AgreementPaper, AgreementSignature
from marketplace.models.agreements import Agreement, AgreementVersion
from marketplace.models.appointments import Booking, NewTime, Plan, PlanHours, Seat, Slot
from marketplace.models.bank import BankAccount
from marketplace.models.calendar import CalendarEntry
from marketplace.models.calls import Call
from marketplace.models.catalogue import Category, CategoryLabel, IscedField, OfferTemplate, Skill
from marketplace.models.changes import ChangeRequest
from marketplace.models.clauses import Clause, ClauseText, clauses_for
from marketplace.models.consent_requests import ConsentRequest
from marketplace.models.consents import Consent
from marketplace.models.conversations import Message, OrderFile
from marketplace.models.evidence import Evidence, EvidenceSkill
from marketplace.models.evidence_shown import Shown
from marketplace.models.expressions import Expression
from marketplace.models.favourites import KeptCall, KeptNeed
from marketplace.models.feeds import Feed
from marketplace.models.frameworks import Framework, FrameworkService
from marketplace.models.hours import HourEntry
from marketplace.models.invoices import Invoice
from marketplace.models.issuer_keys import IssuerKey
from marketplace.models.learners import Learner
from marketplace.models.match_rows import MatchRow
from marketplace.models.milestones import Milestone
from marketplace.models.need_invitations import NeedInvitation
from marketplace.models.need_versions import NeedVersion
from marketplace.models.needs import Need, NeedFile
from marketplace.models.offers import Offer, OfferText, Package
from marketplace.models.orders import Order
from marketplace.models.pictures import Favourite, OfferDocument, OfferImage
from marketplace.models.prices import BY_QUANTITY, INSTANT, UNPRICED, Currency, PriceModel, cents, vat_of
from marketplace.models.quality import QualityPoint, QualityPointText, QualitySheet
from marketplace.models.questions import Question
from marketplace.models.quotes import Counter, Quote, QuoteLine
from marketplace.models.readiness import Readiness
from marketplace.models.ready_items import ReadyItem
from marketplace.models.releases import Release
from marketplace.models.resources import Opening, Requirement, Resource, SpecialHours
from marketplace.models.reviews import Review
from marketplace.models.saved_searches import SavedSearch
from marketplace.models.school_calendar import SchoolCalendar
from marketplace.models.search import index_offers
from marketplace.models.settlements import Outcome, Settlement
from marketplace.models.surveys import Survey
from marketplace.models.team_feedback import SkillMark, TeamFeedback
from marketplace.models.teams import TeamMember
from marketplace.models.windows import Window
from marketplace.models.youth import YouthRule

__all__ = [
    "BY_QUANTITY",
    "INSTANT",
    "UNPRICED",
    "Agreement",
    "AgreementLimit",
    "AgreementPaper",
    "AgreementSignature",
    "AgreementVersion",
    "BankAccount",
    "Booking",
    "CalendarEntry",
    "Call",
    "Category",
    "CategoryLabel",
    "ChangeRequest",
    "Clause",
    "ClauseText",
    "Consent",
    "ConsentRequest",
    "Counter",
    "Currency",
    "Evidence",
    "EvidenceSkill",
    "Expression",
    "Favourite",
    "Feed",
    "Framework",
    "FrameworkService",
    "HourEntry",
    "Invoice",
    "IscedField",
    "IssuerKey",
    "KeptCall",
    "KeptNeed",
    "Learner",
    "MatchRow",
    "Message",
    "Milestone",
    "Need",
    "NeedFile",
    "NeedInvitation",
    "NeedVersion",
    "NewTime",
    "Offer",
    "OfferDocument",
    "OfferImage",
    "OfferTemplate",
    "OfferText",
    "Opening",
    "Order",
    "OrderFile",
    "Outcome",
    "Package",
    "Plan",
    "PlanHours",
    "PriceModel",
    "QualityPoint",
    "QualityPointText",
    "QualitySheet",
    "Question",
    "Quote",
    "QuoteLine",
    "Readiness",
    "ReadyItem",
    "Release",
    "Requirement",
    "Resource",
    "Review",
    "SavedSearch",
    "SchoolCalendar",
    "Seat",
    "Settlement",
    "Shown",
    "Skill",
    "SkillMark",
    "Slot",
    "SpecialHours",
    "Survey",
    "TeamFeedback",
    "TeamMember",
    "Window",
    "YouthRule",
    "broken_agreements",
    "cents",
    "clauses_for",
    "index_offers",
    "vat_of",
]
