"""What the pages of the whole site are asked for."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from images_app.oversight.usage import MOST_BYTES, NotRead, Usage, read


class UsageForm(forms.Form):
    """A provider's export; clean, it is what it says."""

    file = forms.FileField(
        label="The provider's export, as CSV",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )

    def clean_file(self) -> Usage:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            # A byte more than is taken says that there is too much.
            return read(file.read(MOST_BYTES + 1))
        except NotRead as error:
            raise forms.ValidationError([forms.ValidationError(one) for one in error.mistakes]) from None

    @property
    def usage(self) -> Usage:
        found: Any = self.cleaned_data["file"]
        return dict(found)
