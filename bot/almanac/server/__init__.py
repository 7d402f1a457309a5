"""A GitHub App's webhook server: it decides which issues of which site are looked at, and when, and loses none."""
