"""Door 2: a GitHub App's webhook server. It decides which issues of which site are looked at, and when; durably."""
