"""The guide's own data: snippets, their specs and cases, facts and terms."""
