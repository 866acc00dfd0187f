"""What people type about collections."""

from typing import Any

from django import forms

from images_app.galleries.models import Collection


class CollectionForm(forms.ModelForm[Collection]):
    """``title`` and ``text``."""

    class Meta:
        model = Collection
        fields = ["title", "text"]
        labels = {"text": "About it"}
        widgets: dict[str, Any] = {
            "title": forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
            "text": forms.Textarea(attrs={"class": "input", "rows": 2}),
        }
        error_messages = {"title": {"required": "Give the collection a name."}}
