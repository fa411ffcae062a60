"""What can be wrong, said as data: codes, diagnostics, suggestions and renderers."""

from tunec.diagnostics.model import Diagnostic, Edit, Fix, Label, Report, Severity

__all__ = ["Diagnostic", "Edit", "Fix", "Label", "Report", "Severity"]
