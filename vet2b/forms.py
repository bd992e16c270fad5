from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """One look for every form of the site, allauth's too: templates/forms/."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
