"""What people say on Settings, Privacy."""

from django import forms

from apps.ingress.models import PrivacyPolicy


class PolicyForm(forms.Form):
    """The two choices of a policy."""

    address = forms.ChoiceField(choices=PrivacyPolicy.AddressChoice.choices)
    signal = forms.ChoiceField(choices=PrivacyPolicy.SignalChoice.choices)
