from django.urls import include, path

from accounts.views import addresses, invitations, logos, members, notifications, organisations, schools

app_name = "accounts"
urlpatterns = [
    path("", include("accounts.urls_reports")),
    path("schools/", schools.school_list, name="school_list"),
    path("organisations/new/", organisations.organisation_new, name="organisation_new"),
    path("organisations/switch/", organisations.organisation_switch, name="organisation_switch"),
    path("organisations/<slug:slug>/home/", organisations.organisation_home, name="organisation_home"),
    path("organisations/<slug:slug>/logo/<slug:version>.webp", logos.organisation_logo, name="organisation_logo"),
    path("organisation/", organisations.organisation_edit, name="organisation_edit"),
    path("organisation/submit/", organisations.organisation_submit, name="organisation_submit"),
    path("people/", members.member_list, name="member_list"),
    path("people/title/", members.membership_title, name="membership_title"),
    path("people/invite/", members.invitation_send, name="invitation_send"),
    path("people/invitations/<str:ref>/resend/", members.invitation_resend, name="invitation_resend"),
    path("people/invitations/<str:ref>/revoke/", members.invitation_revoke, name="invitation_revoke"),
    path("people/<int:pk>/role/", members.member_role, name="member_role"),
    path("people/<int:pk>/remove/", members.member_remove, name="member_remove"),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("invitations/<str:token>/join/", invitations.invitation_join, name="invitation_join"),
    path("inbox/", notifications.inbox, name="inbox"),
    path("inbox/read/", notifications.inbox_read_all, name="inbox_read_all"),
    path("inbox/<int:pk>/open/", notifications.notification_open, name="notification_open"),
    path("inbox/<int:pk>/read/", notifications.notification_read, name="notification_read"),
    path("settings/address/", addresses.address_confirm, name="address_confirm"),
    path("address/<str:token>/", addresses.address_undo, name="address_undo"),
    path("settings/", notifications.preferences, name="preferences"),
    path("unsubscribe/<str:token>/", notifications.unsubscribe, name="unsubscribe"),
]
