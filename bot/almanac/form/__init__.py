"""An issue form and an issue's text become answers, and no text can pass for another field."""
